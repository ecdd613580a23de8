"""What a citizen said: messages, presses and attachments as :class:`core.message.Incoming`."""

from __future__ import annotations

import re

from connectors.lenient import Json, as_dict, as_list, as_text, place
from connectors.messenger.items import CHANNEL, Item, word
from connectors.web import clean_text
from core.message import Incoming

MAX_TEXT = 4000
GET_STARTED = "GET_STARTED"
_SIGNED = re.compile(r"mc1\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\Z")
_LIKE = "369239263222822"
_KINDS = frozenset({
    "image", "audio", "video", "file", "sticker", "reel", "ig_reel", "post", "ig_post", "fallback", "location",
    "template", "appointment_booking",
})  # fmt: skip


def from_message(item: Item, part: Json) -> Incoming | None:
    """Translate ``message``; ``None`` when it holds nothing at all."""
    text = clean_text(as_text(part.get("text")))[:MAX_TEXT]
    payload = signed(as_dict(part.get("quick_reply")).get("payload"))
    found = [_attachment(as_dict(value)) for value in as_list(part.get("attachments"))[:10]]
    if not text and not payload and not found:
        return None
    metadata: Json = {"attachments": found} if found else {}
    if quoted := word(as_dict(part.get("reply_to")).get("mid")):
        metadata["quotes"] = quoted
    key = item.key("message", as_text(part.get("mid")))
    return _incoming(item, key, "" if payload else text, payload, metadata | _referral(part))


def from_postback(item: Item, part: Json) -> Incoming | None:
    """Translate ``postback``: a signed payload steers, anything else counts as its title typed.

    The get-started button begins the conversation, whoever set it up; so does an m.me link in a new thread.
    """
    payload, metadata = signed(part.get("payload")), _referral(part)
    key = item.key("postback", as_text(part.get("mid")))
    if part.get("payload") == GET_STARTED:
        return _incoming(item, key, "", None, metadata | {"event": "greet"})
    text = clean_text(as_text(part.get("title")))[:MAX_TEXT]
    if not payload and not text:
        return None
    return _incoming(item, key, "" if payload else text, payload, metadata)


def from_event(item: Item, key: str, name: str) -> Incoming:
    """Return a message without words, which has the assistant say something fixed."""
    return _incoming(item, key, "", None, {"event": name})


def signed(value: object) -> str | None:
    """Return a payload of the shape that we make; the worker checks its signature."""
    text = as_text(value)
    return text if len(text) <= 2000 and _SIGNED.match(text) else None


def _incoming(item: Item, key: str, text: str, payload: str | None, metadata: Json) -> Incoming:
    return Incoming(channel=CHANNEL, event_id=key, conversation=item.conversation, text=text, payload=payload,
                    provider_time=item.at, metadata=metadata)  # fmt: skip


def _attachment(value: Json) -> Json:
    """Return the kind (and for places the coordinates) of an attachment; addresses of media are not kept."""
    kind, payload = as_text(value.get("type")), as_dict(value.get("payload"))
    entry: Json = {"type": kind if kind in _KINDS else "other"}
    if "sticker_id" in payload:  # an image with a sticker's number is how stickers came until 2026-08
        entry = {"type": "sticker"} | ({"like": True} if as_text(payload["sticker_id"]) == _LIKE else {})
    if kind == "location":
        found = as_dict(payload.get("coordinates"))
        entry |= place(found.get("lat"), found.get("long"))
    return entry


def _referral(part: Json) -> Json:
    """Return where the citizen came from, such as the QR code of a hall."""
    ref = word(as_dict(part.get("referral")).get("ref"))[:80]
    return {"ref": ref} if ref else {}
