"""One turn over the web channel, the way any citizen's message goes."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import Any

import requests

from cli.paths import Home
from connectors.web_token import mint_token
from core.errors import BotUnavailable, SetupError
from core.message import Reply

REPLY_SECONDS = 60.0


@dataclass(frozen=True)
class Asked:
    """A reply with its signed payloads, and how long it took from sending to reading, in milliseconds."""

    reply: Reply
    ms: float

    def as_json(self) -> dict[str, Any]:
        """Return the flat object that ``./motcua ask --json`` prints."""
        return {**self.reply.model_dump(mode="json"), "ms": round(self.ms, 1)}


class WebClient:
    """A citizen of the web channel in one conversation; keeps its place, so each reply is read once."""

    def __init__(self, base: str, home: Home, name: str | None = None) -> None:
        self.base = base
        self.conversation = f"web:cli:{name or uuid.uuid4().hex}"
        secret = home.secret_file.read_text(encoding="ascii").splitlines()[0]
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {mint_token(secret.encode(), self.conversation)}"
        self._after = 0

    def ask(self, text: str, payload: str | None = None) -> Asked:
        """Send one message and wait for its reply.

        Raises:
            SetupError: the gateway refused the message; the text says why.
            BotUnavailable: no reply came within a minute.
        """
        message_id = uuid.uuid4().hex
        started = time.perf_counter()
        body = {"id": message_id, "payload": payload} if payload else {"id": message_id, "text": text}
        answer = self._session.post(f"{self.base}/web/messages", json=body, timeout=10)
        if answer.status_code != 202:
            raise SetupError(f"The gateway refused the message ({answer.status_code}): {answer.text[:200]}")
        while time.perf_counter() - started < REPLY_SECONDS:
            reply = self._next(message_id)
            if reply is not None:
                return Asked(reply, (time.perf_counter() - started) * 1000)
        raise BotUnavailable("no reply within a minute: see './motcua status' and the logs")

    def _next(self, message_id: str) -> Reply | None:
        found = self._session.get(
            f"{self.base}/web/messages", params={"after": str(self._after), "wait": "20"}, timeout=30
        )
        found.raise_for_status()
        reply = None
        for item in found.json()["messages"]:
            self._after = max(self._after, int(item["seq"]))
            if item["direction"] == "out" and item.get("reply_to") == message_id:
                reply = Reply.model_validate(item["reply"])
        return reply
