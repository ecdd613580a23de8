"""An administrative procedure (thủ tục hành chính) as the knowledge base holds it: one record, one YAML file."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, StringConstraints, model_validator

from core.facts import (
    Case,
    Dated,
    Duration,
    Fee,
    LegalBasis,
    Level,
    Method,
    Paper,
    Place,
    Record,
    Result,
    SourceRef,
    Text,
)

ProcedureCode = Annotated[str, StringConstraints(pattern=r"^\d\.\d{6}$")]
Origin = Literal["curated", "imported"]
D = TypeVar("D", bound=Dated)


class Sibling(Record):
    """A procedure that people confuse with this one, and the one question that tells the two apart.

    ``unless_said``: words that settle the question. Where a text has none of them it is asked before this procedure is
    answered, for the other one is the usual case ("mất giấy kết hôn": a copy, unless the register is lost too).
    """

    code: ProcedureCode
    question: Text
    this_when: Text
    other_when: Text
    unless_said: tuple[Text, ...] = ()


class Condition(Dated):
    """A requirement to be met before filing."""

    text: Text


class Step(Dated):
    """One step of the way, as the citizen lives it."""

    text: Text


class Procedure(Dated):
    """One procedure with everything the assistant may say about it.

    ``name`` is the official name; ``title`` a short one for buttons (at most 60 characters); ``aliases`` are how people
    say it, with marks; ``asked`` whole sentences by which people ask for it; ``keywords`` further words that point here
    but are no name of it. ``popularity`` 0–5 is a prior for search (5 = asked for every day). ``internal`` procedures
    are for offices, not for citizens. ``age_from`` and ``age_below`` bound the age, in full years, of the person it
    concerns, where the law draws such a line.
    """

    code: ProcedureCode
    name: Text
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    origin: Origin = "curated"
    field: Text
    ministry: Text | None = None
    levels: tuple[Level, ...] = Field(min_length=1)
    audience: tuple[Text, ...] = ()
    summary: Text | None = None
    aliases: tuple[Text, ...] = ()
    asked: tuple[Text, ...] = ()
    keywords: tuple[Text, ...] = ()
    siblings: tuple[Sibling, ...] = ()
    popularity: int = Field(default=0, ge=0, le=5)
    internal: bool = False
    age_from: int | None = Field(default=None, ge=0, le=120)
    age_below: int | None = Field(default=None, ge=1, le=120)
    cases: tuple[Case, ...] = Field(min_length=1)
    methods: tuple[Method, ...] = Field(min_length=1)
    places: tuple[Place, ...] = Field(min_length=1)
    steps: tuple[Step, ...] = ()
    conditions: tuple[Condition, ...] = ()
    results: tuple[Result, ...] = ()
    legal: tuple[LegalBasis, ...] = ()
    source: SourceRef
    remarks: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _no_double_ids(self) -> Self:
        ids = [case.id for case in self.cases]
        if len(ids) != len(set(ids)):
            raise ValueError("two cases have the same id")
        return self

    def as_of(self, day: date) -> Procedure | None:
        """Return the record with only the facts that hold on ``day``, or ``None`` when the procedure itself does not.

        A record without its own ``valid_from`` holds for earlier days too: the gathering date bounds our knowledge, not
        the law.
        """
        if not self.holds_on(day):
            return None
        return self.model_copy(
            update={
                "cases": tuple(_case_on(case, day) for case in _holding(self.cases, day)),
                "methods": tuple(_method_on(method, day) for method in _holding(self.methods, day)),
                "places": _holding(self.places, day),
                "steps": _holding(self.steps, day),
                "conditions": _holding(self.conditions, day),
                "results": _holding(self.results, day),
                "legal": _holding(self.legal, day),
            }
        )


def _holding(facts: tuple[D, ...], day: date) -> tuple[D, ...]:
    return tuple(fact for fact in facts if fact.holds_on(day))


def _case_on(case: Case, day: date) -> Case:
    papers: tuple[Paper, ...] = tuple(
        paper.model_copy(update={"reuse": None}) if paper.reuse and not paper.reuse.holds_on(day) else paper
        for paper in _holding(case.papers, day)
    )
    return case.model_copy(update={"papers": papers})


def _method_on(method: Method, day: date) -> Method:
    times: tuple[Duration, ...] = _holding(method.times, day)
    fees: tuple[Fee, ...] = _holding(method.fees, day)
    return method.model_copy(update={"times": times, "fees": fees})
