"""Search over the curated procedures, without encoder: the floor under every other way of running it.

Full figures, with the encoder and the whole catalogue, are made by `./motcua kb eval` (docs/search.md).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base.build import build
from knowledge_base.catalogue import Catalogue
from knowledge_base.evaluation import evaluate, read_questions
from knowledge_base.service import KnowledgeBase

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "data" / "questions_dev.jsonl"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.read()


@pytest.fixture(scope="module")
def base(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    home = tmp_path_factory.mktemp("kb")
    build(catalogue, home)
    return KnowledgeBase.open(home)


def test_every_alias_finds_its_procedure_among_the_first_three(base: KnowledgeBase, catalogue: Catalogue) -> None:
    said = [(alias, one.code) for one in catalogue.procedures.values() for alias in one.aliases]
    lost = [(alias, code) for alias, code in said if code not in [hit.code for hit in base.search(alias, 3)]]
    assert len(lost) <= 0.01 * len(said), lost


@pytest.mark.parametrize("no_marks", [False, True], ids=["as typed", "without marks"])
def test_colloquial_questions_find_their_procedure(base: KnowledgeBase, no_marks: bool) -> None:
    report = evaluate(base, read_questions(HERE / "questions_own.jsonl", no_marks=no_marks), 0)
    assert report["r1"] >= 0.82, report
    assert report["r3"] >= 0.94, report
    assert report["wrong_when_answered"] <= 0.06, report
    assert report["none"] <= 0.05, report


def test_questions_about_no_procedure_are_hardly_ever_answered(base: KnowledgeBase) -> None:
    report = evaluate(base, read_questions(HERE / "questions_outside.jsonl"), 0)
    assert report["answered"] <= 0.05, report
    assert report["none"] >= 0.8, report


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/data/questions_dev.jsonl is not here")
def test_the_half_never_used_for_tuning_keeps_its_level(base: KnowledgeBase) -> None:
    known = set(base.codes())
    questions = [one for one in read_questions(SHARED, "held-out") if one.codes & known]
    report = evaluate(base, questions, 0)
    assert report["r1"] >= 0.72, report
    assert report["r3"] >= 0.88, report
