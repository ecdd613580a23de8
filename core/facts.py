"""Dated facts: the small records that a procedure is made of.

Every fact may carry ``valid_from`` and ``valid_until`` (both days included); a fact without dates holds as long as
the record around it. A value that no source gives is stated as unknown with a reason, never filled in.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

TimeUnit = Literal["minute", "hour", "day", "working_day", "month", "year"]
FeeKind = Literal["fixed", "per_unit", "range", "free", "set_locally", "unknown"]
MethodKind = Literal["in_person", "online", "postal"]
Level = Literal["commune", "province", "ministry", "other"]


class Record(BaseModel):
    """A value object of the knowledge base: frozen, and unknown keys are an error (they are typing mistakes)."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Dated(Record):
    """A fact that holds from a day to a day, both included; ``None`` leaves that end to the record around it."""

    valid_from: date | None = None
    valid_until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether this fact may be stated on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError("valid_until is before valid_from")
        return self


class SourceRef(Record):
    """Where a fact was read: a page or a decision, and when it was gathered and last checked by a person or a tool."""

    publisher: Text
    gathered: date
    checked: date
    url: str | None = None
    decision: str | None = None

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not (self.url or self.decision):
            raise ValueError("a source needs a url or a decision number")
        if self.checked < self.gathered:
            raise ValueError("checked is before gathered")
        return self


class Duration(Dated):
    """How long an office takes: a value with its unit, or unknown with a reason. Never a bare number.

    ``value`` and ``value_max`` are counts of ``unit``; ``condition`` says in which case this time applies.
    """

    value: int | None = Field(default=None, ge=0)
    value_max: int | None = Field(default=None, ge=0)
    unit: TimeUnit | None = None
    condition: Text | None = None
    note: Text | None = None
    unknown: Text | None = None

    @model_validator(mode="after")
    def _value_with_unit_or_reason(self) -> Self:
        if self.unknown is not None:
            if self.value is not None or self.unit is not None:
                raise ValueError("a time is either known (value, unit) or unknown (reason), not both")
        elif self.value is None or self.unit is None:
            raise ValueError("a time needs value and unit, or 'unknown' with a reason")
        if self.value_max is not None and (self.value is None or self.value_max < self.value):
            raise ValueError("value_max needs a smaller value")
        return self


class Fee(Dated):
    """One fee: amount in đồng with its kind, or unknown with a reason.

    ``fixed`` an amount a dossier; ``per_unit`` an amount a ``unit`` (bản, trang…); ``range`` from ``amount`` to
    ``amount_max``; ``free`` only where the source says so in words; ``set_locally`` the city council sets it;
    ``unknown`` needs ``reason``. ``source`` overrides the source of the procedure (for a local resolution).
    """

    name: Text
    kind: FeeKind
    amount: int | None = Field(default=None, ge=0)
    amount_max: int | None = Field(default=None, ge=0)
    unit: Text | None = None
    condition: Text | None = None
    exemptions: tuple[Text, ...] = ()
    note: Text | None = None
    reason: Text | None = None
    source: SourceRef | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if self.kind in ("fixed", "per_unit", "range") and not self.amount:
            raise ValueError(f"a fee of kind {self.kind} needs an amount above 0")
        if self.kind == "per_unit" and self.unit is None:
            raise ValueError("a fee of kind per_unit needs a unit")
        if (self.kind == "range") != (self.amount_max is not None):
            raise ValueError("amount_max goes with kind range, and with no other")
        if self.kind in ("free", "set_locally", "unknown") and self.amount:
            raise ValueError(f"a fee of kind {self.kind} has no amount")
        if self.kind == "unknown" and self.reason is None:
            raise ValueError("a fee of kind unknown needs a reason")
        return self


class Form(Record):
    """A form to fill in: its name as printed, and its number or address where the source gives them."""

    name: Text
    code: Text | None = None
    url: str | None = None


class DataReuse(Dated):
    """Says that a paper need not be handed in when the office can read the data itself, and by which source."""

    database: Text
    source: Text


class Paper(Dated):
    """One paper of a dossier. ``originals`` and ``copies`` are counts; ``None`` means the source gives no count.

    ``present`` = shown and given back (xuất trình); ``submit`` = handed in (nộp).
    """

    name: Text
    handling: Literal["submit", "present"] = "submit"
    originals: int | None = Field(default=None, ge=0)
    copies: int | None = Field(default=None, ge=0)
    form: Form | None = None
    condition: Text | None = None
    note: Text | None = None
    reuse: DataReuse | None = None


class Case(Dated):
    """A case of a procedure with the papers it asks for; the first case of a procedure is the usual one."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    name: Text
    when: Text | None = None
    papers: tuple[Paper, ...] = ()
    unknown: Text | None = None

    @model_validator(mode="after")
    def _papers_or_reason(self) -> Self:
        if not self.papers and self.unknown is None:
            raise ValueError("a case lists its papers, or says in 'unknown' why none are known")
        return self


class Method(Dated):
    """A way of filing with its times and fees."""

    kind: MethodKind
    times: tuple[Duration, ...]
    fees: tuple[Fee, ...]
    note: Text | None = None

    @model_validator(mode="after")
    def _states_time_and_fee(self) -> Self:
        if not self.times or not self.fees:
            raise ValueError("a method states at least one time and one fee (known or unknown with a reason)")
        return self


class Place(Dated):
    """Where a dossier is handed in, in words; ``anywhere`` = regardless of where the person lives (phi địa giới)."""

    office: Text
    level: Level
    note: Text | None = None
    anywhere: bool | None = None


class LegalBasis(Dated):
    """A law, decree or circular that the procedure rests on."""

    name: Text
    number: Text | None = None


class Result(Dated):
    """What the person receives at the end."""

    name: Text
    note: Text | None = None
