"""Due dates: working days, calendar days, hours and months, paused while the citizen supplements papers.

Rules (Civil Code 2015, Articles 147 and 148; the one-stop decrees count from receipt of a complete dossier):

* a dossier handed in while the desk is closed counts as received when it next opens;
* the day of receipt is not counted; the time ends when the desk closes on its last day;
* calendar days, months and years that end on a day off end on the next open day;
* hours and minutes are working hours;
* days after a request to supplement, up to and including the day on which the papers come, are not counted.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from core.dossier import CLOSED, FINISHED, HANOI, Dossier, Status
from core.facts import TimeUnit
from dossiers.workdays import Workdays

DueState = Literal["running", "paused", "overdue", "finished", "closed", "unknown"]
_MOST = 5_000  # counted units; longer times are typing mistakes


@dataclass(frozen=True)
class Pause:
    """A time in which the office waits for the citizen; ``until`` is ``None`` while it lasts."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class Deadline:
    """Where a dossier stands against its time.

    ``days_left`` counts working days after today up to the due day (0: due today; negative: working days overdue).
    ``provisional``: the due day lies in a year whose days off had not been announced.
    """

    state: DueState
    due_at: datetime | None = None
    days_left: int | None = None
    provisional: bool = False
    extended: bool = False


def due_at(
    received: datetime, amount: int, unit: TimeUnit, days: Workdays, pauses: Sequence[Pause] = ()
) -> datetime | None:
    """Return the moment a time ends, in Hanoi's time; ``None`` while a pause is open.

    Raises:
        ValueError: a negative or an absurdly long time.
    """
    if not 0 <= amount <= _MOST:
        raise ValueError("a time is a count of units between 0 and 5000")
    if any(pause.until is None for pause in pauses):
        return None
    start = next(days.spans(received))[0]
    if unit in ("hour", "minute"):
        return _after_hours(start, timedelta(**{f"{unit}s": amount}), days, pauses)
    if unit == "working_day":
        return days.closing(_after_days(start.date(), amount, days, pauses))
    return days.closing(days.next_open(_after_calendar(start.date(), amount, unit, pauses)))


def pauses_of(dossier: Dossier) -> tuple[Pause, ...]:
    """Read the pauses of a dossier from its events: from each request to supplement to the next status."""
    pauses: list[Pause] = []
    since: datetime | None = None
    for event in sorted(dossier.events, key=lambda event: event.at):
        if event.status is Status.SUPPLEMENT:
            since = since or event.at
        elif since:
            pauses.append(Pause(since, event.at))
            since = None
    return (*pauses, Pause(since)) if since else tuple(pauses)


def deadline(dossier: Dossier, now: datetime, days: Workdays) -> Deadline:
    """Tell where a dossier stands: the date of an apology first, then the receipt's, then the computed one."""
    if dossier.status in CLOSED:
        return Deadline("closed")
    due = dossier.new_due_at or dossier.due_at or _computed(dossier, days)
    extended = dossier.new_due_at is not None
    if dossier.status in FINISHED:
        return Deadline("finished", due, extended=extended)
    if dossier.status is Status.SUPPLEMENT:
        return Deadline("paused")
    if due is None:
        return Deadline("unknown")
    due = due.astimezone(HANOI)
    left = working_days_left(now, due, days)
    state: DueState = "overdue" if now > due else "running"
    return Deadline(state, due, left, days.provisional(due.date()), extended)


def working_days_left(now: datetime, due: datetime, days: Workdays) -> int:
    """Count working days after today up to the due day, or, negative, those after the due day up to today."""
    today, last = now.astimezone(HANOI).date(), due.astimezone(HANOI).date()
    early, late = sorted((today, last))
    count = sum(days.counts(early + timedelta(days=n)) for n in range(1, (late - early).days + 1))
    return count if today <= last else -count


def _computed(dossier: Dossier, days: Workdays) -> datetime | None:
    if dossier.allowed is None or dossier.allowed_unit is None:
        return None
    accepted = [event.at for event in dossier.events if event.status is Status.ACCEPTED]
    received = accepted[0] if accepted else dossier.received_at
    return due_at(received, dossier.allowed, dossier.allowed_unit, days, pauses_of(dossier))


def _after_days(day: date, amount: int, days: Workdays, pauses: Sequence[Pause]) -> date:
    while amount or not days.is_open(day):
        day += timedelta(days=1)
        if amount and days.counts(day) and not _paused_on(day, pauses):
            amount -= 1
    return day


def _after_calendar(day: date, amount: int, unit: TimeUnit, pauses: Sequence[Pause]) -> date:
    end = day + timedelta(days=amount) if unit == "day" else _months_later(day, amount * (12 if unit == "year" else 1))
    seen = day
    while seen < end:
        seen += timedelta(days=1)
        if _paused_on(seen, pauses):
            end += timedelta(days=1)
    return end


def _after_hours(start: datetime, left: timedelta, days: Workdays, pauses: Sequence[Pause]) -> datetime:
    end = start
    for begin, close in days.spans(start):
        for piece_begin, piece_end in _without(begin, close, pauses):
            if piece_end - piece_begin >= left:
                return piece_begin + left
            left -= piece_end - piece_begin
            end = piece_end
    return end


def _without(begin: datetime, end: datetime, pauses: Sequence[Pause]) -> list[tuple[datetime, datetime]]:
    pieces = [(begin, end)]
    for pause in pauses:
        until = pause.until or end
        pieces = [
            part
            for low, high in pieces
            for part in ((low, min(high, pause.since)), (max(low, until), high))
            if part[0] < part[1]
        ]
    return pieces


def _paused_on(day: date, pauses: Sequence[Pause]) -> bool:
    return any(
        pause.since.astimezone(HANOI).date() < day
        and (pause.until is None or day <= pause.until.astimezone(HANOI).date())
        for pause in pauses
    )


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last day where it has none (Civil Code, Article 148)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
