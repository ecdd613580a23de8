"""What the Send API refuses, and with which code (contract B4, B5, B7): pure rules over one request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
DAY_MS = 24 * 3600 * 1000
RETIRED_TAGS = ("CONFIRMED_EVENT_UPDATE", "ACCOUNT_UPDATE", "POST_PURCHASE_UPDATE")
_RECIPIENTS = ("id", "user_ref", "post_id", "comment_id", "notification_messages_token")
_TYPES = ("RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY")
_ACTIONS = ("typing_on", "typing_off", "mark_seen", "react", "unreact")
TEXT, PAYLOAD, TITLE, METADATA = 2000, 1000, 20, 1000


@dataclass(frozen=True)
class Refusal:
    """An error of the platform. ``text`` is what its body says."""

    code: int
    text: str
    subcode: int = 0
    status: int = 400

    def body(self) -> Json:
        """Return the error body."""
        error: Json = {"message": f"(#{self.code}) {self.text}", "type": "OAuthException", "code": self.code,
                       "fbtrace_id": "AfakeTrace"}  # fmt: skip
        return {"error": error | ({"error_subcode": self.subcode} if self.subcode else {})}


@dataclass(frozen=True)
class ThreadView:
    """What the rules need to know of a thread: its age in ms (``None``: never wrote), owner, block."""

    age_ms: int | None
    ours: bool = True
    blocked: bool = False


@dataclass(frozen=True)
class Granted:
    """What the app was granted."""

    human_agent: bool = False
    utility: bool = False


def refusal(body: Json, thread: ThreadView, granted: Granted) -> Refusal | None:
    """Return why a request to the Send API is refused, or ``None`` when it is taken."""
    for fault in (*_shape_faults(body), _reach_fault(thread), _window_fault(body, thread, granted)):
        if fault:
            return fault
    return None


def message_faults(message: Any) -> Iterator[str]:
    """Yield what breaks the limits of a message."""
    if not isinstance(message, dict):
        yield "Param message must be an object"
        return
    text, attachment = message.get("text"), message.get("attachment")
    if (text is None) == (attachment is None):
        yield "Exactly one of message[text] and message[attachment] is needed"
    if text is not None and not (isinstance(text, str) and 0 < len(text) <= TEXT):
        yield f"Length of param message[text] must be less than or equal to {TEXT}"
    if len(str(message.get("metadata", ""))) >= METADATA:
        yield f"Length of param message[metadata] must be less than {METADATA}"
    yield from _quick_faults(message.get("quick_replies", []))
    if attachment is not None:
        yield from _attachment_faults(attachment)


def utility_faults(message: Any) -> Iterator[str]:
    """Yield what is wrong with a message that sends a utility template."""
    template = message.get("template") if isinstance(message, dict) else None
    if not isinstance(template, dict) or not template.get("name"):
        yield "Param message[template] needs a name"
    elif not (template.get("language") or {}).get("code"):
        yield "Param message[template][language] needs a code"


def _shape_faults(body: Json) -> Iterator[Refusal | None]:
    recipient = body.get("recipient")
    if not isinstance(recipient, dict) or len([name for name in _RECIPIENTS if recipient.get(name)]) != 1:
        yield Refusal(100, "Exactly one recipient is needed")
    if "sender_action" in body:
        if set(body) - {"recipient", "sender_action"} or body["sender_action"] not in _ACTIONS:
            yield Refusal(100, "A sender action is a request of its own")
        return
    if body.get("messaging_type", "RESPONSE") not in _TYPES:
        yield Refusal(100, "Invalid messaging_type")
    utility = body.get("messaging_type") == "UTILITY"
    for text in (utility_faults if utility else message_faults)(body.get("message")):
        yield Refusal(100, text)


def _reach_fault(thread: ThreadView) -> Refusal | None:
    if thread.age_ms is None:
        return Refusal(100, "No matching user found", 2018001)
    if thread.blocked:
        return Refusal(551, "This person isn't available right now.", 1545041)
    if not thread.ours:
        return Refusal(10, "Another app is controlling this thread now.", 2018300)
    return None


def _window_fault(body: Json, thread: ThreadView, granted: Granted) -> Refusal | None:
    kind, tag, age = body.get("messaging_type", "RESPONSE"), body.get("tag"), thread.age_ms or 0
    outside = Refusal(10, "This message is sent outside of allowed window.", 2018278)
    if kind == "UTILITY":
        return None if granted.utility else Refusal(200, "Requires page_utility_messaging")
    if kind != "MESSAGE_TAG":
        return outside if age > DAY_MS else None
    if tag != "HUMAN_AGENT":
        return Refusal(100, "This message tag is deprecated" if tag in RETIRED_TAGS else "Invalid tag")
    if not granted.human_agent:
        return Refusal(10, "Requires human_agent", 2018278)
    return outside if age > 7 * DAY_MS else None


def _quick_faults(replies: Any) -> Iterator[str]:
    if not isinstance(replies, list) or len(replies) > 13:
        yield "Param message[quick_replies] takes at most 13 items"
        return
    for reply in replies:
        if reply.get("content_type") not in ("text", "user_phone_number", "user_email"):
            yield "Invalid content_type"
        elif reply["content_type"] == "text" and not _fits(reply, "title", TITLE):
            yield f"Quick reply titles have 1 to {TITLE} characters"
        elif not _fits(reply, "payload", PAYLOAD) and reply["content_type"] == "text":
            yield f"Quick reply payloads have 1 to {PAYLOAD} characters"


def _attachment_faults(attachment: Any) -> Iterator[str]:
    payload = attachment.get("payload") if isinstance(attachment, dict) else None
    if not isinstance(payload, dict):
        yield "Param message[attachment] needs type and payload"
    elif attachment.get("type") == "template":
        yield from _template_faults(payload)
    elif attachment.get("type") not in ("image", "audio", "video", "file"):
        yield "Invalid attachment type"


def _template_faults(payload: Json) -> Iterator[str]:
    kind = payload.get("template_type")
    if kind == "button":
        if not _fits(payload, "text", 640):
            yield "The text of a button template has 1 to 640 characters"
        yield from _button_faults(payload.get("buttons"), least=1)
    elif kind == "generic":
        elements = payload.get("elements")
        if not isinstance(elements, list) or not 1 <= len(elements) <= 10:
            yield "A generic template has 1 to 10 elements"
            return
        for element in elements:
            if not _fits(element, "title", 80) or len(element.get("subtitle", "")) > 80:
                yield "Titles and subtitles of elements have at most 80 characters"
            yield from _button_faults(element.get("buttons", []), least=0)
    else:
        yield "Invalid template_type"


def _button_faults(buttons: Any, least: int) -> Iterator[str]:
    if not isinstance(buttons, list) or not least <= len(buttons) <= 3:
        yield "A template has at most 3 buttons"
        return
    for button in buttons:
        if not _fits(button, "title", TITLE):
            yield f"Button titles have 1 to {TITLE} characters"
        elif button.get("type") == "postback" and not _fits(button, "payload", PAYLOAD):
            yield f"Button payloads have 1 to {PAYLOAD} characters"
        elif button.get("type") == "web_url" and not str(button.get("url")).startswith("https://"):
            yield "Button addresses are https"


def _fits(value: Json, name: str, most: int) -> bool:
    text = value.get(name)
    return isinstance(text, str) and 0 < len(text) <= most
