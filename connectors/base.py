"""The channel port: two pure translations (parse, render), a check of the sender, and a thin send.

A new channel is one module that fits :class:`Channel`; it runs under the same contract suite as the others
(``tests/contract/test_channels.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from core.message import Incoming, Reply

Body = dict[str, Any]


@dataclass(frozen=True)
class Capabilities:
    """What a channel can show. ``buttons`` per message (0 = none: options are numbered in the text), sizes in chars.

    ``cards``: how many procedures with longer names it shows as cards (0 = none: they are numbered); ``list_items``:
    how many sources as a list of links (0 = none: they stand in the text). Images, files, reactions: it can send them.
    ``reply_seconds``: how long after a message an answer to it may still be sent.
    """

    text_chars: int
    buttons: int
    button_chars: int
    links: bool
    payload_chars: int = 1001
    cards: int = 0
    list_items: int = 0
    images: bool = False
    files: bool = False
    reactions: bool = False
    typing: bool = False
    receipts: bool = False
    echoes: bool = False
    reply_seconds: float = 24 * 3600.0


@dataclass(frozen=True)
class Outcome:
    """How a call to a platform went.

    ``sent``: the platform has it. ``retry``: later, not before ``retry_after`` seconds. ``dead``: never again.
    ``unknown``: it may have arrived (a time-out); look for its echo before sending it again.
    ``reference`` is the platform's id of the message, ``code`` its error code; neither names a person.
    ``of_channel``: it says something of the platform or our account there, not of this message (a time-out, 429 and
    5xx do so by themselves). ``alarm``: an operator has to see to it, whatever becomes of this message.
    """

    kind: Literal["sent", "retry", "dead", "unknown"]
    http_status: int | None = None
    code: str | None = None
    retry_after: float | None = None
    reference: str | None = None
    of_channel: bool = False
    alarm: bool = False


# Our own database could not be read before the call: no news of the platform, nor of the message.
STORAGE_AWAY = Outcome("retry", code="storage")


# Whether a person can be written to unasked: by message, by a registered template only, or not before he writes.
Reach = Literal["open", "template", "closed"]


class Notifier(Protocol):
    """What a pushed channel with reply windows adds, so that notices keep to them; others are always open."""

    def reach(self, conversation: str, *, refused: bool = False) -> Reach:
        """Tell how the person can be reached now; ``refused``: the platform has refused an ordinary message.

        Raises:
            StorageUnavailable: the books of reply windows cannot be read.
        """
        ...

    def template(self, data: Mapping[str, str]) -> Body:
        """Return a body that sends the registered notice with these values (``ma_ho_so``, ``trang_thai``)."""
        ...


class Channel(Protocol):
    """One way to reach citizens. ``pulled``: the citizen's side fetches replies, so storing one delivers it."""

    @property
    def name(self) -> str:
        """The channel's name, as in ``Incoming.channel``."""
        ...

    @property
    def pulled(self) -> bool:
        """Whether replies are fetched by the other side instead of sent."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What the channel can show."""
        ...

    def verify(self, headers: Mapping[str, str], raw: bytes) -> str:
        """Check that a request comes from whom it says and return whom that is (an account or a conversation).

        Header names are in lower case; ``raw`` is the body as received.

        Raises:
            NotAllowed, BadSignature: it does not; nothing is said about what would have fitted.
        """
        ...

    def parse(self, raw: bytes, proven: str) -> list[Incoming]:
        """Translate a verified body into messages; unknown events give none.

        Raises:
            BadInput, TooLarge: the body cannot be used, and sending it again will not help.
        """
        ...

    def render(self, reply: Reply, message: Incoming) -> list[Body]:
        """Translate one reply into one or more bodies to send, in order."""
        ...

    def send(self, conversation: str, body: Body) -> Outcome:
        """Send one body; never raises for what the platform or the network does."""
        ...
