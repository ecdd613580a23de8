"""Reading questions, restoring marks, measuring and deciding."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base.build import build
from knowledge_base.calibration import Ranking, plain_default
from knowledge_base.features import COLUMNS
from knowledge_base.lexical import Field, Vocabulary
from knowledge_base.lexicon import read_lexicon
from knowledge_base.marks import MarkModel
from knowledge_base.query import read_query
from knowledge_base.ranker import forget_unknown
from knowledge_base.searcher import options
from knowledge_base.service import KnowledgeBase
from knowledge_base.spelling import Speller
from knowledge_base.training import Example, fit_weights
from knowledge_base.traits import TRAITS, traits
from knowledge_base.words import folded_words
from tests.unit.test_kb_index import procedure

NAMES = {
    "1.000001": ("Đăng ký khai sinh", ["làm giấy khai sinh cho con", "khai sinh cho bé mới đẻ"]),
    "1.000002": ("Đăng ký khai tử", ["báo tử", "làm giấy chứng tử"]),
    "1.000003": ("Đăng ký khai sinh có yếu tố nước ngoài", ["khai sinh cho con có bố người nước ngoài"]),
    "1.000004": ("Cấp lại giấy phép lái xe", ["mất bằng lái xe", "làm lại bằng lái"]),
    "1.000005": ("Chứng thực bản sao từ bản chính", ["sao y bản chính"]),
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    home = tmp_path_factory.mktemp("kb")
    built = [procedure(code, name, aliases=aliases, popularity=5 if code == "1.000001" else 1)
             for code, (name, aliases) in NAMES.items()]  # fmt: skip
    build(built, home)
    return KnowledgeBase.open(home)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("Làm giấy khai sinh cho con cần giấy tờ gì?", "1.000001"),
        ("lam giay khai sinh cho con can giay to gi", "1.000001"),
        ("ks cho e bé mới đẻ lm ở đâu v ạ", "1.000001"),
        ("khai sinh cho con có bố là người nước ngoài", "1.000003"),
        ("mất bằng lái xe rồi làm lại ở đâu", "1.000004"),
        ("sao y học bạ", "1.000005"),
    ],
)
def test_a_question_finds_its_procedure_however_it_is_spelt(base: KnowledgeBase, asked: str, code: str) -> None:
    assert base.search(asked, 1)[0].code == code


@pytest.mark.parametrize(
    "text", ["thế lệ phí bao nhiêu", "the le phi bao nhieu", "nộp ở đâu vậy ạ", "mất mấy ngày", "cần mang gì", ""]
)
def test_a_text_of_aspects_and_politeness_names_no_procedure_and_stays_with_the_focus(
    base: KnowledgeBase, text: str
) -> None:
    assert not base.mentions_procedure(text)
    assert base.decide(text).kind == "none"
    decision = base.decide(text, focus="1.000002")
    assert (decision.kind, decision.hits[0].code) == ("answer", "1.000002")


def test_a_text_with_a_topic_names_a_procedure(base: KnowledgeBase) -> None:
    assert base.mentions_procedure("lệ phí làm giấy khai sinh cho con")


@given(st.text(max_size=80))
@settings(max_examples=60, deadline=None)
def test_any_text_gets_a_decision_with_belief_between_0_and_1(base: KnowledgeBase, text: str) -> None:
    decision = base.decide(text)
    assert 0 <= decision.confidence <= 1
    assert all(0 <= hit.score <= 1 for hit in decision.hits)
    if decision.kind == "clarify":
        assert 2 <= len(decision.hits) <= 4


def test_search_gives_no_more_than_asked_for_and_nothing_for_no_words(base: KnowledgeBase) -> None:
    assert len(base.search("khai sinh", 2)) == 2
    assert base.search("?!", 5) == []


def test_politeness_and_aspects_are_set_aside_and_the_topic_stays() -> None:
    query = read_query("Cho em hỏi đăng ký khai tử cần giấy tờ gì ạ?", read_lexicon())
    assert query.topic == (("dang", "ky", "khai", "tu"),)


@pytest.mark.parametrize("name", ["thẻ căn cước", "khai báo tạm vắng", "sổ hồng", "đăng ký tạm trú", "chứng minh thư"])
def test_no_noise_word_eats_into_a_name(name: str) -> None:
    assert read_query(f"làm {name} thế nào", read_lexicon()).spoken == f"làm {name}"


def test_a_saying_adds_what_the_law_calls_it() -> None:
    meanings = read_lexicon().meanings(["toi", "muon", "cat", "khau"])
    assert ("xoa", "dang", "ky", "thuong", "tru") in meanings


def test_marks_are_put_back_by_what_stands_beside() -> None:
    model = MarkModel.learn(["đăng ký khai sinh cho con", "khai báo tạm trú", "con sinh ra ở đâu"] * 5)
    assert model.restore("Dang ky khai sinh") == "Đăng ký khai sinh"
    assert model.restore("wxyz 2026") == "wxyz 2026"


@given(st.text(alphabet="abcdehinoqtuy ,.đăâêôơư", max_size=40))
@settings(max_examples=60, deadline=None)
def test_restoring_marks_keeps_every_letter_that_has_one(text: str) -> None:
    model = MarkModel.learn(["đăng ký tạm trú ở đâu", "con tôi sinh năm nay"] * 3)
    assert len(model.restore(text)) == len(text)


def test_a_mark_model_is_the_same_after_saving(tmp_path: Path) -> None:
    model = MarkModel.learn(["đăng ký khai sinh"] * 3)
    model.save(tmp_path)
    assert MarkModel.load(tmp_path).restore("dang ky") == "đăng ký"


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    vocabulary = Vocabulary()
    names = ["cap giay phep", "cap giay khen", "cap giay mong"]
    field = Field.build([vocabulary.terms([name.split()], grow=True) for name in names])
    scores = field.scores(dict.fromkeys(vocabulary.terms([["cap", "khen"]]), 1.0))
    assert scores.argmax() == 1


def test_options_are_as_few_as_hold_most_of_the_belief() -> None:
    assert options(np.array([0.95, 0.03, 0.02], dtype=np.float32)) == 2
    assert options(np.array([0.4, 0.3, 0.25, 0.05], dtype=np.float32)) == 3
    assert options(np.full(10, 0.1, dtype=np.float32)) == 4


def test_the_ranker_learns_the_column_that_tells_right_from_wrong() -> None:
    chance = np.random.default_rng(1)
    examples = []
    for number in range(60):
        columns = chance.random((5, len(COLUMNS)), dtype=np.float32)
        right = np.arange(5) == columns[:, 3].argmax()
        examples.append(Example(columns, right, 1.0, str(number)))
    weights = fit_weights(examples, 1e-4)
    assert weights.argmax() == 3


def test_only_an_everyday_procedure_without_special_signs_is_the_plain_default() -> None:
    def ranking(**values: float) -> Ranking:
        row = [values.get(name.replace(":", "_"), 0.0) for name in COLUMNS]
        return Ranking(np.array([0]), np.array([1.0], dtype=np.float32), np.array([row], dtype=np.float32), 1.0, 2)

    usual = {"popularity": 1.0, "curated": 1.0, "covered": 1.0}
    assert plain_default(ranking(**usual))
    assert not plain_default(ranking(**usual, foreign_unasked=1.0))
    assert not plain_default(ranking(**{**usual, "popularity": 0.2}))


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("làm giấy kai sinh cho con", "1.000001"),
        ("cấp lại giấy fép lái xe", "1.000004"),
        ("chưng thuwc bản sao", "1.000005"),
        ("khia sinh cho be moi de", "1.000001"),
    ],
)
def test_a_slip_of_the_finger_still_finds_the_procedure(base: KnowledgeBase, asked: str, code: str) -> None:
    assert base.search(asked, 1)[0].code == code


def test_spelling_is_repaired_only_where_the_words_beside_it_fit(base: KnowledgeBase) -> None:
    speller = Speller(base.index.vocabulary, base.index.say)
    assert speller.repair(["kai", "sinh"]) == ("khai", "sinh")
    assert speller.repair(["kai", "wxyz"]) == ("kai", "wxyz")
    assert Speller(base.index.vocabulary, base.index.say, {"kai"}).repair(["kai", "sinh"]) == ("kai", "sinh")


@given(st.lists(st.text(alphabet="abcdeghiklmnopqrstuvxy", min_size=1, max_size=9), max_size=8))
@settings(max_examples=60, deadline=None)
def test_repairing_keeps_the_number_of_words(base: KnowledgeBase, words: list[str]) -> None:
    assert len(Speller(base.index.vocabulary, base.index.say).repair(words)) == len(words)


@pytest.mark.parametrize("typed", ["đăng kí", "đăng ký", "dang ki", "DANG KY"])
def test_both_spellings_with_i_and_y_are_one(typed: str) -> None:
    assert folded_words(typed) == ["dang", "ky"]


@pytest.mark.parametrize(
    ("typed", "read"),
    [("đk kết hôn", "đăng ký kết hôn"), ("làm online đk k ạ", "làm online được không ạ"), ("em 17t", "em 17 tuổi")],
)
def test_what_is_written_short_is_read_by_what_follows(typed: str, read: str) -> None:
    assert read_query(typed, read_lexicon()).text == read


def signs(text: str) -> set[str]:
    return {name for name, value in zip(TRAITS, traits(folded_words(text)), strict=True) if value}


def test_lost_and_spent_are_told_apart() -> None:
    assert "redo" not in signs("khai tử mất bao nhiêu tiền")
    assert "redo" in signs("mất giấy khai sinh")


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("chồng em người Hàn", "foreign"),
        ("chồng quốc tịch Úc", "foreign"),
        ("làm khai sinh cho con lai", "foreign"),
        ("bà nằm liệt giường", "mobile"),
        ("người gốc Việt chưa rõ quốc tịch", "stateless"),
    ],
)
def test_a_sign_is_seen(text: str, sign: str) -> None:
    assert sign in signs(text)


@pytest.mark.parametrize(
    ("text", "sign"),
    [("phiếu lý lịch tư pháp", "foreign"), ("thăm mộ liệt sĩ", "mobile"), ("có quốc tịch Việt Nam", "foreign")],
)
def test_words_that_only_look_like_a_sign_are_none(text: str, sign: str) -> None:
    assert sign not in signs(text)


def test_fitting_can_start_from_a_model_of_other_columns() -> None:
    model = {"encoder": {"weights": {"say": 1.0, "gone": 2.0}, "calibration": {"marked": {"right": {"lost": 1.0}}}}}
    assert forget_unknown(model) == {"encoder": {"weights": {"say": 1.0}, "calibration": {"marked": {"right": {}}}}}
