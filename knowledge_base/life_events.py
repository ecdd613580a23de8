"""Life events: bundles of procedures that one event brings, in the order in which to do them.

Each event is one YAML file in ``life_events/``. A joint filing (liên thông) is a procedure that does several at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Final, Self

import yaml
from pydantic import Field, StringConstraints, ValidationError, model_validator
from viet_nlu.text import fold, nfc, syllables

from core.errors import KnowledgeError
from core.facts import Record, Text
from core.procedure import ProcedureCode

_FILLERS: Final = frozenset({"em", "tôi", "toi", "mình", "minh", "tui", "của", "cua", "ạ"})
EVENTS_DIR: Final = Path(__file__).resolve().parent / "life_events"


class EventStep(Record):
    """One procedure of an event: what it is for, when it is not needed by all (``only_if``), what must come before."""

    code: ProcedureCode
    why: Text
    only_if: Text | None = None
    after: tuple[ProcedureCode, ...] = ()


class Joint(Record):
    """One filing that does several steps at once (liên thông), and who may use it."""

    code: ProcedureCode
    covers: tuple[Text, ...] = Field(min_length=2)
    replaces: tuple[ProcedureCode, ...] = Field(min_length=1)
    when: Text


class LifeEvent(Record):
    """An event of life; ``phrases`` are how people tell of it, ``title`` fits a button (60 characters).

    ``unless_next`` are words that give a phrase another sense when they follow it ("mẹ em mất" + "căn cước").
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")]
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    summary: Text
    phrases: tuple[Text, ...] = Field(min_length=3)
    unless_next: tuple[Text, ...] = ()
    steps: tuple[EventStep, ...] = Field(min_length=1)
    joint: tuple[Joint, ...] = ()
    unknown: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _order_and_codes_fit(self) -> Self:
        codes = [step.code for step in self.steps]
        if len(codes) != len(set(codes)):
            raise ValueError("a procedure stands twice")
        for position, step in enumerate(self.steps):
            if late := set(step.after) - set(codes[:position]):
                raise ValueError(f"{step.code} comes before {', '.join(sorted(late))}")
        if strangers := {code for joint in self.joint for code in joint.replaces} - set(codes):
            raise ValueError(f"a joint filing replaces what is no step: {', '.join(sorted(strangers))}")
        return self

    def codes(self) -> frozenset[str]:
        """Return every code that the event names."""
        return frozenset([step.code for step in self.steps] + [joint.code for joint in self.joint])


@dataclass(frozen=True)
class EventMatch:
    """An event found in a text by a phrase; ``length`` is the count of syllables matched."""

    event: LifeEvent
    phrase: str
    length: int


@cache
def load_events(folder: Path = EVENTS_DIR) -> tuple[LifeEvent, ...]:
    """Read all events.

    Raises:
        KnowledgeError: a file does not fit, or two events share an id or a phrase; the message names the file.
    """
    events = tuple(_read(file) for file in sorted(folder.glob("*.yaml")))
    seen: dict[str, str] = {}
    for event in events:
        for name in (event.id, *(" ".join(_words(phrase)) for phrase in event.phrases)):
            if seen.setdefault(name, event.id) != event.id:
                raise KnowledgeError(f"life events {seen[name]} and {event.id} share '{name}'")
    return events


def _read(file: Path) -> LifeEvent:
    try:
        return LifeEvent.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        raise KnowledgeError(f"life event {file.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def find(text: str, events: Iterable[LifeEvent] | None = None) -> list[EventMatch]:
    """Return the events that a text tells of, the longest phrase first; works with and without marks.

    A text that has marks must have those of the phrase too, so that words that only fold alike do not trigger.
    """
    folded, written = _words(text), _words_as_written(text)
    marked = folded != written
    words = _without_fillers(written)
    best: dict[str, EventMatch] = {}
    for event in load_events() if events is None else events:
        stops = [_phrase(stop, marked) for stop in event.unless_next]
        for phrase in event.phrases:
            wanted = _phrase(phrase, marked)
            known = best.get(event.id)
            if (known is None or known.length < len(wanted)) and _holds(words, wanted, stops):
                best[event.id] = EventMatch(event, phrase, len(wanted))
    return sorted(best.values(), key=lambda match: -match.length)


@lru_cache(maxsize=4096)
def _phrase(phrase: str, marked: bool) -> list[str]:
    """Return the words of a phrase of the files in the spelling of the text that is read."""
    return _without_fillers(_words_as_written(phrase) if marked else _words(phrase))


def _without_fillers(words: list[str]) -> list[str]:
    """Leave out the words by which people name themselves: "mẹ em vừa mất" is "mẹ vừa mất"."""
    return [word for word in words if word not in _FILLERS]


def _words(text: str) -> list[str]:
    return [span.text for span in syllables(fold(nfc(text)))]


def _words_as_written(text: str) -> list[str]:
    return [span.text for span in syllables(nfc(text).lower())]


def _holds(words: list[str], wanted: list[str], stops: list[list[str]]) -> bool:
    for start in range(len(words) - len(wanted) + 1):
        end = start + len(wanted)
        if words[start:end] == wanted and not any(words[end : end + len(stop)] == stop for stop in stops):
            return True
    return False
