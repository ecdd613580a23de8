"""What the fake Zalo refuses: shapes, limits, windows and flags, each with the code of its host's table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]
HOURS = 3600 * 1000
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
_BUTTONS = {"oa.open.url", "oa.query.show", "oa.query.hide", "oa.open.sms", "oa.open.phone"}


@dataclass
class Account:
    """The OA's rights and the switches that tests turn."""

    buttons_on_v3: bool = True
    lists_on_v3: bool = True
    package_ok: bool = True
    enabled: bool = True
    billing: bool = True
    quota: int | None = None
    day_templates: int = 500
    development: bool = False
    proof_required: bool = False
    parameters: dict[str, dict[str, int]] = field(
        default_factory=lambda: {"123456": {"ma_ho_so": 30, "trang_thai": 60}}
    )


@dataclass
class Person:
    """What Zalo knows of one person and our OA."""

    last_ms: int | None = None
    blocked: bool = False
    inactive: bool = False
    name: str = "Nguyễn Văn Thử"
    follows: bool = False


def text_fault(text: Any) -> int:
    """Return the code for a text: -201 when there is none, -210 over 2,000 characters."""
    if not isinstance(text, str) or not text.strip():
        return -201
    return -210 if len(text) > 2000 else 0


def message_fault(message: Any, account: Account, uploads: Mapping[str, int], now_ms: int) -> int:
    """Return the code for a message of the customer-care endpoint, 0 for a good one."""
    if not isinstance(message, dict):
        return -201
    attachment = message.get("attachment")
    if attachment is None:
        return text_fault(message.get("text"))
    payload = attachment.get("payload") if isinstance(attachment, dict) else None
    if not isinstance(payload, dict):
        return -201
    if attachment.get("type") == "file":
        return _upload_fault(payload.get("token"), uploads, now_ms)
    return _template_fault(message, payload, account, uploads, now_ms)


def _template_fault(message: Json, payload: Json, account: Account, uploads: Mapping[str, int], now_ms: int) -> int:
    kind, elements = payload.get("template_type"), payload.get("elements") or []
    if kind is None:
        if not account.buttons_on_v3:
            return -233
        return text_fault(message.get("text")) or _buttons_fault(payload.get("buttons"))
    if kind == "list":
        return _list_fault(elements) if account.lists_on_v3 else -240
    if kind == "media":
        return _media_fault(elements, uploads, now_ms)
    if kind == "request_user_info":
        return _info_fault(elements)
    return -233


def _buttons_fault(buttons: Any) -> int:
    if not isinstance(buttons, list) or not buttons:
        return -201
    if len(buttons) > 5:
        return -210
    for button in buttons:
        if button.get("type") not in _BUTTONS or not button.get("title"):
            return -201
        payload = button.get("payload")
        if len(button["title"]) > 100 or (isinstance(payload, str) and len(payload) > 1000):
            return -210
        if button["type"].startswith("oa.query") and not (isinstance(payload, str) and payload):
            return -201
    return 0


def _list_fault(elements: list[Json]) -> int:
    if not elements or not elements[0].get("subtitle"):
        return -201
    over = any(len(item.get("title", "")) > 100 or len(item.get("subtitle", "")) > 500 for item in elements)
    return -210 if over or len(elements) > 5 else 0


def _media_fault(elements: list[Json], uploads: Mapping[str, int], now_ms: int) -> int:
    if len(elements) != 1 or elements[0].get("media_type") not in ("image", "gif", "sticker"):
        return -201
    if elements[0].get("url"):
        return 0
    return _upload_fault(elements[0].get("attachment_id"), uploads, now_ms)


def _info_fault(elements: list[Json]) -> int:
    if len(elements) != 1 or not all(elements[0].get(name) for name in ("title", "subtitle", "image_url")):
        return -201
    return -210 if len(elements[0]["title"]) > 100 or len(elements[0]["subtitle"]) > 500 else 0


def _upload_fault(token: Any, uploads: Mapping[str, int], now_ms: int) -> int:
    """Uploads live seven days."""
    at = uploads.get(str(token))
    if at is None:
        return -201
    return -100 if now_ms - at > 7 * 24 * HOURS else 0


def window_fault(person: Person, account: Account, now_ms: int) -> int:
    """Return the code for writing to a person now."""
    if person.blocked:
        return -213
    if person.inactive:
        return -227
    if person.last_ms is None or now_ms - person.last_ms > 7 * 24 * HOURS:
        return -230
    return -320 if now_ms - person.last_ms > 48 * HOURS and not account.billing else 0


def template_fault(body: Json, account: Account, now_ms: int) -> int:
    """Return the code of the template host for a template message to a phone."""
    if not re.fullmatch(r"84[1-9][0-9]{8,9}", str(body.get("phone", ""))):
        return -108
    wanted = account.parameters.get(str(body.get("template_id")))
    if wanted is None:
        return -109
    if fault := _data_fault(body.get("template_data"), wanted):
        return fault
    if not 0 < len(str(body.get("tracking_id", ""))) <= 48:
        return -132
    if account.development and body.get("mode") != "development":
        return -127
    night = not 6 <= datetime.fromtimestamp(now_ms / 1000, HANOI).hour < 22
    return -133 if night else 0


def _data_fault(data: Any, wanted: Mapping[str, int]) -> int:
    if not isinstance(data, dict) or not data:
        return -111
    if set(wanted) - set(data):
        return -1122
    return -1121 if any(len(str(data[name])) > most for name, most in wanted.items()) else 0
