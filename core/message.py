"""Messages: what a citizen sends (Incoming) and what the assistant answers (Reply), the same on every channel."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class ReplyKind(StrEnum):
    """What sort of turn a reply is."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    SMALLTALK = "smalltalk"
    FORM = "form"
    STATUS = "status"
    FALLBACK = "fallback"
    HANDOFF = "handoff"


class Aspect(StrEnum):
    """The side of a procedure that a question is about."""

    OVERVIEW = "overview"
    DOCUMENTS = "documents"
    FEE = "fee"
    TIME = "time"
    PLACE = "place"
    STEPS = "steps"
    ONLINE = "online"
    ELIGIBILITY = "eligibility"
    FORMS = "forms"
    LEGAL = "legal"
    RESULT = "result"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Button(_Value):
    """A choice offered to the citizen; ``payload`` is opaque to channels, ``procedure`` the code it leads to."""

    title: str = Field(min_length=1, max_length=120)
    payload: str = Field(min_length=1, max_length=1000)
    procedure: str | None = None


class Source(_Value):
    """Where an answer was read: procedure code, decision number, page, and the day it was last checked."""

    code: str
    decision: str | None = None
    url: str | None = None
    checked_on: date


class Reply(_Value):
    """One answer of the assistant, before any channel has shaped it; ``intent`` and ``confidence`` are of the turn."""

    kind: ReplyKind
    text: str = Field(min_length=1)
    procedure: str | None = None
    aspect: Aspect | None = None
    options: tuple[Button, ...] = ()
    sources: tuple[Source, ...] = ()
    intent: str | None = None
    confidence: float | None = None


class Incoming(_Value):
    """One message of a citizen, after a connector has parsed it.

    ``event_id`` is the platform's own id (unique in ``channel``); ``conversation`` is the key of order, of the form
    ``channel:account:person``; ``payload`` is set when a button was pressed.
    """

    channel: str
    event_id: str = Field(min_length=1, max_length=200)
    conversation: str = Field(min_length=1, max_length=200)
    text: str = Field(default="", max_length=4000)
    payload: str | None = Field(default=None, max_length=2000)
    provider_time: datetime | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
