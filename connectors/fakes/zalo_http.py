"""The HTTP side of the fake Zalo: header ``access_token``, JSON, forms and uploads."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, parse_qs, parse_qsl

from connectors.fakes.server import PlatformHandler

if TYPE_CHECKING:
    from connectors.fakes.zalo import FakeZalo

Json = dict[str, Any]


class Handler(PlatformHandler):
    """Hands requests to ``fake``; the status is always 200."""

    fake: FakeZalo
    not_reached = (200, {"error": -200, "message": "not reached"})

    def answer(self, parts: SplitResult, body: Any) -> tuple[int, Json]:
        """Return status and body for a call to one of the hosts."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        return 200, self.fake.answer(parts.path, _arguments(parts.query), body, headers)

    def body(self) -> Any:
        """Return the body as an object, a form or the bytes of an upload; anything else is ``None``."""
        raw, kind = self.raw(), self.headers.get("Content-Type", "")
        if kind.startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(raw.decode()))
        if kind.startswith("multipart/form-data"):
            return _file(raw, kind)
        oauth = self.path.startswith("/oauth/")  # takes forms only
        try:
            return None if oauth or not raw else json.loads(raw)
        except ValueError:
            return None


def _arguments(query: str) -> Json:
    """Return the arguments of a GET: one parameter ``data`` with JSON."""
    try:
        value = json.loads(parse_qs(query).get("data", ["{}"])[0])
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _file(raw: bytes, kind: str) -> bytes | None:
    """Return the content of the field ``file``."""
    boundary = kind.partition("boundary=")[2].encode()
    for part in raw.split(b"--" + boundary):
        head, _, content = part.partition(b"\r\n\r\n")
        if re.search(rb'name="file"', head):
            return content.removesuffix(b"\r\n")
    return None
