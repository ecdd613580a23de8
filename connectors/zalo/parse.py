"""Zalo's webhook bodies as our messages and events. Lenient in every field: what cannot be read is left out."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from connectors.events import EventKind, PlatformEvent, Received
from connectors.lenient import Json, as_dict, as_list, as_text, as_time, place, read_object
from connectors.web import clean_text
from connectors.zalo import names
from core.message import Incoming

CHANNEL = "zalo"
# "#" keeps a press alive where the console's syntax filter is on (it lets through only texts that begin so).
PRESS_PREFIX = "#"
_PRESS = re.compile(r"#(mc1\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)\Z")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
ANONYMOUS = "anon."
MAX_TEXT = 4000
_INFO_FIELDS = ("name", "phone", "address", "city", "district", "ward", "user_dob", "gender")
_ADMIN_FIELDS = ("template_id", "status", "quota", "reason")


def parse(raw: bytes, account: str) -> Received:
    """Translate one verified body; ``account`` is our OA's id.

    Raises:
        BadInput: it is not a JSON object.
    """
    body = read_object(raw)
    name = body.get("event_name")
    if not isinstance(name, str) or not _for_us(body, account):
        return Received(unknown=1)
    if name in names.USER_MESSAGES or name in names.ANONYMOUS_MESSAGES:
        return _message(body, name, account)
    if name in names.KINDS:
        return _event(body, name, account)
    return Received(unknown=1)


def _message(body: Json, name: str, account: str) -> Received:
    person = _person(body, account)
    if not person:
        return Received(unknown=1)
    message = as_dict(body.get("message"))
    text = _text(message.get("text"))[:MAX_TEXT]
    press = _PRESS.match(text)
    found = _attachments(message)
    metadata: Json = {"attachments": found} if found else {}
    if not press and not text and not found:
        return Received(unknown=1)
    return Received((
        Incoming(
            channel=CHANNEL, event_id=_event_id(body, name, person), conversation=conversation(account, person),
            text="" if press else text, payload=press[1] if press else None,
            provider_time=as_time(body.get("timestamp")), metadata=metadata | _quote(message),
        ),
    ))  # fmt: skip


def _event(body: Json, name: str, account: str) -> Received:
    kind, person = names.KINDS[name], _person(body, account)
    if kind is EventKind.ECHO and _text(as_dict(body.get("sender")).get("admin_id")):
        kind = EventKind.STAFF_REPLY
    key = _event_id(body, name, person or "oa")
    event = PlatformEvent(
        CHANNEL, f"{name}:{key}"[:200], kind, name, conversation(account, person) if person else "",
        as_time(body.get("timestamp")), _data(body, kind), _private(body, kind),
    )  # fmt: skip
    if name not in names.GREETED or not person:
        return Received((), (event,))
    greeting = Incoming(
        channel=CHANNEL, event_id=f"greet:{key}"[:200], conversation=event.conversation, provider_time=event.at,
        metadata={"event": "greet"},
    )  # fmt: skip
    return Received((greeting,), (event,))


def conversation(account: str, person: str) -> str:
    """Return the key of order for a person of an account."""
    return f"{CHANNEL}:{account}:{person}"


def text_hash(text: str) -> str:
    """Return the hash by which an echo is matched with what was sent."""
    return hashlib.sha256(clean_text(text).encode()).hexdigest()


def _for_us(body: Json, account: str) -> bool:
    """Tell whether an event is of our OA: one app may serve several, and all of them post to one address.

    An event names its OA, or has it on one of its two ends; one that tells neither is taken as ours.
    """
    if named := _text(body.get("oa_id")) or _text(body.get("oaId")):
        return named == account
    ends = [_text(as_dict(body.get(name)).get("id")) for name in ("sender", "recipient")]
    return not all(ends) or account in ends or body.get("event_name") in names.GROUPS


def _person(body: Json, account: str) -> str:
    """Return whom an event is about, whichever of the many places holds the id; empty when none does."""
    message = as_dict(body.get("message"))
    places = (as_dict(body.get("follower")).get("id"), body.get("user_id"), as_dict(body.get("data")).get("user_id"),
              as_dict(body.get("sender")).get("id"), as_dict(body.get("recipient")).get("id"))  # fmt: skip
    for value in places:
        text = _text(value)
        if text and text != account and _ID.match(text):
            visit = _text(message.get("conversation_id"))
            return f"{ANONYMOUS}{text}.{visit}" if _ID.match(visit) else text
    return ""


def _event_id(body: Json, name: str, person: str) -> str:
    """Return the platform's message id, or for events without one their name, person and time."""
    own = _text(as_dict(body.get("message")).get("msg_id"))
    return own[:150] if own else f"{name}:{person}:{_text(body.get('timestamp'))}"[:150]


def _attachments(message: Json) -> list[Json]:
    """Return kind (and for places the coordinates) of what was attached; addresses of media are not kept."""
    kept = []
    for item in as_list(message.get("attachments"))[:10]:
        kind = _text(as_dict(item).get("type"))[:20]
        entry: Json = {"type": kind if kind.isalpha() else "other"}
        if kind == "location":
            found = as_dict(as_dict(as_dict(item).get("payload")).get("coordinates"))
            entry |= place(found.get("latitude"), found.get("longitude"))
        kept.append(entry)
    return kept


def _quote(message: Json) -> Json:
    quoted = _text(message.get("quote_msg_id"))
    return {"quotes": quoted} if _ID.match(quoted) else {}


def _data(body: Json, kind: EventKind) -> Json:
    """Return what of an event is worth keeping and points to nobody."""
    message = as_dict(body.get("message"))
    kept: Json = {}
    if own := _text(message.get("msg_id"))[:150]:
        kept["message_id"] = own
    if kind in (EventKind.ECHO, EventKind.STAFF_REPLY):
        kept["text_hash"] = text_hash(_text(message.get("text")))
    elif kind is EventKind.REACTION:
        kept["icon"] = _text(message.get("react_icon"))[:12]
    elif kind is EventKind.FOLLOW:
        kept["source"] = _text(body.get("source"))[:40]
    elif kind is EventKind.FEEDBACK:
        kept["rate"] = _text(message.get("rate"))[:4]
    elif kind is EventKind.INFO:
        kept["fields"] = sorted(_info(body))
    elif kind is EventKind.ADMIN:
        kept |= {name: _text(json.dumps(body[name]))[:500] for name in _ADMIN_FIELDS if name in body}
    return kept


def _private(body: Json, kind: EventKind) -> Json:
    return _info(body) if kind is EventKind.INFO else {}


def _info(body: Json) -> Json:
    """Return what a person filled in, of the present form (``full_address``) and of the older flat one."""
    info = as_dict(body.get("info"))
    flat = {name: _text(info.get(name))[:300] for name in _INFO_FIELDS}
    nested = as_dict(info.get("full_address"))
    for ours, theirs in (("city", "user_city"), ("ward", "user_ward"), ("address", "user_address")):
        flat[ours] = flat[ours] or _text(nested.get(theirs))[:300]
    return {name: value for name, value in flat.items() if value}


def _text(value: Any) -> str:
    """Return an id, a time or a text as a clean string."""
    return clean_text(as_text(value))
