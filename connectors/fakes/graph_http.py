"""The HTTP side of the fake Graph: version in the path, token in the query."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, parse_qsl

from connectors.fakes.server import PlatformHandler

if TYPE_CHECKING:
    from connectors.fakes.graph import FakeGraph

Json = dict[str, Any]


class Handler(PlatformHandler):
    """Hands requests to ``fake``."""

    fake: FakeGraph
    not_reached = (503, {"error": {"message": "not reached", "code": 2, "type": "OAuthException"}})

    def answer(self, parts: SplitResult, body: Any) -> tuple[int, Json]:
        """Return status and body for a call to ``/v<version>/<owner>/<edge>``."""
        words = parts.path.strip("/").split("/")
        if len(words) < 2 or not words[0].startswith("v") or not isinstance(body, dict):
            return 400, {"error": {"message": "Unknown path components", "code": 2500, "type": "OAuthException"}}
        return self.fake.answer(self.command, words[1:], dict(parse_qsl(parts.query)), body)

    def body(self) -> Any:
        """Return the JSON of the body; ``None`` when it is none."""
        raw = self.raw()
        try:
            return json.loads(raw) if raw else {}
        except ValueError:
            return None
