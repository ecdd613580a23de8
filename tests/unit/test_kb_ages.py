"""An age in a question decides between procedures that the law keeps apart by age."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.procedure import Procedure
from knowledge_base.ages import for_age, stated_age
from knowledge_base.decision import Decision, Hit
from knowledge_base.load import CURATED_DIR, load_files

CHILD, GROWN, OTHER = "1.014062", "1.014061", "1.001193"


def read(code: str) -> Procedure:
    return load_files([CURATED_DIR / f"{code}.yaml"]).procedures[code]


def hit(code: str) -> Hit:
    return Hit(code=code, title=code, name=code, score=0.5)


def decided(*codes: str, kind: str = "answer") -> Decision:
    return Decision(kind=kind, hits=tuple(map(hit, codes)), confidence=0.9, question="?")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("làm cccd cho bé 14t", 14),
        ("lam can cuoc cho con 10 tuoi", 10),
        ("con gái 15 tuổi làm căn cước", 15),
        ("bé dưới 14 tuổi", None),
        ("chưa đủ 14 tuổi", None),
        ("bé 5 tuổi và bé 15 tuổi", None),
        ("lệ phí 10000", None),
        ("ngày 14/7", None),
        ("14 tháng", None),
    ],
)
def test_an_age_is_read_only_where_one_is_stated(text: str, age: int | None) -> None:
    assert stated_age(text) == age


@given(st.text(max_size=80))
def test_any_text_is_read_without_failing(text: str) -> None:
    age = stated_age(text)
    assert age is None or 0 <= age <= 120


def test_the_sibling_for_the_age_takes_the_place_of_the_answer() -> None:
    told = for_age(decided(CHILD, GROWN, OTHER), 14, read)
    assert (told.kind, [h.code for h in told.hits]) == ("answer", [GROWN, OTHER])
    assert [h.code for h in for_age(decided(GROWN, CHILD), 6, read).hits] == [CHILD]


def test_without_a_sibling_the_others_are_offered_not_answered() -> None:
    told = for_age(decided(CHILD, OTHER, "1.000894"), 20, read)
    assert told.kind == "clarify"
    assert CHILD not in [h.code for h in told.hits]


def test_what_fits_the_age_stays_as_decided() -> None:
    assert for_age(decided(CHILD, OTHER), 6, read) == decided(CHILD, OTHER)
    assert for_age(decided(CHILD), 30, read) == decided(CHILD)
