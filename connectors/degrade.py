"""The one rule for what a channel cannot show: choices become numbered lines, long texts are cut at sentence ends.

A citizen answers a numbered choice with its number; the assistant understands "2" or "số 2" on every channel.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.base import Capabilities
from core.message import Button, Incoming, Reply
from core.wording import source_line

ASK_NUMBER = "Anh/Chị vui lòng trả lời bằng số thứ tự."
LATE_AFTER = timedelta(minutes=30)
LATE = "Xin lỗi Anh/Chị, câu trả lời này đến muộn vì hệ thống bị gián đoạn."
# The best place to cut comes first; each pattern matches up to and with the blank after which the next part begins.
_CUTS = tuple(re.compile(f".*(?:{end})", re.S) for end in (r"\n\s*\n", r"[.!?…]['\")\]]*\s+|\n", r"[;:,]\s+", r"\s+"))
_TOO_SHORT = 0.3  # a cut that leaves less than this share of the room is worse than the next kind of cut
Measure = Callable[[str], int]


@dataclass(frozen=True)
class Shaped:
    """A reply as a channel can show it: texts in order, and the buttons that belong under the last one."""

    texts: tuple[str, ...]
    buttons: tuple[Button, ...] = ()


def shape(reply: Reply, can: Capabilities, *, buttons: bool = True, measure: Measure = len) -> Shaped:
    """Return a reply within a channel's limits; ``buttons=False`` numbers the choices whatever the channel can."""
    native = buttons and fits(reply.options, can)
    blocks = [reply.text, *_sources(reply, can)]
    if reply.options and not native:
        blocks.append(numbered(reply.options))
    texts = split_text("\n\n".join(blocks), can.text_chars, measure)
    return Shaped(tuple(texts), reply.options if native else ())


def say_if_late(reply: Reply, message: Incoming, now: datetime) -> Reply:
    """Return a reply that owns up to being late, when the message it answers is more than half an hour old."""
    if message.provider_time is None or now - message.provider_time <= LATE_AFTER:
        return reply
    return reply.model_copy(update={"text": f"{LATE}\n\n{reply.text}"})


def fits(options: Sequence[Button], can: Capabilities) -> bool:
    """Tell whether all choices can be buttons: some as buttons and the rest as text would confuse."""
    return 0 < len(options) <= can.buttons and all(
        len(option.title) <= can.button_chars and len(option.payload) < can.payload_chars for option in options
    )


def numbered(options: Sequence[Button]) -> str:
    """Write choices as numbered lines with a word on how to choose."""
    lines = [f"{number}. {option.title}" for number, option in enumerate(options, start=1)]
    return "\n".join([*lines, ASK_NUMBER])


def split_text(text: str, limit: int, measure: Measure = len) -> list[str]:
    """Return a text in NFC as parts of at most ``limit`` (by ``measure``), cut at the best place there is.

    Sentence ends come first, then clauses, then words; only a word longer than a whole part is cut inside, and
    never between a letter and its mark. Nothing but blanks at the cuts is lost.
    """
    rest = unicodedata.normalize("NFC", text).strip()
    parts: list[str] = []
    while measure(rest) > limit:
        head = rest[: _cut(rest, limit, measure)]
        parts.append(head.rstrip())
        rest = rest[len(head) :].lstrip()
    return [part for part in [*parts, rest] if part]


def utf16_units(text: str) -> int:
    """Return the length of a text in UTF-16 units, as some platforms count it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cut(text: str, limit: int, measure: Measure) -> int:
    """Return where to cut: an index above 0 whose head fits."""
    room = _room(text, limit, measure)
    window = text[: room + 1]  # the blank after a full last word may lie just outside
    for pattern in _CUTS:
        match = pattern.match(window)
        if match and match.end() >= room * _TOO_SHORT and measure(window[: match.end()].rstrip()) <= limit:
            return match.end()
    while room > 1 and unicodedata.combining(text[room]):
        room -= 1
    return room


def _room(text: str, limit: int, measure: Measure) -> int:
    """Return how many characters from the start fit, at least 1."""
    room = min(len(text) - 1, limit)
    while room > 1 and measure(text[:room]) > limit:
        room -= max(1, (measure(text[:room]) - limit) // 2)
    return max(room, 1)


def _sources(reply: Reply, can: Capabilities) -> list[str]:
    if not reply.sources:
        return []
    lines = []
    for source in reply.sources:
        lines.append(source_line(source))
        if source.url and can.links:
            lines.append(source.url)
    return ["\n".join(lines)]
