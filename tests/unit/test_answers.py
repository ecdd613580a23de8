"""Answers say what the record says: every number, every unknown, nothing that has expired."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from actions.answers.compose import MAX_OPTIONS, PAGE_CHARS, answer_lines, compose, paginate
from actions.answers.wording import day_text, lower_first, money, sentence
from core.message import Aspect, ReplyKind
from core.procedure import Procedure
from knowledge_base.load import CURATED_DIR, load_curated

DAY = date(2026, 11, 23)
OURS = {"19001009", "1022", "024"}  # the hotlines that the assistant itself adds


@cache
def curated() -> dict[str, Procedure]:
    return load_curated(CURATED_DIR).procedures


def record(**changes: object) -> Procedure:
    base = {
        "code": "9.999999", "name": "Thủ tục thử", "title": "Thủ tục thử", "field": "Thử", "levels": ["commune"],
        "cases": [{"id": "chung", "name": "Chung", "papers": [{"name": "Tờ khai", "originals": 2, "copies": 0}]}],
        "methods": [{"kind": "online", "times": [{"value": 3, "unit": "working_day"}],
                     "fees": [{"name": "Lệ phí", "kind": "fixed", "amount": 8000}]}],
        "places": [{"office": "Ủy ban nhân dân cấp xã", "level": "commune"}],
        "source": {"publisher": "Thử", "decision": "1/QĐ", "gathered": "2026-07-20", "checked": "2026-07-20"},
    }  # fmt: skip
    return Procedure.model_validate({**base, **changes})


def numbers(text: str) -> set[str]:
    return {found.replace(".", "") for found in re.findall(r"\d+(?:\.\d{3})*", text)}


def numbers_of_record(procedure: Procedure) -> set[str]:
    text = procedure.model_dump_json()
    return numbers(text) | {str(int(found)) for found in re.findall(r"\d+", text)} | set(re.findall(r"\d+", text))


@pytest.mark.parametrize("aspect", list(Aspect))
def test_every_number_in_an_answer_exists_in_the_record(aspect: Aspect) -> None:
    for procedure in curated().values():
        held = procedure.as_of(DAY)
        assert held is not None
        allowed = numbers_of_record(held) | OURS
        for case in held.cases:
            lines = [re.sub(r"^\d+\. ", "", line) for line in answer_lines(held, aspect, case.id)]
            extra = numbers("\n".join(lines)) - allowed
            assert not extra, f"{procedure.code} {aspect}: {extra}"


@pytest.mark.parametrize("aspect", list(Aspect))
def test_every_answer_has_text_a_source_and_two_to_four_choices(aspect: Aspect) -> None:
    for procedure in curated().values():
        reply = compose(procedure, aspect)
        assert reply.kind is ReplyKind.ANSWER
        assert reply.text.strip()
        assert [source.code for source in reply.sources] == [procedure.code]
        assert 2 <= len(reply.options) <= MAX_OPTIONS
        assert "None" not in reply.text


def test_the_pages_of_a_long_answer_hold_every_line_once() -> None:
    for procedure in curated().values():
        lines = answer_lines(procedure, Aspect.DOCUMENTS)
        assert [line for page in paginate(lines) for line in page] == lines


@given(st.lists(st.text(min_size=1, max_size=300), min_size=1, max_size=30))
def test_no_page_is_empty_or_longer_than_the_limit_unless_one_line_is(lines: list[str]) -> None:
    pages = paginate(lines)
    assert [line for page in pages for line in page] == lines
    assert all(page for page in pages)
    assert all(len(page) <= 2 or sum(map(len, page)) <= PAGE_CHARS for page in pages)


def test_a_later_page_is_reached_by_the_button_of_the_page_before() -> None:
    papers = [{"name": f"Giấy tờ số {n} " + "rất dài " * 12, "originals": 1} for n in range(20)]
    long = record(cases=[{"id": "chung", "name": "Chung", "papers": papers}])
    first = compose(long, Aspect.DOCUMENTS)
    assert first.options[0].title == "Xem thêm"
    assert '"page":"2"' in first.options[0].payload
    assert "Giấy tờ số 0 " in first.text
    assert "Giấy tờ số 0 " not in compose(long, Aspect.DOCUMENTS, page=2).text


def test_an_expired_fee_is_not_served_and_the_answer_says_so() -> None:
    fee = {"name": "Lệ phí", "kind": "fixed", "amount": 77000, "valid_until": "2026-01-31"}
    expired = record(methods=[{"kind": "online", "times": [{"value": 3, "unit": "working_day"}], "fees": [fee]}])
    held = expired.as_of(DAY)
    assert held is not None
    text = compose(held, Aspect.FEE).text
    assert "77.000" not in text
    assert "hết hiệu lực" in text
    assert "77.000" in compose(expired.as_of(date(2026, 1, 31)) or expired, Aspect.FEE).text


def test_a_bare_number_without_unit_cannot_enter_the_knowledge_base() -> None:
    with pytest.raises(ValidationError, match="value and unit"):
        record(methods=[{"kind": "online", "times": [{"value": 1}], "fees": [{"name": "Phí", "kind": "set_locally"}]}])


def test_a_fee_without_source_cannot_enter_the_knowledge_base() -> None:
    with pytest.raises(ValidationError, match="source"):
        record(source={"publisher": "Ai đó", "gathered": "2026-07-20", "checked": "2026-07-20"})


def test_an_unknown_fee_is_said_to_be_unknown_with_its_reason() -> None:
    fees = [{"name": "Lệ phí", "kind": "unknown", "reason": "Nguồn bỏ trống"}]
    unknown = record(methods=[{"kind": "online", "times": [{"unknown": "Mất đơn vị"}], "fees": fees}])
    assert "hưa có mức xác nhận (nguồn bỏ trống)" in compose(unknown, Aspect.FEE).text
    assert "Chưa có thời hạn xác nhận (mất đơn vị)" in compose(unknown, Aspect.TIME).text


def test_the_case_asked_for_is_the_case_answered() -> None:
    birth = curated()["1.001193"]
    usual = compose(birth, Aspect.DOCUMENTS)
    found = compose(birth, Aspect.DOCUMENTS, "tre-bi-bo-roi")
    assert "Giấy chứng sinh" in usual.text
    assert "Biên bản về việc trẻ bị bỏ rơi" in found.text
    assert "Giấy chứng sinh" not in found.text


def test_money_and_days_are_written_one_way() -> None:
    assert money(8000) == "8.000 đồng"
    assert money(1500000) == "1.500.000 đồng"
    assert day_text(date(2026, 7, 20)) == "20/07/2026"


@given(st.text(max_size=60))
def test_wording_helpers_never_fail_and_end_sentences(text: str) -> None:
    assert sentence(text)[-1:] in ".!?:…"
    assert len(lower_first(text)) <= len(text) + 2
