"""What search reads of a procedure: passages (its names and how people say it) and content (everything else)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import Final, NamedTuple

from core.procedure import Procedure

_PREFIX: Final = re.compile(r"^thủ tục(?: hành chính)?[:\s]+", re.IGNORECASE)
_CONTENT_CAP: Final = 7000  # characters: the tail of a very long record is annexes and repeated law
_LINE_CAP: Final = 400
_LINE_END: Final = re.compile(r"(?<=[.;:])\s+|\n+")


class Kind(IntEnum):
    """What a passage is."""

    NAME = 0
    TITLE = 1
    ALIAS = 2
    KEYWORD = 3


class Passage(NamedTuple):
    """One way of naming a procedure."""

    kind: Kind
    text: str


def plain_name(name: str) -> str:
    """Return an official name without the word "Thủ tục" before it, which tells nothing apart."""
    return _PREFIX.sub("", name.strip()) or name


def passages(procedure: Procedure) -> list[Passage]:
    """Return the passages of a procedure, its official name always first, each text once."""
    name = plain_name(procedure.name)
    found = [Passage(Kind.NAME, name)]
    seen = {name.casefold()}
    # An imported title is only the name cut short.
    titles = [(Kind.TITLE, procedure.title)] if procedure.origin == "curated" else []
    rest = [*titles, *((Kind.ALIAS, alias) for alias in procedure.aliases)]
    rest += [(Kind.KEYWORD, keyword) for keyword in procedure.keywords]
    for kind, text in rest:
        if text.casefold() not in seen:
            seen.add(text.casefold())
            found.append(Passage(kind, text))
    return found


def content(procedure: Procedure) -> list[str]:
    """Return the sentences of a procedure beyond its names, each once, capped in whole length."""
    kept: dict[str, None] = {}
    room = _CONTENT_CAP
    for text in _content(procedure):
        for part in _LINE_END.split(text):
            line = part.strip()[:_LINE_CAP]
            if room > 0 and line and line not in kept:
                kept[line] = None
                room -= len(line)
    return list(kept)


def _content(procedure: Procedure) -> Iterator[str]:
    if procedure.summary:
        yield procedure.summary
    yield procedure.field
    yield from procedure.keywords
    yield from procedure.audience
    for case in procedure.cases:
        yield case.name
        if case.when:
            yield case.when
        for paper in case.papers:
            yield from (text for text in (paper.name, paper.condition, paper.note) if text)
    yield from (condition.text for condition in procedure.conditions)
    yield from (result.name for result in procedure.results)
    yield from (step.text for step in procedure.steps)
    for sibling in procedure.siblings:
        yield sibling.this_when
    for method in procedure.methods:
        for time in method.times:
            yield from (text for text in (time.condition, time.note) if text)
        for fee in method.fees:
            yield from (text for text in (fee.condition, fee.note) if text)
