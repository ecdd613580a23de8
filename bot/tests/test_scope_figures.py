"""The scope model, the figures and the reading of foreign data say what they should on cases counted by hand."""

import json

import numpy as np
import pytest
from viet_nlu.evaluation import evaluate_pipeline, read_lines
from viet_nlu.examples import Corpus, Entity, Example, parse_marks, read_corpus
from viet_nlu.figures import entity_figures, intent_figures
from viet_nlu.parse_bench import percentile, texts_of
from viet_nlu.report import BEGIN, END, put_between
from viet_nlu.scope import OUTSIDE, SIGNS, ScopeModel, auroc, recall_at_loss


def test_auroc_and_recall_of_scores_counted_by_hand():
    assert auroc([0.1, 0.4, 0.35, 0.8], [False, False, True, True]) == 0.75
    assert auroc([0.5, 0.5], [False, True]) == 0.5
    assert recall_at_loss([0.1] * 19 + [0.9, 0.95], [False] * 20 + [True]) == 1.0


def test_the_scope_model_separates_and_survives_its_file(tmp_path):
    chance = np.random.default_rng(1)
    inside = chance.normal(0.2, 0.05, (50, len(SIGNS)))
    outside = chance.normal(0.8, 0.05, (50, len(SIGNS)))
    model = ScopeModel.fit(np.vstack([inside, outside]).astype(np.float32), [False] * 50 + [True] * 50)
    model.save(tmp_path / "scope.json")
    assert ScopeModel.load(tmp_path / "scope.json") == model
    assert min(model.scores(outside.astype(np.float32))) > max(model.scores(inside.astype(np.float32)))
    stored = json.loads((tmp_path / "scope.json").read_text())
    (tmp_path / "scope.json").write_text(json.dumps(stored | {"signs": ["other"]}))
    with pytest.raises(ValueError, match="train again"):
        ScopeModel.load(tmp_path / "scope.json")


def test_figures_counted_by_hand():
    figures = intent_figures(["a", "a", "b", OUTSIDE], ["a", "b", "b", OUTSIDE], [0.1, 0.2, 0.1, 0.9])
    assert figures["accuracy"] == 0.75
    assert figures["macro_f1"] == pytest.approx((2 / 3 + 2 / 3 + 1) / 3, abs=1e-3)
    assert figures["auroc"] == 1.0
    spans = entity_figures([{("p", 0, 3)}, {("q", 1, 2)}], [{("p", 0, 3)}, {("p", 1, 2)}])
    assert spans["f1"] == 0.5


@pytest.mark.parametrize(
    "line",
    [
        "[làm hộ chiếu](procedure) ở đâu",
        '[làm hộ chiếu]{"entity":"procedure"} ở đâu',
        "[làm hộ chiếu](procedure:x) ở đâu",
    ],
)
def test_marks_of_rasa_are_read_in_every_form(line):
    assert parse_marks(line) == ("làm hộ chiếu ở đâu", (Entity("procedure", 0, 12),))


def test_a_foreign_data_set_is_learnt_and_tested_in_every_format(tmp_path):
    (tmp_path / "a.yml").write_text(
        "nlu:\n- intent: weather\n  examples: |\n    - will it rain in [Paris](city)\n"
        "    - is it cold in [Rome](city)\n"
        "- intent: music\n  examples: |\n    - play a song\n    - play some jazz\n"
    )
    (tmp_path / "b.md").write_text(
        "## intent:weather\n- will it snow in [Oslo](city)\n\n## intent:music\n- play rock\n"
    )
    (tmp_path / "c.json").write_text(
        json.dumps({"rasa_nlu_data": {"common_examples": [{"text": "play a tune", "intent": "music", "entities": []}]}})
    )
    train, test = read_corpus(tmp_path / "a.yml"), read_corpus(tmp_path / "b.md")
    assert [one.intent for one in read_corpus(tmp_path / "c.json").examples] == ["music"]
    figures = evaluate_pipeline(train, test)
    assert figures["accuracy"] == 1.0
    assert "f1" in figures["entities"]


def test_wrong_input_is_named(tmp_path):
    (tmp_path / "x.yml").write_text("nlu: 3")
    with pytest.raises(ValueError, match=r"x\.yml"):
        read_corpus(tmp_path / "x.yml")
    (tmp_path / "x.jsonl").write_text('{"text": "a"}\n')
    with pytest.raises(ValueError, match="line 1"):
        read_lines(tmp_path / "x.jsonl")
    with pytest.raises(ValueError, match="JSON list"):
        texts_of("[]")
    assert percentile([1.0, 2.0, 3.0], 0.95) == 3.0


def test_the_report_replaces_only_what_stands_between_its_marks():
    assert put_between(f"a\n{BEGIN}\nold\n{END}\nb", "new") == f"a\n{BEGIN}\nnew\n{END}\nb"
    with pytest.raises(ValueError, match="needs the lines"):
        put_between("a", "new")


def test_a_foreign_set_in_english_with_classes_of_one_example_and_no_entity_is_learnt():
    said = {
        "balance": ["what is my balance", "show me the balance", "how much money is on my account"],
        "block_card": ["block my card", "I lost my card, block it"],
        "limits": ["what are my limits"],
    }
    train = Corpus([Example(text, intent) for intent, texts in said.items() for text in texts], {})
    test = Corpus([Example("show my balance please", "balance"), Example("my card is lost", "block_card")], {})
    figures = evaluate_pipeline(train, test)
    assert figures == {"tested": 2, "accuracy": 1.0, "macro_f1": 1.0}


def test_a_foreign_set_of_vietnamese_without_marks_is_learnt():
    said = {
        "gia_ve": ["gia ve di da nang", "ve may bay bao nhieu tien", "gia ve khu hoi"],
        "gio_bay": ["may gio bay", "chuyen bay cat canh luc nao", "gio bay di hue"],
    }
    train = Corpus([Example(text, intent) for intent, texts in said.items() for text in texts], {})
    test = Corpus([Example("giá vé đi Huế bao nhiêu", "gia_ve"), Example("mấy gio cất cánh", "gio_bay")], {})
    assert evaluate_pipeline(train, test)["accuracy"] == 1.0
