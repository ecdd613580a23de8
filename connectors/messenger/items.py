"""One item of a delivery, with what all kinds of items share: person, time, key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from connectors.events import EventKind, PlatformEvent
from connectors.lenient import Json, as_dict, as_text, as_time

CHANNEL = "messenger"
# What our own messages carry in "metadata" begins so; it comes back in their echoes.
MARK = "mc:"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_STAMP = re.compile(r"[0-9]{1,16}\Z")
_WORD = re.compile(r"[!-~]{1,150}\Z")


@dataclass(frozen=True)
class Item:
    """One element of ``messaging`` or ``standby`` (then another app owns the thread)."""

    body: Json
    page: str
    entry_time: str
    standby: bool = False

    @cached_property
    def person(self) -> str:
        """The page-scoped id of the citizen, whichever side of the item it is on; empty when there is none."""
        for side in ("sender", "recipient"):
            value = as_text(as_dict(self.body.get(side)).get("id"))
            if value != self.page and _ID.match(value):
                return value
        return ""

    @property
    def conversation(self) -> str:
        """The key of order; empty for what is about the Page alone."""
        return conversation(self.page, self.person) if self.person else ""

    @property
    def stamp(self) -> str:
        """The platform's time in digits, milliseconds; empty when it cannot be read."""
        return next((text for text in (as_text(self.body.get("timestamp")), self.entry_time) if _STAMP.match(text)), "")

    @cached_property
    def at(self) -> datetime | None:
        """The platform's time; ``None`` when it cannot be read or lies in the future."""
        return as_time(self.stamp)

    def key(self, name: str, own: str = "") -> str:
        """Return the key against duplicates: the platform's own id, or one made of name, person and time."""
        return word(own) or f"{name}:{self.person}:{self.stamp}"

    def event(self, kind: EventKind, name: str, own: str = "", data: Json | None = None) -> PlatformEvent:
        """Return this item as an event."""
        key = self.key(name, own)
        return PlatformEvent(CHANNEL, f"{name}:{key}"[:200], kind, name, self.conversation, self.at, data or {})


def conversation(page: str, person: str) -> str:
    """Return the key of order for a person who writes to a Page."""
    return f"{CHANNEL}:{page}:{person}"


def word(value: Any) -> str:
    """Return an id or a label of printable ASCII, or nothing."""
    text = as_text(value)
    return text if _WORD.match(text) else ""
