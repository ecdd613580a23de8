"""Which days and hours an office works: the law's days off, announced swaps, and Saturday desks by unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import holidays
import yaml
from pydantic import Field, ValidationError

from core.dossier import HANOI
from core.errors import SetupError
from core.facts import Record, Text

DATA = Path(__file__).parent / "data" / "workdays.yml"
_FIRST, _LAST = 2015, 2065
_SATURDAY = 5
Hours = tuple[tuple[time, time], ...]


class Swap(Record):
    """A weekday off that is worked on another day, by decision of the executive."""

    rest: date
    worked: date
    source: Text


class Desk(Record):
    """Hours of a unit's desk; ``counts``: its Saturdays are working days of a procedure's time."""

    hours: Hours = ((time(8), time(12)), (time(13), time(17)))
    saturday: Hours = ()
    counts: bool = False
    source: Text | None = None


class _File(Record):
    source_of_rules: Text
    confirmed_through: Annotated[int, Field(ge=_FIRST, le=_LAST)]
    swaps: tuple[Swap, ...]
    desks: dict[str, Desk]
    units: dict[str, Desk]


@dataclass(frozen=True)
class Workdays:
    """Days and hours of one desk. Days are Hanoi's; moments are returned in Hanoi's time.

    The years known are 2015 to 2065; ``confirmed_through`` is the last year whose swaps had been announced.
    """

    desk: Desk = field(default_factory=Desk)
    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    confirmed_through: int = _LAST

    def counts(self, day: date) -> bool:
        """Tell whether a day is a working day in the time of a procedure."""
        return self._office(day) or (self.desk.counts and self._saturday(day))

    def is_open(self, day: date) -> bool:
        """Tell whether the desk takes in dossiers and gives out results on a day."""
        return self._office(day) or self._saturday(day)

    def hours(self, day: date) -> Hours:
        """Return the spans in which the desk is open on a day; none on a day off."""
        if self._office(day):
            return self.desk.hours
        return self.desk.saturday if self._saturday(day) else ()

    def spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the open spans from a moment on, the first cut to begin at the moment."""
        start = start.astimezone(HANOI)
        day = start.date()
        while day.year <= _LAST:
            for opens, closes in self.hours(day):
                begin, end = datetime.combine(day, opens, HANOI), datetime.combine(day, closes, HANOI)
                if end > start:
                    yield max(begin, start), end
            day += timedelta(days=1)

    def next_open(self, day: date) -> date:
        """Return the day itself when the desk is open, else the first open day after it."""
        while not self.is_open(day):
            day += timedelta(days=1)
        return day

    def closing(self, day: date) -> datetime:
        """Return the moment at which the desk closes on an open day."""
        return datetime.combine(day, self.hours(day)[-1][1], HANOI)

    def provisional(self, day: date) -> bool:
        """Tell whether the days off of that day's year had not been announced when the data was written."""
        return day.year > self.confirmed_through

    def _office(self, day: date) -> bool:
        if day in self.worked:
            return True
        return day.weekday() < _SATURDAY and day not in self.off

    def _saturday(self, day: date) -> bool:
        return bool(self.desk.saturday) and day.weekday() == _SATURDAY and day not in self.off


@lru_cache(maxsize=1)
def shipped_calendar() -> Mapping[str, Workdays]:
    """Return the shipped calendars: one a unit with its own desk, and ``""`` for all other units."""
    return read_calendar(DATA)


def workdays_of(unit: str) -> Workdays:
    """Return the shipped calendar of a unit."""
    calendar = shipped_calendar()
    return calendar.get(unit, calendar[""])


def read_calendar(path: Path) -> Mapping[str, Workdays]:
    """Read a table of swaps and desks over the library's days off.

    Raises:
        SetupError: the file does not fit its shape.
    """
    try:
        table = _File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise SetupError(f"{path.name} cannot be read: {error}") from error
    law = holidays.country_holidays("VN", years=range(_FIRST, _LAST + 1))
    worked = (law.weekend_workdays | {swap.worked for swap in table.swaps}) - {swap.rest for swap in table.swaps}
    off = frozenset((set(law) | {swap.rest for swap in table.swaps}) - worked)
    desks = {"": table.desks.get("default", Desk()), **table.units}
    return {unit: Workdays(desk, off, frozenset(worked), table.confirmed_through) for unit, desk in desks.items()}
