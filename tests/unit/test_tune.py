"""Pairs to tune on, what is held out of them, and what tuning says when it cannot begin."""

import sys
from collections import defaultdict
from pathlib import Path

import pytest
from viet_nlu.text import has_marks

from core.errors import SetupError
from core.procedure import Procedure
from knowledge_base.catalogue import Catalogue
from knowledge_base.load import load_curated
from knowledge_base.pairs import (
    document,
    held_out_questions,
    is_held_out,
    make_pairs,
    rivals_of,
    without_held_out_sayings,
)
from knowledge_base.tune import Exam, Settings, tune


@pytest.fixture(scope="module")
def procedures() -> dict[str, Procedure]:
    return load_curated().procedures


def test_nothing_of_a_held_out_procedure_is_in_any_pair(procedures: dict[str, Procedure]) -> None:
    hidden = [one for one in procedures.values() if is_held_out(one.code)]
    assert 0.1 < len(hidden) / len(procedures) < 0.3
    texts = {document(one, form) for one in hidden for form in ("name", "content")}
    for pair in make_pairs(procedures.values()):
        assert not is_held_out(pair.code)
        assert pair.positive not in texts
        assert pair.negative not in texts


def test_a_pair_names_two_procedures_in_one_form(procedures: dict[str, Procedure]) -> None:
    for pair in make_pairs(procedures.values()):
        assert pair.positive == document(procedures[pair.code], pair.form)
        assert pair.negative != pair.positive


def test_a_limit_goes_round_all_procedures_before_it_takes_a_second_pair_of_one(
    procedures: dict[str, Procedure],
) -> None:
    learnt = [one for one in procedures.values() if not is_held_out(one.code)]
    assert len({pair.code for pair in make_pairs(learnt, limit=len(learnt))}) == len(learnt)


def test_the_share_without_marks_is_the_one_asked_for(procedures: dict[str, Procedure]) -> None:
    anchors: defaultdict[float, list[str]] = defaultdict(list)
    for share in (0.0, 0.5, 1.0):
        anchors[share] = [pair.anchor for pair in make_pairs(procedures.values(), unmarked=share)]
    marked = sum(has_marks(anchor) for anchor in anchors[0.0])
    assert len(anchors[1.0]) - len(anchors[0.0]) == marked
    assert 0.4 < (len(anchors[0.5]) - len(anchors[0.0])) / marked < 0.6


def test_the_same_pairs_come_every_time(procedures: dict[str, Procedure]) -> None:
    assert make_pairs(procedures.values(), limit=300) == make_pairs(procedures.values(), limit=300)


def test_siblings_are_the_rivals_and_without_one_the_nearest_name(procedures: dict[str, Procedure]) -> None:
    one = next(one for one in procedures.values() if any(sibling.code in procedures for sibling in one.siblings))
    assert {rival.code for rival in rivals_of(one, procedures)} <= {sibling.code for sibling in one.siblings}
    alone = one.model_copy(update={"siblings": ()})
    assert len(rivals_of(alone, procedures)) == 1
    assert rivals_of(alone, procedures)[0].code != one.code


def test_held_out_aliases_are_asked_but_not_searched(procedures: dict[str, Procedure]) -> None:
    asked = held_out_questions(procedures.values())
    assert all(is_held_out(code) for question in asked for code in question.codes)
    bare = without_held_out_sayings(Catalogue(procedures)).procedures
    assert list(bare) == list(procedures)
    for question in asked:
        assert all(question.text not in bare[code].aliases for code in question.codes)
    kept = next(code for code in procedures if not is_held_out(code))
    assert bare[kept] == procedures[kept]


def model_folder(path: Path) -> Path:
    path.mkdir()
    (path / "modules.json").write_text("[]", encoding="utf-8")
    return path


def quiet(_: str):
    return lambda _done, _total: None


def test_a_missing_extra_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    exam = Exam(Catalogue(), [], quiet)
    with pytest.raises(SetupError, match=r"uv sync --extra sentence-transformers.*pip install"):
        tune(model_folder(tmp_path / "base"), tmp_path / "out", exam, Settings())


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="is no model folder"):
        tune(tmp_path, tmp_path / "out", Exam(Catalogue(), [], quiet), Settings())


def test_a_folder_in_use_is_never_written_over(tmp_path: Path) -> None:
    base, taken = model_folder(tmp_path / "base"), model_folder(tmp_path / "taken")
    with pytest.raises(SetupError, match="new folder"):
        tune(base, taken, Exam(Catalogue(), [], quiet), Settings())
    assert [path.name for path in taken.iterdir()] == ["modules.json"]
