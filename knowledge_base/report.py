"""Showing procedures and findings to an editor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console

from core.errors import UnknownProcedure
from core.facts import Duration, Fee
from core.procedure import Procedure
from knowledge_base.check import Finding, unknown_facts


def find(procedures: Mapping[str, Procedure], code: str) -> Procedure:
    """Return the procedure of a code; raises ``UnknownProcedure`` with a sentence."""
    try:
        return procedures[code]
    except KeyError:
        raise UnknownProcedure(f"No procedure has the code {code}; look it up with `./motcua kb search`.") from None


def print_findings(console: Console, findings: Iterable[Finding], totals: Mapping[str, Any]) -> None:
    """Print findings one a line, errors in red, then the totals."""
    for one in findings:
        colour = "red" if one.severity == "error" else "yellow"
        console.print(f"[{colour}]{one.severity}[/{colour}] {one.rule}: {one.where}: {one.sentence}", highlight=False)
    for name, counts in totals.items():
        console.print(f"{name}: " + (", ".join(f"{key} {count}" for key, count in counts.items()) or "none"))


def print_procedure(console: Console, one: Procedure) -> None:
    """Print a procedure for reading."""
    console.print(
        f"[bold]{one.code}[/bold] {one.name} ({one.origin})\n{one.title} · {one.field} · {', '.join(one.levels)}"
    )
    if one.summary:
        console.print(one.summary)
    console.print("Aliases: " + "; ".join(one.aliases))
    for case in one.cases:
        console.print(f"[bold]{case.name}[/bold]" + (f" (unknown: {case.unknown})" if case.unknown else ""))
        for paper in case.papers:
            count = f"{_count(paper.originals)} + {_count(paper.copies)}"
            console.print(f"  - {paper.name} [{paper.handling}, {count}]", markup=False)
    for method in one.methods:
        times = "; ".join(time_text(time) for time in method.times)
        console.print(f"{method.kind}: {times} | {'; '.join(fee_text(fee) for fee in method.fees)}", markup=False)
    for sibling in one.siblings:
        console.print(f"Sibling {sibling.code}: {sibling.question}")
    decision = f" {one.source.decision}" if one.source.decision else ""
    console.print(f"Source: {one.source.publisher}{decision}, checked {one.source.checked}")


def _count(number: int | None) -> str:
    return "?" if number is None else str(number)


def time_text(time: Duration) -> str:
    """Write a time for an editor: value with unit, or that it is unknown."""
    if time.unknown:
        return f"unknown ({time.unknown})"
    span = f"{time.value}–{time.value_max}" if time.value_max else f"{time.value}"
    return f"{span} {time.unit}" + (f" ({time.condition})" if time.condition else "")


def fee_text(fee: Fee) -> str:
    """Write a fee for an editor: name, kind, amount in đồng."""
    amount = f" {fee.amount:,} đ" if fee.amount else ""
    return f"{fee.name}: {fee.kind}{amount}" + (f" ({fee.condition})" if fee.condition else "")


def statistics(procedures: Mapping[str, Procedure]) -> dict[str, Any]:
    """Count procedures by origin, level and field, with aliases and unknown facts; the common fields only."""
    every = list(procedures.values())
    unknown: Counter[str] = Counter()
    for one in every:
        unknown.update(unknown_facts(one))
    return {
        "procedures": len(every),
        "origin": dict(Counter(one.origin for one in every)),
        "level": dict(Counter(level for one in every for level in one.levels)),
        "field": dict(Counter(one.field for one in every).most_common(25)),
        "aliases": sum(len(one.aliases) for one in every),
        "siblings": sum(len(one.siblings) for one in every),
        "unknown": dict(unknown),
    }
