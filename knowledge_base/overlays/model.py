"""The records of a city's overlay and their loader.

A city is a folder of YAML files; each file holds lists under the names of the fields of ``Overlay``. A value that the
sources do not give stands in ``unknown`` with its reason and is never filled in.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from core.errors import KnowledgeError
from core.facts import Dated, Level, MethodKind, Record, SourceRef, Text
from core.procedure import ProcedureCode

OVERLAYS_DIR: Final = Path(__file__).resolve().parent
SetBy = Literal["city_council", "ministry_of_finance"]
Effect = Literal["zero", "fully_supported"]


class FeeRule(Dated):
    """A rule of the city that changes what a person pays.

    ``set_by`` says whose fees it is about; ``methods`` and ``levels`` limit it to ways of filing and to the city's own
    offices; a fee whose name or words hold one of ``except_words`` (folded) is left alone.
    """

    id: Text
    set_by: SetBy
    effect: Effect
    methods: tuple[MethodKind, ...] = Field(min_length=1)
    levels: tuple[Level, ...] = ("commune", "province")
    except_words: tuple[Text, ...] = ()
    note: Text
    source: SourceRef

    @model_validator(mode="after")
    def _in_force_from_a_day(self) -> Self:
        if self.valid_from is None:
            raise ValueError("a fee rule states from which day it is in force")
        return self


class ServicePoint(Dated):
    """A place or a telephone where citizens are served; ``unknown`` maps a missing field to its reason."""

    id: Text
    name: Text
    address: Text | None = None
    hours: Text | None = None
    hotlines: tuple[Text, ...] = ()
    note: Text | None = None
    unknown: dict[Text, Text] = Field(default_factory=dict)
    source: SourceRef

    @model_validator(mode="after")
    def _states_or_says_unknown(self) -> Self:
        for name in ("address", "hours"):
            if (getattr(self, name) is None) == (name not in self.unknown):
                raise ValueError(f"{name} is either stated or listed in 'unknown' with a reason")
        return self


class ServiceModel(Dated):
    """A special way of serving people that an office once announced, and what became of the office.

    ``promised_minutes`` is the time from filing to result; ``weekday`` 1 is Monday; ``reported`` is the
    year of the source.
    """

    id: Text
    name: Text
    place: Text
    procedures: tuple[Text, ...] = ()
    codes: tuple[ProcedureCode, ...] = ()
    weekday: int | None = Field(default=None, ge=1, le=7)
    promised_minutes: int | None = Field(default=None, gt=0)
    instead_of: Text | None = None
    reported: int
    afterwards: Text
    unknown: dict[Text, Text] = Field(default_factory=dict)
    source: SourceRef


class AnywhereRule(Dated):
    """Procedures that may be filed regardless of where the person lives (phi địa giới).

    ``fields`` are the words by which sources group the procedures, ``fully_online`` the level whose fully online
    procedures are covered; the exact list of codes is not in our sources, so a statement names the rule, not a promise.
    """

    id: Text
    fields: tuple[Text, ...] = ()
    fully_online: tuple[Level, ...] = ()
    pilot: bool = False
    note: Text
    source: SourceRef


class Channel(Dated):
    """A way to reach the offices without going there, with its hours and limits."""

    id: Text
    name: Text
    opens: Text | None = None
    closes: Text | None = None
    per_day: int | None = Field(default=None, gt=0)
    excludes: tuple[Text, ...] = ()
    note: Text
    source: SourceRef


class Notice(Dated):
    """A general rule that an older checklist does not know yet."""

    id: Text
    text: Text
    source: SourceRef


class Overlay(Record):
    """Everything that one city adds."""

    city: Text
    name: Text
    fee_rules: tuple[FeeRule, ...] = ()
    service_points: tuple[ServicePoint, ...] = ()
    service_models: tuple[ServiceModel, ...] = ()
    anywhere: tuple[AnywhereRule, ...] = ()
    channels: tuple[Channel, ...] = ()
    notices: tuple[Notice, ...] = ()

    def as_of(self, day: date) -> Overlay:
        """Return the overlay with only what holds on that day."""
        lists = ("fee_rules", "service_points", "service_models", "anywhere", "channels", "notices")
        return self.model_copy(
            update={name: tuple(one for one in getattr(self, name) if one.holds_on(day)) for name in lists}
        )

    def ended_models(self, day: date) -> tuple[ServiceModel, ...]:
        """Return the special models that no longer hold on that day, so that one can say what became of them."""
        return tuple(model for model in self.service_models if model.valid_until and model.valid_until < day)


@cache
def load_overlay(city: str = "hanoi", folder: Path = OVERLAYS_DIR) -> Overlay:
    """Read a city's YAML files into one overlay.

    Raises:
        KnowledgeError: no such city, or a file does not fit the schema; the message names the file.
    """
    files = sorted((folder / city).glob("*.yaml"))
    if not files:
        raise KnowledgeError(f"no overlay for {city}")
    merged: dict[str, Any] = {"city": city}
    for file in files:
        merged |= _read(file, merged)
    try:
        return Overlay.model_validate(merged)
    except ValidationError as error:
        first = error.errors()[0]
        raise KnowledgeError(f"overlay {city}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _read(file: Path, known: dict[str, Any]) -> dict[str, Any]:
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise KnowledgeError(f"overlay file {file.name} is not a mapping")
    if twice := sorted(content.keys() & known.keys()):
        raise KnowledgeError(f"overlay file {file.name} repeats {', '.join(twice)}")
    return content
