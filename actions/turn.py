"""One turn as an action sees it: plain data in (Turn), plain data out (Outcome); nothing here knows Rasa."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.message import Aspect, Button, Reply


@dataclass(frozen=True)
class Turn:
    """What the citizen just said, as understood, and what the conversation remembers.

    ``entities`` maps an entity name to its values in the order of the text; ``slots`` are Rasa's slots; ``ranking``
    holds the intents that were considered, likeliest first; ``conversation`` is its key (``channel:account:person``).
    """

    text: str
    intent: str
    confidence: float
    entities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    slots: Mapping[str, Any] = field(default_factory=dict)
    ranking: tuple[tuple[str, float], ...] = ()
    conversation: str = ""

    def entity(self, name: str) -> str | None:
        """Return the first value of an entity, or ``None``."""
        values = self.entities.get(name, ())
        return values[0] if values else None

    @property
    def focus(self) -> str | None:
        """Code of the procedure that the conversation is about."""
        value = self.slots.get("focus_procedure")
        return str(value) if value else None

    @property
    def pending_aspect(self) -> Aspect | None:
        """Aspect that was asked before the procedure was known."""
        value = self.slots.get("focus_aspect")
        return Aspect(value) if value in set(Aspect) else None

    @property
    def misses(self) -> int:
        """How many turns in a row were not understood."""
        return int(self.slots.get("misses") or 0)


@dataclass(frozen=True)
class Outcome:
    """The reply of a turn and the slots that it changes (``None`` empties a slot)."""

    reply: Reply
    slots: Mapping[str, Any] = field(default_factory=dict)


class TopicAction(Protocol):
    """One action of a topic: a name that the rules call, and a pure function of the turn."""

    @property
    def name(self) -> str:
        """Return the name that the rules call."""
        ...

    def respond(self, turn: Turn) -> Outcome:
        """Answer the turn; raises nothing that the citizen should see."""
        ...


def payload(intent: str, **entities: str | int) -> str:
    """Return a Rasa payload: ``/intent{"entity": "value"}``; the gateway signs it before it leaves."""
    values = {name: str(value) for name, value in entities.items()}
    return f"/{intent}{json.dumps(values, ensure_ascii=False, separators=(',', ':'))}" if values else f"/{intent}"


def procedure_button(title: str, code: str, aspect: Aspect, **more: str | int) -> Button:
    """Return a button that asks about one aspect of one procedure."""
    return Button(
        title=title, procedure=code, payload=payload("choose_procedure", procedure_code=code, aspect=aspect, **more)
    )
