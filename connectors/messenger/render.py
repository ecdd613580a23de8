"""Replies as bodies of the Send API: quick replies, buttons, cards, or numbered lines where nothing else fits.

Limits: contract B4. Texts are measured in UTF-16 units and stay at 1,900, because the documents do not say which unit
the platform's 2,000 are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from connectors.base import Body, Capabilities
from connectors.degrade import Shaped, fits, say_if_late, shape, utf16_units
from connectors.lenient import Json
from connectors.messenger.items import MARK
from connectors.messenger.settings import INBOX_APP_ID, MessengerSettings
from core.message import Button, Incoming, Reply, ReplyKind

CAPABILITIES = Capabilities(
    text_chars=1900, buttons=13, button_chars=20, links=True, payload_chars=1001, cards=10, typing=True,
    receipts=True, echoes=True, reply_seconds=24 * 3600.0,
)  # fmt: skip
TEMPLATE_BUTTONS, TEMPLATE_TEXT = 3, 640
CARD_TITLE = 80
OPEN_CARD = "Chọn mục này"
_MARK_CHARS = 24


def render(reply: Reply, message: Incoming, settings: MessengerSettings, now: datetime) -> list[Body]:
    """Return a reply as bodies to send, in order, each with the mark by which its echo is known."""
    messages = _messages(say_if_late(reply, message, now))
    bodies: list[Body] = [{"message": part} for part in messages]
    for number, body in enumerate(bodies):
        body["message"]["metadata"] = mark(message.event_id, number, body["message"])
        if number < len(bodies) - 1:
            body["more"] = True
    if reply.kind is ReplyKind.HANDOFF and settings.handover:
        bodies[-1]["thread_control"] = {"control_type": "pass", "app_id": INBOX_APP_ID}
    return bodies


def mark(event_id: str, number: int, message: Json) -> str:
    """Return the mark by which the echo of a message is known; it tells nothing to others."""
    content = json.dumps([event_id, number, message], ensure_ascii=False, sort_keys=True)
    return MARK + hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:_MARK_CHARS]


def _messages(reply: Reply) -> list[Json]:
    if reply.options and not fits(reply.options, CAPABILITIES):
        return _many(reply)
    return _with_buttons(shape(reply, CAPABILITIES, measure=utf16_units))


def _with_buttons(shaped: Shaped) -> list[Json]:
    """Put the choices under the last text: as buttons, which stay, when few; else as quick replies."""
    messages: list[Json] = [{"text": text} for text in shaped.texts]
    last = shaped.texts[-1]
    if not shaped.buttons:
        return messages
    if len(shaped.buttons) <= TEMPLATE_BUTTONS and utf16_units(last) <= TEMPLATE_TEXT:
        messages[-1] = _template({"template_type": "button", "text": last, "buttons": _postbacks(shaped.buttons)})
    else:
        messages[-1]["quick_replies"] = _quick(shaped.buttons, [button.title for button in shaped.buttons])
    return messages


def _many(reply: Reply) -> list[Json]:
    """Show choices whose titles are too long for buttons: procedures as cards, others numbered."""
    if _fit_cards(reply.options):
        shaped = shape(reply.model_copy(update={"options": ()}), CAPABILITIES, measure=utf16_units)
        return [*({"text": text} for text in shaped.texts), _cards(reply.options)]
    shaped = shape(reply, CAPABILITIES, buttons=False, measure=utf16_units)
    messages: list[Json] = [{"text": text} for text in shaped.texts]
    if len(reply.options) <= CAPABILITIES.buttons and _payloads_fit(reply.options):
        # The full titles stand in the text; the quick replies save the typing of a number.
        numbers = [str(number) for number in range(1, len(reply.options) + 1)]
        messages[-1]["quick_replies"] = _quick(reply.options, numbers)
    return messages


def _fit_cards(options: Sequence[Button]) -> bool:
    return (
        len(options) <= CAPABILITIES.cards
        and _payloads_fit(options)
        and all(option.procedure and utf16_units(option.title) <= CARD_TITLE for option in options)
    )


def _payloads_fit(options: Sequence[Button]) -> bool:
    return all(len(option.payload) < CAPABILITIES.payload_chars for option in options)


def _cards(options: Sequence[Button]) -> Json:
    elements = [
        {"title": option.title, "subtitle": f"Mã thủ tục {option.procedure}",
         "buttons": [{"type": "postback", "title": OPEN_CARD, "payload": option.payload}]}
        for option in options
    ]  # fmt: skip
    return _template({"template_type": "generic", "elements": elements})


def _template(payload: Json) -> Json:
    return {"attachment": {"type": "template", "payload": payload}}


def _postbacks(buttons: Sequence[Button]) -> list[Json]:
    return [{"type": "postback", "title": button.title, "payload": button.payload} for button in buttons]


def _quick(buttons: Sequence[Button], titles: Sequence[str]) -> list[Json]:
    return [
        {"content_type": "text", "title": title, "payload": button.payload}
        for title, button in zip(titles, buttons, strict=True)
    ]
