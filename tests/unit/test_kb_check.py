"""The editors' tools: what check finds, what diff says, how evaluation counts."""

import json
from datetime import date
from pathlib import Path

import pytest

from core.errors import BadInput
from knowledge_base.check import check
from knowledge_base.compare import compare
from knowledge_base.evaluation import Tally, half_of, rank_of, read_questions
from knowledge_base.load import Problem
from tests.unit.test_kb_index import procedure

TODAY = date(2026, 8, 1)


def rules(*procedures: object, today: date = TODAY) -> list[tuple[str, str]]:
    by_code = {one.code: one for one in procedures}  # type: ignore[attr-defined]
    return [(one.severity, one.rule) for one in check(by_code, [], today)]


def test_a_clean_procedure_has_no_finding() -> None:
    assert rules(procedure("1.000001", "Đăng ký khai sinh", aliases=["làm khai sinh"])) == []


def test_an_alias_in_two_procedures_is_an_error_whatever_its_marks() -> None:
    one = procedure("1.000001", "Một", aliases=["làm giấy tờ xe"])
    other = procedure("1.000002", "Hai", aliases=["lam giay to xe"])
    assert ("error", "aliases") in rules(one, other)


def test_a_question_that_stands_with_two_procedures_is_an_error() -> None:
    one = procedure("1.000001", "Một", asked=["Bé mới sinh thì làm giấy gì?"])
    other = procedure("1.000002", "Hai", asked=["be moi sinh thi lam giay gi"])
    assert ("error", "asked") in rules(one, other)


def test_aliases_that_differ_by_order_alone_are_a_warning() -> None:
    one = procedure("1.000001", "Một", aliases=["làm lại giấy tờ xe máy"])
    other = procedure("1.000002", "Hai", aliases=["làm giấy tờ xe máy lại"])
    assert ("warning", "aliases-near") in rules(one, other)


def test_equal_titles_are_an_error() -> None:
    assert ("error", "titles") in rules(
        procedure("1.000001", "Một", aliases=["a b"]), procedure("1.000002", "Một", aliases=["c d"])
    )


def test_a_sibling_that_is_nowhere_and_an_old_check_are_warnings() -> None:
    sibling = {"code": "1.000099", "question": "Cái nào ạ?", "this_when": "này", "other_when": "kia"}
    one = procedure("1.000001", "Một", aliases=["a b"], siblings=[sibling])
    assert rules(one, today=date(2027, 6, 1)) == [("warning", "links"), ("warning", "stale")]


def test_a_day_in_the_future_is_an_error() -> None:
    assert ("error", "dates") in rules(procedure("1.000001", "Một", aliases=["a b"]), today=date(2026, 1, 1))


def test_what_could_not_be_read_is_an_error() -> None:
    findings = check({}, [Problem("x.yaml", "is no valid YAML")], TODAY)
    assert [(one.severity, one.where) for one in findings] == [("error", "x.yaml")]


def test_diff_says_what_came_went_and_changed() -> None:
    old = {"1.000001": procedure("1.000001", "Một"), "1.000002": procedure("1.000002", "Hai")}
    new = {"1.000001": procedure("1.000001", "Một", popularity=3), "1.000003": procedure("1.000003", "Ba")}
    changes = [(one.code, one.kind, one.place) for one in compare(old, new)]
    assert changes == [
        ("1.000001", "changed", "popularity"),
        ("1.000002", "removed", ""),
        ("1.000003", "added", ""),
    ]
    assert compare(old, old) == []


def test_the_halves_of_the_questions_are_fixed_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    texts = [f"câu hỏi số {number}" for number in range(40)]
    path.write_text("\n".join(json.dumps({"q": text, "codes": ["1.000001"]}) for text in texts), encoding="utf-8")
    tune, held = (read_questions(path, half) for half in ("tune", "held-out"))
    assert {one.text for one in tune} | {one.text for one in held} == set(texts)
    assert {half_of(one.text) for one in tune} == {"tune"}
    assert read_questions(path, no_marks=True)[0].text == "cau hoi so 0"


def test_a_line_that_is_no_question_is_named(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"q": "a", "codes": []}\n{"text": "b"}\n', encoding="utf-8")
    with pytest.raises(BadInput, match=r"q\.jsonl:2"):
        read_questions(path)


def test_any_of_the_codes_counts_and_figures_are_shares() -> None:
    assert rank_of(["a", "b"], frozenset("bc")) == 1
    assert rank_of(["a"], frozenset("b")) is None
    figures = Tally([0, 1, None, 0], ["answer", "clarify", "none", "answer"], wrong=1).numbers()
    assert (figures["r1"], figures["r3"], figures["mrr"]) == (0.5, 0.75, 0.625)
    assert (figures["answered"], figures["wrong_when_answered"]) == (0.5, 0.5)
