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
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

Json = dict[str, Any]
_SOURCE = {
    "code": "1.001193",
    "decision": "1872/QĐ-BTP",
    "url": "https://dichvucong.gov.vn",
    "checked_on": "2026-11-01",
}


class FakeBot:
    """The server and what it saw: ``turns`` counts the real turns by message id, ``calls`` all calls."""

    def __init__(self, token: str, port: int = 0, delay: float = 0.0) -> None:
        self.token, self.delay = token, delay
        self.turns: Counter[str] = Counter()
        self.order: list[tuple[str, str]] = []
        self.calls = 0
        self._stored: dict[tuple[str, str], Json] = {}
        self._lock = threading.Lock()
        bot = self

        class Handler(_Handler):
            fake = bot

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

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


class _Handler(BaseHTTPRequestHandler):
    fake: FakeBot
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        known = self.path.rstrip("/") == "/webhooks/motcua"
        self._say(200 if known else 404, {"status": "ok", "model": "fake", "self_test": True})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not hmac.compare_digest(self.headers.get("Authorization", ""), f"Bearer {self.fake.token}"):
            return self._say(401, {"error": "wrong token"})
        try:
            body = json.loads(raw)
        except ValueError:
            return self._say(400, {"error": "send JSON"})
        return self._say(*self.fake.answer(body))

    def _say(self, status: int, body: Json) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Stay silent."""


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
