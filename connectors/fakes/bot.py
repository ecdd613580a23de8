"""A scripted bot that follows the contract of the Rasa channel ``motcua``: tokens, replays, errors.

``python -m connectors.fakes.bot --port 5005 --token-file FILE`` answers every message; words in a message steer it:
``chờ N`` waits N seconds first, ``hỏng`` answers 502, ``chọn`` offers buttons, ``nguồn`` shows sources.
"""

from __future__ import annotations

import argparse
import hmac
import json
import re
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from connectors.fakes.faults import say
from connectors.fakes.server import QuietHandler, Server

Json = dict[str, Any]
_SOURCE = {
    "code": "1.001193",
    "decision": "1872/QĐ-BTP",
    "url": "https://dichvucong.gov.vn",
    "checked_on": "2026-11-01",
}


class FakeBot(Server):
    """The server and what it saw: ``turns`` counts the real turns by message id, ``calls`` all calls."""

    def __init__(self, token: str, port: int = 0, delay: float = 0.0) -> None:
        super().__init__(_Handler, port)
        self.token, self.delay = token, delay
        self.turns: Counter[str] = Counter()
        self.order: list[tuple[str, str]] = []
        self.calls = 0
        self._stored: dict[tuple[str, str], Json] = {}
        self._lock = threading.Lock()

    def serve_forever(self) -> None:
        """Serve in this thread until interrupted."""
        self._server.serve_forever()

    def answer(self, body: Json) -> tuple[int, Json]:
        """Return status and body for one request, keeping the answer for a second copy of the message."""
        try:
            sender, message, text = (str(body[name]) for name in ("sender", "message_id", "text"))
        except (KeyError, TypeError):
            return 400, {"error": "send sender, message_id and text"}
        with self._lock:
            self.calls += 1
            if (sender, message) in self._stored:
                return 200, {**self._stored[sender, message], "replayed": True}
            self.turns[message] += 1
            self.order.append((sender, text))
        time.sleep(self.delay + _wait(text))
        if "hỏng" in text:
            return 502, {"error": "the turn gave no answer"}
        answer = {"message_id": message, "replayed": False, "intent": {"name": "fake", "confidence": 0.9},
                  "messages": [{"custom": reply_to(text)}]}  # fmt: skip
        with self._lock:
            self._stored[sender, message] = answer
        return 200, answer


class _Handler(QuietHandler):
    fake: FakeBot

    def serve(self) -> None:
        """Tell the health, or answer a message."""
        if self.command == "GET":
            known = self.path.rstrip("/") == "/webhooks/motcua"
            return say(self, 200 if known else 404, {"status": "ok", "model": "fake", "self_test": True})
        return say(self, *self._turn(self.raw()))

    def _turn(self, raw: bytes) -> tuple[int, Json]:
        if not hmac.compare_digest(self.headers.get("Authorization", ""), f"Bearer {self.fake.token}"):
            return 401, {"error": "wrong token"}
        try:
            return self.fake.answer(json.loads(raw))
        except ValueError:
            return 400, {"error": "send JSON"}


def reply_to(text: str) -> Json:
    """Return the scripted reply to a text, as the JSON of ``core.message.Reply``."""
    reply: Json = {"kind": "answer", "text": f"Anh/Chị vừa gửi: {text}", "intent": "fake", "confidence": 0.9}
    if "chọn" in text:
        payload = '/choose_procedure{"procedure_code":"1.001193","aspect":"%s"}'
        options = [("Giấy tờ cần nộp", "documents"), ("Lệ phí", "fee"), ("Thời gian giải quyết", "time")]
        reply |= {"kind": "clarify", "text": "Anh/Chị muốn hỏi phần nào ạ?"}
        reply["options"] = [{"title": title, "payload": payload % aspect, "procedure": "1.001193"}
                            for title, aspect in options]  # fmt: skip
    if "nguồn" in text:
        reply |= {"procedure": "1.001193", "aspect": "documents", "sources": [_SOURCE]}
    return reply


def _wait(text: str) -> float:
    match = re.search(r"chờ (\d+(?:\.\d+)?)", text)
    return float(match[1]) if match else 0.0


def main() -> None:
    """Run the server until interrupted."""
    parser = argparse.ArgumentParser(description="A scripted bot on the contract of the Rasa channel.")
    parser.add_argument("--port", type=int, default=5005)
    parser.add_argument("--token-file", type=Path, required=True)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    words = parser.parse_args()
    FakeBot(words.token_file.read_text().strip(), words.port, words.delay).serve_forever()


if __name__ == "__main__":
    main()
