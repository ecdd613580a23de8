"""Replies as bodies for Zalo's customer-care endpoint, each with the text that stands in where a shape is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.base import Body, Capabilities
from connectors.degrade import Shaped, numbered, say_if_late, shape
from connectors.zalo.parse import ANONYMOUS, PRESS_PREFIX
from connectors.zalo.settings import ZaloSettings
from connectors.zalo.windows import FREE, LAST
from core.message import Button, Incoming, Reply

Json = dict[str, Any]
# Zalo's limit is 2,000; whether it counts code points or UTF-16 units is not known, so there is room left.
TEXT_CHARS = 1900
BUTTONS = 5
LIST_ITEMS = 5
TITLE_CHARS = 100
SUBTITLE_CHARS = 500
ASK_CHOICE = "Anh/Chị vui lòng chọn một mục dưới đây:"


def capabilities(settings: ZaloSettings) -> Capabilities:
    """Return what the channel can show with these settings."""
    return Capabilities(
        text_chars=TEXT_CHARS, buttons=BUTTONS if settings.buttons else 0, button_chars=TITLE_CHARS, links=True,
        payload_chars=1000, list_items=LIST_ITEMS if settings.lists else 0, images=True, files=True, reactions=True,
        typing=False, receipts=True, echoes=True,
        reply_seconds=(LAST if settings.paid else FREE).total_seconds(),
    )  # fmt: skip


def render(reply: Reply, message: Incoming, can: Capabilities, now: datetime | None = None) -> list[Body]:
    """Translate a reply: texts in order, choices as buttons under the last one, links of sources as a list."""
    reply = say_if_late(reply, message, now or datetime.now(UTC))
    anonymous = message.conversation.rpartition(":")[2].startswith(ANONYMOUS)
    shaped = shape(reply, can, buttons=not anonymous)
    bodies: list[Body] = [text_body(text) for text in shaped.texts]
    if shaped.buttons:
        bodies[-1:] = _with_buttons(shaped)
    elif can.list_items and not anonymous and (links := _links(reply, can)):
        bodies.append(list_body(links))
    return bodies


def text_body(text: str) -> Body:
    """A text."""
    return {"message": {"text": text}}


def image_body(caption: str, *, attachment_id: str = "", url: str = "") -> Body:
    """An uploaded image or one by address, with the caption (and the address) as the text that may stand in."""
    element = {"media_type": "image"} | ({"attachment_id": attachment_id} if attachment_id else {"url": url})
    message = {"text": caption, "attachment": _template(template_type="media", elements=[element])}
    return {"message": message, "fallback": "\n".join(part for part in (caption, url) if part)}


def file_body(token: str) -> Body:
    """An uploaded file."""
    return {"message": {"attachment": {"type": "file", "payload": {"token": token}}}}


def ask_info_body(title: str, subtitle: str, image_url: str) -> Body:
    """Zalo's own form for name, phone and address; the answer comes as ``user_submit_info``."""
    element = {"title": title[:TITLE_CHARS], "subtitle": subtitle[:SUBTITLE_CHARS], "image_url": image_url}
    message = {"attachment": _template(template_type="request_user_info", elements=[element])}
    return {"message": message, "fallback": f"{title}\n{subtitle}"}


def list_body(items: Sequence[tuple[str, str, str]]) -> Body:
    """A list of links: title, subtitle, address; the first item must have a subtitle."""
    elements = [
        {"title": title[:TITLE_CHARS], "subtitle": (subtitle or title)[:SUBTITLE_CHARS],
         "default_action": {"type": "oa.open.url", "url": url}}
        for title, subtitle, url in items[:LIST_ITEMS]
    ]  # fmt: skip
    fallback = "\n".join(f"{number}. {title}: {url}" for number, (title, _, url) in enumerate(items, 1))
    return {
        "message": {"attachment": _template(template_type="list", elements=elements)},
        "fallback": fallback[:TEXT_CHARS],
    }


def _with_buttons(shaped: Shaped) -> list[Body]:
    """The last text with its buttons; a text that leaves no room for its numbered stand-in goes before them."""
    last = shaped.texts[-1] if shaped.texts else ASK_CHOICE
    if len(last) + len(numbered(shaped.buttons)) + 2 <= TEXT_CHARS:
        return [_buttons_body(last, shaped.buttons)]
    return [text_body(last), _buttons_body(ASK_CHOICE, shaped.buttons)]


def _buttons_body(text: str, buttons: Sequence[Button]) -> Body:
    shown = [
        {"title": button.title, "type": "oa.query.hide", "payload": PRESS_PREFIX + button.payload} for button in buttons
    ]
    # No template_type: that is the shape in production on v3 (contract A6, row 8).
    message = {"text": text, "attachment": _template(buttons=shown)}
    return {"message": message, "fallback": f"{text}\n\n{numbered(buttons)}"}


def _template(**payload: Any) -> Json:
    return {"type": "template", "payload": payload}


def _links(reply: Reply, can: Capabilities) -> list[tuple[str, str, str]]:
    """Return the sources with addresses when there are several; a single one is well placed in the text."""
    links = [(f"Thủ tục {source.code}", source.decision or "", source.url) for source in reply.sources if source.url]
    return links[: can.list_items] if len(links) > 1 else []
