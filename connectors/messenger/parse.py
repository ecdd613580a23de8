"""Messenger's webhook bodies as our messages and events. Every entry and every item counts on its own.

Lenient in every field: what cannot be read is left out, an item without anything we have a word for is counted.
"""

from __future__ import annotations

from collections.abc import Iterator

from connectors.events import EventKind, PlatformEvent, Received
from connectors.lenient import Json, as_dict, as_list, as_text, read_object
from connectors.messenger import incoming, items
from connectors.messenger.items import Item
from connectors.messenger.settings import MessengerSettings
from core.message import Incoming

# Keys that are events of their own, with what they mean to us. "message" and "postback" are looked at first.
_KINDS: dict[str, EventKind] = {
    "referral": EventKind.CONTACT,
    "optin": EventKind.CONTACT,
    "delivery": EventKind.DELIVERED,
    "read": EventKind.SEEN,
    "reaction": EventKind.REACTION,
    "message_edit": EventKind.OTHER,
    "pass_thread_control": EventKind.HANDOVER,
    "take_thread_control": EventKind.HANDOVER,
    "request_thread_control": EventKind.HANDOVER,
    "app_roles": EventKind.HANDOVER,
    "policy_enforcement": EventKind.ADMIN,
    "messenger_template_status_update": EventKind.ADMIN,
    "messaging_feedback": EventKind.FEEDBACK,
    "response_feedback": EventKind.FEEDBACK,
    "account_linking": EventKind.OTHER,
    "hop_context": EventKind.OTHER,
}


def parse(raw: bytes, settings: MessengerSettings) -> Received:
    """Translate one verified body.

    Raises:
        BadInput: it is not a JSON object.
    """
    body = read_object(raw)
    if body.get("object") != "page":
        return Received(unknown=1)
    found = [part for entry in as_list(body.get("entry")) for part in _entry(as_dict(entry), settings)]
    return Received(
        tuple(sorted((message for part in found for message in part.messages), key=_when)),
        tuple(event for part in found for event in part.events),
        sum(part.unknown for part in found),
    )


def _when(message: Incoming) -> float:
    """Order by the platform's clock: after failures its items come in any order."""
    return message.provider_time.timestamp() if message.provider_time else 0.0


def _entry(entry: Json, settings: MessengerSettings) -> Iterator[Received]:
    """Translate one entry; one of another Page is not ours to answer."""
    ours = as_text(entry.get("id")) == settings.page_id
    for name in ("messaging", "standby"):
        for value in as_list(entry.get(name)):
            item = Item(as_dict(value), settings.page_id, as_text(entry.get("time")), standby=name == "standby")
            yield _item(item, settings) if ours else Received(unknown=1)
    yield Received(unknown=len(as_list(entry.get("changes"))))


def _item(item: Item, settings: MessengerSettings) -> Received:
    for key in ("message", "postback"):
        if isinstance(item.body.get(key), dict) and item.person:
            return _said(item, key, settings)
    for key, kind in _KINDS.items():
        if key in item.body:
            event = _event(item, key, kind, settings)
            return Received(_resumed(item, event), (event,))
    return Received(unknown=1)


def _said(item: Item, key: str, settings: MessengerSettings) -> Received:
    """Translate a message or a press: the citizen's, an echo, or one that another app is to answer."""
    part = as_dict(item.body[key])
    if part.get("is_echo") is True:
        return Received((), (_echo(item, part, settings),))
    if item.standby:
        return Received((), (item.event(EventKind.CONTACT, f"standby_{key}", as_text(part.get("mid"))),))
    message = incoming.from_message(item, part) if key == "message" else incoming.from_postback(item, part)
    return Received((message,)) if message else Received(unknown=1)


def _echo(item: Item, part: Json, settings: MessengerSettings) -> PlatformEvent:
    """Tell our own echo (matched by its metadata) from what a person or another app wrote to the citizen."""
    app, mark = as_text(part.get("app_id")), items.word(part.get("metadata"))
    kind = EventKind.OTHER
    if app == settings.app_id or mark.startswith(items.MARK):
        kind = EventKind.ECHO
    elif not app or app in settings.staff_apps:
        kind = EventKind.STAFF_REPLY
    data: Json = {"message_id": items.word(part.get("mid"))}
    if kind is EventKind.ECHO:
        data["text_hash"] = mark  # the mark is in every message of ours, also in those without a text
    return item.event(kind, "message_echo", data["message_id"], data)


def _event(item: Item, key: str, kind: EventKind, settings: MessengerSettings) -> PlatformEvent:
    part = as_dict(item.body[key])
    own = as_text(part.get("mid")) if key == "reaction" else ""
    if key == "reaction" and part.get("action") == "react":
        kind = EventKind.CONTACT  # opens the reply window (contract B5)
    return item.event(kind, key, f"{own}:{item.stamp}" if own else "", _data(key, part, settings))


def _resumed(item: Item, event: PlatformEvent) -> tuple[Incoming, ...]:
    """Return what lets the assistant say that it is automatic, when a person has passed the thread to it."""
    if event.name != "pass_thread_control" or event.data.get("owner") != "ours" or not item.person:
        return ()
    return (incoming.from_event(item, f"resume:{event.event_id}"[:200], "resume"),)


def _data(key: str, part: Json, settings: MessengerSettings) -> Json:
    """Return what of an event is worth keeping and points to nobody."""
    match key:
        case "referral":
            return {name: items.word(part.get(name))[:80] for name in ("ref", "source", "type") if part.get(name)}
        case "pass_thread_control" | "take_thread_control" | "request_thread_control":
            return _control(key, part, settings)
        case "reaction":
            return {"action": items.word(part.get("action"))[:10], "reaction": items.word(part.get("reaction"))[:20]}
        case "policy_enforcement" | "messenger_template_status_update":
            return {name: items.word(part.get(name))[:80] for name in ("action", "event", "status") if part.get(name)}
        case "optin":
            return {"type": items.word(part.get("type"))[:40]}
        case _:
            return {}


def _control(key: str, part: Json, settings: MessengerSettings) -> Json:
    """Say who owns the thread now: ``ours`` lets the assistant answer again, ``staff`` and ``other`` keep it quiet."""
    if key == "request_thread_control":
        return {"requested": _owner(as_text(part.get("requested_owner_app_id")), settings)}
    return {"owner": _owner(as_text(part.get("new_owner_app_id")), settings)}


def _owner(app: str, settings: MessengerSettings) -> str:
    if app == settings.app_id:
        return "ours"
    return "staff" if app in settings.staff_apps else "other"
