"""Due dates: a golden file over 2025-2028, and what holds for any dossier."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dossier import HANOI, Dossier, Status, StatusEvent
from core.errors import SetupError
from core.facts import TimeUnit
from dossiers.deadline import Deadline, Pause, deadline, due_at, pauses_of
from dossiers.workdays import Desk, Workdays, read_calendar, workdays_of

GOLDEN = yaml.safe_load((Path(__file__).parent / "data_dossier" / "due_dates.yml").read_text(encoding="utf-8"))
USUAL = workdays_of("UBND phường không có bàn thứ bảy")
MORNING = ((time(8), time(12)),)
DESKS = {
    "none": USUAL,
    "open": Workdays(Desk(saturday=MORNING), USUAL.off, USUAL.worked),
    "counts": Workdays(Desk(saturday=MORNING, counts=True), USUAL.off, USUAL.worked),
}
UNITS: list[TimeUnit] = ["minute", "hour", "day", "working_day", "month", "year"]
moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 31), timezones=st.just(HANOI))
amounts = st.integers(0, 60)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: f"{case['received']}+{case['amount']}{case['unit']}")
def test_due_dates_are_those_of_the_golden_file(case: dict[str, Any]) -> None:
    pauses = [Pause(moment(a), moment(b) if b else None) for a, b in case.get("pauses", [])]
    due = due_at(moment(case["received"]), case["amount"], case["unit"], DESKS[case.get("saturday", "none")], pauses)
    assert due == (moment(case["due"]) if case["due"] else None), case["why"]


@pytest.mark.parametrize("year", [2025, 2026, 2027, 2028])
def test_days_off_of_a_year_are_exactly_those_of_the_golden_file(year: int) -> None:
    days = [
        date(year, 1, 1) + timedelta(days=n) for n in range(366) if (date(year, 1, 1) + timedelta(days=n)).year == year
    ]
    assert [f"{day:%m-%d}" for day in days if day.weekday() < 5 and not USUAL.counts(day)] == GOLDEN["days_off"][year]
    worked = [str(day) for day in days if day.weekday() >= 5 and USUAL.counts(day)]
    assert worked == [day for day in GOLDEN["worked_weekends"] if day.startswith(str(year))]


@given(moments, moments, amounts, st.sampled_from(UNITS), st.sampled_from(sorted(DESKS)))
@settings(max_examples=60, deadline=None)
def test_what_comes_later_is_never_due_earlier(
    one: datetime, two: datetime, amount: int, unit: TimeUnit, desk: str
) -> None:
    amount = amount % 6 if unit == "year" else amount
    early, late = sorted((one, two))
    first, second = due_at(early, amount, unit, DESKS[desk]), due_at(late, amount, unit, DESKS[desk])
    assert first is not None
    assert second is not None
    assert early <= first <= second


@given(moments, amounts, st.sampled_from(["minute", "hour", "day", "working_day", "month"]))
@settings(max_examples=60, deadline=None)
def test_a_longer_time_is_never_due_earlier(received: datetime, amount: int, unit: TimeUnit) -> None:
    first, second = due_at(received, amount, unit, USUAL), due_at(received, amount + 1, unit, USUAL)
    assert first is not None
    assert second is not None
    assert first <= second


@given(moments, amounts, st.sampled_from(UNITS), st.sampled_from(sorted(DESKS)))
@settings(max_examples=60, deadline=None)
def test_nothing_is_due_on_a_day_off_or_out_of_hours(
    received: datetime, amount: int, unit: TimeUnit, desk: str
) -> None:
    due = due_at(received, amount % 6 if unit == "year" else amount, unit, DESKS[desk])
    assert due is not None
    assert DESKS[desk].is_open(due.date())
    assert any(opens <= due.time() <= closes for opens, closes in DESKS[desk].hours(due.date()))


@given(moments, amounts, st.sampled_from(["hour", "day", "working_day"]), st.integers(0, 20), st.integers(0, 40))
@settings(max_examples=60, deadline=None)
def test_a_pause_never_brings_the_due_date_forward(
    received: datetime, amount: int, unit: TimeUnit, after: int, length: int
) -> None:
    since = received + timedelta(days=after)
    plain = due_at(received, amount, unit, USUAL)
    paused = due_at(received, amount, unit, USUAL, [Pause(since, since + timedelta(days=length))])
    assert plain is not None
    assert paused is not None
    assert plain <= paused


@pytest.mark.parametrize("amount", [-1, 5001])
def test_an_absurd_time_is_refused(amount: int) -> None:
    with pytest.raises(ValueError, match="between 0 and 5000"):
        due_at(moment("2026-11-23 09:00"), amount, "working_day", USUAL)


def dossier(status: Status, **more: object) -> Dossier:
    values: dict[str, object] = {
        "code": "H26.1-261102-0001", "procedure_name": "Đăng ký khai sinh", "unit": "UBND phường Trúc Bạch",
        "level": "commune", "status": status, "received_at": moment("2026-11-16 09:00"),
        "as_of": moment("2026-11-23 09:00"),
    }  # fmt: skip
    return Dossier.model_validate(values | more)


def stands(status: Status, now: str, **more: object) -> Deadline:
    return deadline(dossier(status, **more), moment(now), USUAL)


def test_the_receipts_appointment_wins_over_the_computed_date_and_an_apology_over_both() -> None:
    due, apology = moment("2026-11-27 17:00"), moment("2026-12-01 17:00")
    assert (
        stands(Status.PROCESSING, "2026-11-23 09:00", due_at=due, allowed=1, allowed_unit="working_day").due_at == due
    )
    extended = stands(Status.PROCESSING, "2026-11-23 09:00", due_at=due, new_due_at=apology)
    assert (extended.due_at, extended.extended) == (apology, True)


def test_working_days_left_leave_out_days_off() -> None:
    found = stands(Status.PROCESSING, "2026-11-23 09:00", due_at=moment("2026-11-26 17:00"))
    assert (found.state, found.days_left) == ("running", 2)  # 25 and 26; 24 Nov is off


def test_overdue_is_counted_in_working_days_too() -> None:
    found = stands(Status.PROCESSING, "2026-11-25 09:00", due_at=moment("2026-11-20 17:00"))
    assert (found.state, found.days_left) == ("overdue", -2)


def test_a_dossier_that_waits_for_papers_is_paused_and_never_overdue() -> None:
    assert stands(Status.SUPPLEMENT, "2027-11-25 09:00", due_at=moment("2026-11-20 17:00")).state == "paused"


def test_without_any_time_the_due_date_is_unknown() -> None:
    assert stands(Status.PROCESSING, "2026-11-23 09:00").state == "unknown"


def test_the_computed_date_starts_at_acceptance_and_skips_the_pause() -> None:
    events = (
        StatusEvent(at=moment("2026-11-01 09:00"), status=Status.REGISTERED),
        StatusEvent(at=moment("2026-11-02 09:00"), status=Status.ACCEPTED),
        StatusEvent(at=moment("2026-11-04 09:00"), status=Status.SUPPLEMENT),
        StatusEvent(at=moment("2026-11-05 09:00"), status=Status.SUPPLEMENT),
        StatusEvent(at=moment("2026-11-11 09:00"), status=Status.PROCESSING),
    )
    waiting = dossier(Status.PROCESSING, events=events, allowed=5, allowed_unit="working_day")
    assert pauses_of(waiting) == (Pause(moment("2026-11-04 09:00"), moment("2026-11-11 09:00")),)
    assert deadline(waiting, moment("2026-11-12 09:00"), USUAL).due_at == moment("2026-11-16 17:00")


def test_a_date_in_a_year_not_yet_announced_is_provisional() -> None:
    assert stands(Status.PROCESSING, "2026-12-30 09:00", due_at=moment("2027-01-05 17:00")).provisional
    assert not stands(Status.PROCESSING, "2026-12-30 09:00", due_at=moment("2026-12-31 17:00")).provisional


def test_a_table_that_does_not_fit_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "days.yml").write_text("swaps: [{rest: 2026-01-02}]")
    with pytest.raises(SetupError, match=r"days\.yml cannot be read"):
        read_calendar(tmp_path / "days.yml")
