"""The HTTP side of the fake Graph: version in the path, token in the query, scripted faults in front."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from connectors.fakes.faults import go_wrong, say

if TYPE_CHECKING:
    from connectors.fakes.graph import FakeGraph

_NOT_REACHED = (503, {"error": {"message": "not reached", "code": 2, "type": "OAuthException"}})


class Handler(BaseHTTPRequestHandler):
    """Hands requests to ``fake``."""

    fake: FakeGraph
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        """Serve a read."""
        self._serve()

    def do_POST(self) -> None:
        """Serve a write."""
        self._serve()

    def do_DELETE(self) -> None:
        """Serve a removal."""
        self._serve()

    def _serve(self) -> None:
        body = self._body()
        parts = urlsplit(self.path)
        fault = self.fake.faults.take(parts.path, json.dumps(body, ensure_ascii=False))
        if fault and not fault.done:
            return go_wrong(self, fault, *self._late(fault.kind, parts.path, parts.query, body))
        status, answer = self._answer(parts.path, parts.query, body)
        if fault:
            return go_wrong(self, fault, status, answer)
        return say(self, status, answer)

    def _late(self, kind: str, path: str, query: str, body: Any) -> tuple[int, dict[str, Any]]:
        """A slow answer is still an answer; the other faults keep the request from being carried out."""
        return self._answer(path, query, body) if kind == "slow" else _NOT_REACHED

    def _answer(self, path: str, query: str, body: Any) -> tuple[int, dict[str, Any]]:
        words = path.strip("/").split("/")
        if len(words) < 2 or not words[0].startswith("v") or not isinstance(body, dict):
            return 400, {"error": {"message": "Unknown path components", "code": 2500, "type": "OAuthException"}}
        return self.fake.answer(self.command, words[1:], dict(parse_qsl(query)), body)

    def _body(self) -> Any:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            return json.loads(raw) if raw else {}
        except ValueError:
            return None

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Stay silent."""
