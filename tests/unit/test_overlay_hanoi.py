"""The overlay of Hanoi: dated rules with sources; fees change only for filing online."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.errors import KnowledgeError
from core.facts import Case, Duration, Fee, Level, Method, MethodKind, Place, SourceRef
from core.procedure import Procedure
from knowledge_base.overlays import apply_overlay, load_overlay

HANOI = load_overlay("hanoi")
BEFORE, AFTER = date(2025, 12, 31), date(2026, 11, 23)
LOCAL = Fee(name="Lệ phí", kind="set_locally")
FINANCE = Fee(name="Phí", kind="fixed", amount=8000, note="Theo Thông tư số 281/2016/TT-BTC")


def procedure(fee: Fee, *kinds: MethodKind, levels: tuple[Level, ...] = ("commune",)) -> Procedure:
    return Procedure(
        code="1.999001",
        name="Cấp phép nuôi rùa",
        title="Cấp phép nuôi rùa",
        field="Rùa",
        levels=levels,
        cases=(Case(id="a", name="Chung", unknown="không rõ"),),
        methods=tuple(Method(kind=kind, times=(Duration(unknown="không rõ"),), fees=(fee,)) for kind in kinds),
        places=(Place(office="UBND cấp xã", level="commune"),),
        source=SourceRef(publisher="X", decision="1", gathered=date(2026, 7, 1), checked=date(2026, 7, 1)),
    )


def fees_on(day: date, fee: Fee, kind: MethodKind, levels: tuple[Level, ...] = ("commune",)) -> list[Fee]:
    changed = apply_overlay(procedure(fee, kind, levels=levels), HANOI, day).as_of(day)
    assert changed is not None
    return list(changed.methods[0].fees)


@pytest.mark.parametrize("fee", [LOCAL, FINANCE])
def test_online_fees_of_the_city_and_of_the_ministry_of_finance_are_0_from_2026_with_the_resolution(fee: Fee) -> None:
    (changed,) = fees_on(AFTER, fee, "online")
    assert (changed.kind, changed.valid_from) == ("free", date(2026, 1, 1))
    assert changed.source is not None
    assert changed.source.decision == "Nghị quyết 77/2025/NQ-HĐND"


@pytest.mark.parametrize("fee", [LOCAL, FINANCE])
@pytest.mark.parametrize("kind", ["in_person", "postal"])
def test_other_ways_of_filing_keep_their_fee(fee: Fee, kind: MethodKind) -> None:
    assert fees_on(AFTER, fee, kind) == [fee]


def test_before_the_resolution_nothing_changes() -> None:
    assert fees_on(BEFORE, LOCAL, "online") == [LOCAL]


def test_reading_an_earlier_day_of_a_changed_procedure_gives_the_old_fee() -> None:
    changed = apply_overlay(procedure(LOCAL, "online"), HANOI, AFTER).as_of(BEFORE)
    assert changed is not None
    assert [fee.kind for fee in changed.methods[0].fees] == ["set_locally"]


@pytest.mark.parametrize(
    "fee",
    [
        Fee(name="Phí thẩm định hồ sơ", kind="set_locally"),
        Fee(name="Phí", kind="fixed", amount=5000, note="Phí thẩm định theo Thông tư 1/2020/TT-BTC"),
        Fee(name="Phí", kind="fixed", amount=5000, note="Theo quy định của hội nuôi rùa"),
        Fee(name="Phí", kind="unknown", reason="không rõ", note="Theo Thông tư 1/2020/TT-BTC"),
    ],
)
def test_appraisal_fees_and_fees_that_no_rule_names_stay(fee: Fee) -> None:
    assert fees_on(AFTER, fee, "online") == [fee]


def test_a_procedure_that_a_ministry_also_takes_stays() -> None:
    assert fees_on(AFTER, LOCAL, "online", levels=("ministry", "commune")) == [LOCAL]


def test_applying_twice_changes_nothing_more() -> None:
    once = apply_overlay(procedure(LOCAL, "online", "in_person"), HANOI, AFTER)
    assert apply_overlay(once, HANOI, AFTER) == once


def test_service_points_state_only_what_sources_give() -> None:
    points = {point.id: point for point in HANOI.as_of(AFTER).service_points}
    assert points["chi-nhanh-1"].address == "258 Võ Chí Công"
    assert points["trung-tam"].hotlines == ("19001009", "024.1022")
    assert points["trung-tam"].address is None
    assert "hours" in points["trung-tam"].unknown


def test_special_models_of_abolished_units_are_history_with_what_became_of_them() -> None:
    assert HANOI.as_of(AFTER).service_models == ()
    models = {model.id: model for model in HANOI.ended_models(AFTER)}
    friday = models["ngay-thu-sau-xanh"]
    assert (friday.weekday, friday.promised_minutes, friday.reported, len(friday.procedures)) == (5, 60, 2022, 4)
    assert all("01/7/2025" in model.afterwards for model in models.values())
    assert len(models) == 3


def test_channels_and_pilots_begin_on_their_day() -> None:
    assert HANOI.as_of(date(2025, 9, 30)).anywhere == ()
    assert HANOI.as_of(date(2025, 10, 1)).anywhere[0].pilot
    assert {channel.id for channel in HANOI.as_of(date(2025, 9, 2)).channels} == {"ihanoi-lay-so"}
    queue = next(channel for channel in HANOI.channels if channel.id == "ihanoi-lay-so")
    assert (queue.opens, queue.closes, queue.per_day) == ("08:00", "16:00", 2)


def test_every_source_that_is_only_our_own_summary_says_so() -> None:
    facts = (*HANOI.anywhere, *HANOI.channels)
    assert all(fact.source.decision == "Chưa đối chiếu với văn bản gốc" for fact in facts)


def test_a_broken_overlay_names_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="no overlay"):
        load_overlay("atlantis", tmp_path)
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "a.yaml").write_text("name: X\nfee_rules: [{id: a}]\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match="fee_rules"):
        load_overlay("x", tmp_path)
    (tmp_path / "x" / "b.yaml").write_text("name: Y\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match="repeats"):
        load_overlay("x", tmp_path)
