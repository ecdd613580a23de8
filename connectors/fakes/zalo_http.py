"""The HTTP side of the fake Zalo: header ``access_token``, JSON, forms and uploads, scripted faults in front."""

from __future__ import annotations

import json
import re
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from connectors.fakes.faults import go_wrong, say

if TYPE_CHECKING:
    from connectors.fakes.zalo import FakeZalo

Json = dict[str, Any]
_NOT_REACHED: Json = {"error": -200, "message": "not reached"}


class Handler(BaseHTTPRequestHandler):
    """Hands requests to ``fake``."""

    fake: FakeZalo
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        """Serve a read."""
        self._serve()

    def do_POST(self) -> None:
        """Serve a write."""
        self._serve()

    def _serve(self) -> None:
        body = self._body()
        parts = urlsplit(self.path)
        fault = self.fake.faults.take(parts.path)
        if fault is None:
            return say(self, 200, self._answer(parts.path, parts.query, body))
        carried_out = fault.done or fault.kind == "slow"
        answer = self._answer(parts.path, parts.query, body) if carried_out else _NOT_REACHED
        return go_wrong(self, fault, 200, answer)

    def _answer(self, path: str, query: str, body: Any) -> Json:
        headers = {name.lower(): value for name, value in self.headers.items()}
        return self.fake.answer(path, _arguments(query), body, headers)

    def _body(self) -> Any:
        """The body as an object, a form or the bytes of an upload; anything else is ``None``."""
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind = self.headers.get("Content-Type", "")
        if kind.startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(raw.decode()))
        if kind.startswith("multipart/form-data"):
            return _file(raw, kind)
        oauth = self.path.startswith("/oauth/")  # takes forms only
        try:
            return None if oauth or not raw else json.loads(raw)
        except ValueError:
            return None

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Stay silent."""


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
