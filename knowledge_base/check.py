"""Looking over the catalogue as an editor would: errors that must be mended, and warnings worth a look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any, Final, Literal

from core.procedure import Procedure
from knowledge_base.load import Problem
from knowledge_base.passages import plain_name
from knowledge_base.words import folded_words

STALE_DAYS: Final = 180
_NEAR: Final = 0.92  # share of equal syllables at which two sayings are taken for one
Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """One thing that a check found: how bad, which rule, where, and a sentence that says what to do."""

    severity: Severity
    rule: str
    where: str
    sentence: str


Procedures = Mapping[str, Procedure]
Rule = Callable[[Procedures, date], Iterator[Finding]]


def check(procedures: Procedures, problems: Iterable[Problem], today: date) -> list[Finding]:
    """Run every rule over the procedures (by code); ``problems`` are those met while reading them."""
    findings = [Finding("error", "schema", problem.where, problem.sentence) for problem in problems]
    for rule in RULES:
        findings.extend(rule(procedures, today))
    return sorted(findings, key=lambda one: (one.severity, one.rule, one.where, one.sentence))


def summary(procedures: Procedures, findings: Iterable[Finding]) -> dict[str, Any]:
    """Return counts for a report: procedures by origin, findings by rule, facts stated as unknown by kind."""
    by_rule: dict[str, int] = defaultdict(int)
    for finding in findings:
        by_rule[finding.rule] += 1
    curated = sum(1 for one in procedures.values() if one.origin == "curated")
    unknowns = {"times": 0, "fees": 0, "papers": 0}
    for one in procedures.values():
        for kind, count in unknown_facts(one).items():
            unknowns[kind] += count
    counts = {"curated": curated, "imported": len(procedures) - curated}
    return {"procedures": counts, "findings": dict(by_rule), "unknown": unknowns}


def unknown_facts(procedure: Procedure) -> dict[str, int]:
    """Count the facts of a procedure that are stated as unknown."""
    times = sum(1 for method in procedure.methods for time in method.times if time.unknown)
    fees = sum(1 for method in procedure.methods for fee in method.fees if fee.kind == "unknown")
    return {"times": times, "fees": fees, "papers": sum(1 for case in procedure.cases if case.unknown)}


def _curated(procedures: Procedures) -> Iterator[Procedure]:
    return (one for one in procedures.values() if one.origin == "curated")


def _links(procedures: Procedures, _: date) -> Iterator[Finding]:
    for one in _curated(procedures):
        seen: set[str] = set()
        for sibling in one.siblings:
            if sibling.code == one.code:
                yield Finding("error", "links", one.code, "is its own sibling; remove that entry")
            elif sibling.code in seen:
                yield Finding("error", "links", one.code, f"names sibling {sibling.code} twice; keep one")
            elif sibling.code not in procedures:
                sentence = f"sibling {sibling.code} is not in the catalogue; write that procedure or remove the entry"
                yield Finding("warning", "links", one.code, sentence)
            seen.add(sibling.code)


def _dates(procedures: Procedures, today: date) -> Iterator[Finding]:
    for one in _curated(procedures):
        if one.source.checked > today:
            yield Finding("error", "dates", one.code, f"checked on {one.source.checked}, in the future; correct it")
        if one.valid_until and one.valid_until < today:
            yield Finding("warning", "dates", one.code, f"ended on {one.valid_until}; it is not served any more")
        if (today - one.source.checked).days > STALE_DAYS:
            sentence = f"last checked on {one.source.checked}, over {STALE_DAYS} days ago; compare it with its source"
            yield Finding("warning", "stale", one.code, sentence)


def _titles(procedures: Procedures, _: date) -> Iterator[Finding]:
    places: dict[str, list[str]] = defaultdict(list)
    for one in _curated(procedures):
        places[one.title.casefold()].append(one.code)
    for codes in places.values():
        if len(codes) > 1:
            yield Finding("error", "titles", ", ".join(codes), "have the same title; buttons could not be told apart")


def _aliases(procedures: Procedures, _: date) -> Iterator[Finding]:
    """Find an alias that stands in two procedures, word for word or nearly so."""
    owners: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for one in _curated(procedures):
        for alias in dict.fromkeys(one.aliases):
            owners[" ".join(folded_words(alias))].append((one.code, alias))
    for said in owners.values():
        if len({code for code, _ in said}) > 1:
            codes = ", ".join(sorted({code for code, _ in said}))
            yield Finding("error", "aliases", codes, f"share the alias “{said[0][1]}”; keep it in one of them")
    yield from _near_aliases(owners)


def _asked(procedures: Procedures, _: date) -> Iterator[Finding]:
    """Find a sentence by which two procedures are said to be asked for."""
    owners: dict[str, set[str]] = defaultdict(set)
    for one in _curated(procedures):
        for line in one.asked:
            owners[" ".join(folded_words(line))].add(one.code)
    for line, codes in owners.items():
        if len(codes) > 1:
            yield Finding("error", "asked", ", ".join(sorted(codes)), f"share the question “{line}”; keep it in one")


def _near_aliases(owners: Mapping[str, list[tuple[str, str]]]) -> Iterator[Finding]:
    by_bag: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for said in owners:
        words = said.split()
        for left_out in range(len(words)):  # sayings that differ by one syllable meet in one of these bags
            by_bag[tuple(sorted(words[:left_out] + words[left_out + 1 :]))].append(said)
    reported: set[tuple[str, str]] = set()
    for bag in by_bag.values():
        for one, other in combinations(sorted(set(bag)), 2):
            (code, alias), (other_code, other_alias) = owners[one][0], owners[other][0]
            if code != other_code and (one, other) not in reported and _alike(one, other) >= _NEAR:
                reported.add((one, other))
                sentence = f"“{alias}” nearly equals “{other_alias}”; make one of them say what differs"
                yield Finding("warning", "aliases-near", f"{code}, {other_code}", sentence)


def _alike(one: str, other: str) -> float:
    """Return the share of syllables that two sayings have in common, 0..1."""
    left, right = one.split(), other.split()
    common = sum(min(left.count(word), right.count(word)) for word in set(left))
    return 2 * common / (len(left) + len(right))


def _names(procedures: Procedures, _: date) -> Iterator[Finding]:
    places: dict[str, list[str]] = defaultdict(list)
    for one in _curated(procedures):
        places[plain_name(one.name).casefold()].append(one.code)
        if not one.aliases:
            sentence = "has no alias; write down how people say it, or search finds it by its official name only"
            yield Finding("warning", "no-alias", one.code, sentence)
    for codes in places.values():
        if len(codes) > 1:
            yield Finding("warning", "names", ", ".join(codes), "have the same official name; is one withdrawn?")


RULES: Final[tuple[Rule, ...]] = (_links, _dates, _titles, _aliases, _asked, _names)
