"""What a webhook may hold besides messages: typed platform events, and the ports that channels keep their books in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from connectors.base import Channel
from core.message import Incoming


class EventKind(StrEnum):
    """What an event means to us, on any platform. Kinds in ``STORED`` have an effect and are kept."""

    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    CONTACT = "contact"  # the person opened the conversation, called, or allowed contact: a reply window opens
    INFO = "info"  # the person sent name, phone or address through a form
    WITHDRAW = "withdraw"  # the person uses data-subject rights
    STAFF_REPLY = "staff_reply"  # a human answered in this conversation
    ECHO = "echo"  # a message of our own came back
    REACTION = "reaction"
    DELIVERED = "delivered"
    SEEN = "seen"
    FEEDBACK = "feedback"
    ADMIN = "admin"  # templates, quotas, tags, packages: for operators
    HANDOVER = "handover"
    GROUP = "group"
    OTHER = "other"


STORED = frozenset({
    EventKind.FOLLOW, EventKind.UNFOLLOW, EventKind.CONTACT, EventKind.INFO, EventKind.WITHDRAW, EventKind.STAFF_REPLY,
    EventKind.ECHO, EventKind.FEEDBACK, EventKind.ADMIN, EventKind.HANDOVER,
})  # fmt: skip


@dataclass(frozen=True)
class PlatformEvent:
    """One event that is not a message of a citizen.

    ``name`` is the platform's own word (from a list: it becomes a label). ``data`` holds nothing that points to a
    person; what does is in ``private`` and is stored encrypted or not at all.
    """

    channel: str
    event_id: str
    kind: EventKind
    name: str
    conversation: str = ""
    at: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    private: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Received:
    """What one webhook call held; ``unknown`` counts what we have no word for."""

    messages: tuple[Incoming, ...] = ()
    events: tuple[PlatformEvent, ...] = ()
    unknown: int = 0


class Webhook(Channel, Protocol):
    """A channel that platforms call. ``refuse_status`` answers a bad signature (some platforms insist on 200)."""

    @property
    def refuse_status(self) -> int:
        """HTTP status for a body whose signature does not fit."""
        ...

    def challenge(self, params: Mapping[str, str]) -> str | None:
        """Return what to answer to the platform's GET check, or ``None`` to refuse it."""
        ...

    def receive(self, raw: bytes, proven: str) -> Received:
        """Translate a verified body; never fails for what one event holds.

        Raises:
            BadInput: the whole body cannot be read.
        """
        ...


@dataclass(frozen=True)
class Charge:
    """What a platform said a sent message cost: the kind of quota and what is left of it."""

    quota: str
    remain: int | None = None
    total: int | None = None


class Ledger(Protocol):
    """The books of a channel: reply windows, charges, echoes.

    Reading may raise ``StorageUnavailable``; writing never does, as the message has gone out by then.
    """

    def last_interaction(self, conversation: str) -> datetime | None:
        """When the person last did something that opens a reply window."""
        ...

    def charged(self, channel: str, conversation: str, charge: Charge) -> None:
        """Write down what a sent message was charged to."""
        ...

    def unreachable(self, conversation: str, code: str) -> None:
        """Mark that the person cannot be written to (blocked, unfollowed, gone)."""
        ...

    def echoed(self, conversation: str, text_hash: str, since: datetime) -> str | None:
        """Return the platform's id of an echo with this text, if one has come."""
        ...
