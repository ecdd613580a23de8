"""The classifier's parts without Rasa: names in a text, features, copies, and a model that survives its file."""

from types import SimpleNamespace

import numpy as np
import pytest
from viet_nlu.augment import training_pairs
from viet_nlu.features import PROCEDURE_MASK, FeatureMaker
from viet_nlu.linear import LinearModel, count_features, known_part
from viet_nlu.mentions import Lexicon
from viet_nlu.tagger import TagExample, Tagger

NAMES = ["khai sinh", "làm khai sinh", "đăng ký kết hôn"]


def message(text, intent, *entities):
    marks = [{"entity": e, "start": text.index(s), "end": text.index(s) + len(s)} for e, s in entities]
    return SimpleNamespace(get={"text": text, "intent": intent, "entities": marks}.get)


@pytest.mark.parametrize("text", ["tôi làm khai sinh ở đâu", "toi lam  khai sinh o dau", "LÀM KHAI SINH"])
def test_the_longest_known_name_is_found_in_any_spelling(text):
    (span,) = Lexicon(NAMES).find(text)
    assert span.text.lower().split()[-1] == "sinh"
    assert len(span.text.split()) == 3
    assert text[span.start : span.end] == span.text


def test_two_procedures_leave_the_same_masked_question():
    maker = FeatureMaker(Lexicon(NAMES), views=("masked",))
    first, second = maker.features("làm khai sinh mất bao lâu"), maker.features("dang ky ket hon mat bao lau")
    assert first == second
    assert any(PROCEDURE_MASK in name for name in first)


def test_both_spellings_share_their_folded_features_and_only_the_marked_one_has_more():
    maker = FeatureMaker(Lexicon(NAMES))
    marked, plain = set(maker.features("lệ phí bao nhiêu")), set(maker.features("le phi bao nhieu"))
    assert plain < marked


def test_each_example_is_learnt_without_marks_and_with_another_procedure():
    pairs = training_pairs(
        [message("làm khai sinh ở đâu", "ask_place", ("procedure", "làm khai sinh"))], NAMES, 2, True
    )
    texts = [text for text, _ in pairs]
    assert "lam khai sinh o dau" in texts
    assert len(texts) == 6
    assert {intent for _, intent in pairs} == {"ask_place"}


def test_features_are_counted_row_by_row():
    counted = count_features(iter([["a", "b", "a"], [], ["b"]]))
    assert counted.names == ["a", "b"]
    assert counted.places.tolist() == [0, 1, 1]
    assert counted.counts.tolist() == [2.0, 1.0, 1.0]
    assert counted.ends.tolist() == [0, 2, 2, 3]


def test_a_row_of_the_training_matrix_is_what_reading_its_features_gives():
    rows = [["a", "b", "a"], ["b", "c"], ["c"]]
    model, matrix = LinearModel.likeness(rows, [0.0, 0.0, 1.0])
    for at, row in enumerate(rows):
        places, values = model.vector(row)
        assert np.allclose(matrix[at].toarray()[0, places], values)
        assert matrix[at].nnz == len(places)


def test_a_feature_of_too_few_rows_is_not_learnt():
    model = LinearModel.fit([["a", "rare"], ["a"], ["b"], ["b"]], ["x", "x", "y", "y"], strength=1.0, min_count=2)
    assert known_part(["a", "b"], model) == 1.0
    assert known_part(["rare"], model) == 0.0


@pytest.fixture(scope="module")
def model():
    rows = [["a", "b"], ["a"], ["b", "c"], ["c"], ["d"], ["d", "a"]] * 3
    return LinearModel.fit(rows, ["x", "x", "y", "y", "z", "z"] * 3, strength=10.0, min_count=1)


def test_a_model_separates_what_it_was_shown_and_gives_probabilities(model):
    scores = model.probabilities(["c"])
    assert model.labels[int(scores.argmax())] == "y"
    assert scores.sum() == pytest.approx(1.0, abs=1e-5)


def test_a_stored_model_gives_the_same_probabilities(model, tmp_path):
    model.save(tmp_path / "m")
    again = LinearModel.load(tmp_path / "m")
    for features in (["a"], ["never seen"], [], ["a", "d", "d"]):
        assert np.allclose(again.probabilities(features), model.probabilities(features))


def test_a_model_whose_files_do_not_fit_is_refused(model, tmp_path):
    model.save(tmp_path / "m")
    (tmp_path / "m.json").write_text('{"labels": ["x"], "vocabulary": ["a"]}', encoding="utf-8")
    with pytest.raises(ValueError, match="train again"):
        LinearModel.load(tmp_path / "m")


def test_the_tagger_finds_a_name_it_has_not_seen_in_a_place_it_has(tmp_path):
    examples = [
        TagExample(text, (("procedure", len(text.split(maxsplit=2)[0]) + 1, len(text) - 7),))
        for text in (f"làm {name} ở đâu ạ"[:-3] + " ạ?" for name in ("hộ chiếu", "căn cước", "khai sinh", "sổ đỏ") * 4)
    ]
    settings = {"c1": 0.05, "c2": 0.05, "iterations": 40}
    Tagger.train(examples, {"procedure": NAMES, "place": []}, tmp_path / "t", settings)
    tagger = Tagger.load(tmp_path / "t", {"procedure": NAMES, "place": []})
    text = "làm giấy phép ở đâu ạ?"
    found = tagger.find(text)
    assert all(text[one.start : one.end] == one.value for one in found)
    assert found
    assert found[0].entity == "procedure"
