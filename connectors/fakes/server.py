"""The HTTP server under each fake platform, with its clock, its numbers and what its people see."""

from __future__ import annotations

import itertools
import json
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import SplitResult, urlsplit

from connectors.fakes.delivery import Deliverer
from connectors.fakes.faults import Faults, go_wrong, say

Json = dict[str, Any]


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of callers that are gone: a killed worker is part of the tests; else as always."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Server:
    """A server on 127.0.0.1, a thread a request; ``port`` 0 takes a free one."""

    def __init__(self, handler: type[BaseHTTPRequestHandler], port: int = 0) -> None:
        bound = type("BoundHandler", (handler,), {"fake": self})
        self._server = _HttpServer(("127.0.0.1", port), bound)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass(frozen=True)
class Sent:
    """One message that a person sees, and the whole request that it came with."""

    person: str
    msg_id: str
    message: Json
    request: Json


@dataclass
class Rate:
    """Whether one more call passes: at most ``most`` in ``seconds``."""

    most: int
    seconds: float
    times: list[float] = field(default_factory=list)

    def take(self) -> bool:
        """Count one call, and tell whether it may pass."""
        now = time.monotonic()
        self.times = [moment for moment in self.times if now - moment < self.seconds]
        self.times.append(now)
        return len(self.times) <= self.most


class Platform(Server):
    """A platform: API server, deliveries to ``webhook``, scripted ``faults``, and what people see in ``sent``.

    ``echoes`` and ``receipts`` say whether the platform tells the webhook of what it was sent.
    """

    webhook: Deliverer[Any]

    def __init__(self, handler: type[BaseHTTPRequestHandler], rate: Rate, port: int = 0) -> None:
        super().__init__(handler, port)
        self.faults, self.rate = Faults(), rate
        self.sent: list[Sent] = []
        self.echoes = self.receipts = True
        self._ahead_ms = 0
        self._numbers = itertools.count(1)
        self._lock = threading.RLock()

    def __enter__(self) -> Self:
        self.webhook.start()
        return super().__enter__()

    def __exit__(self, *_: object) -> None:
        self.webhook.stop()
        super().__exit__()

    def forward(self, seconds: float) -> None:
        """Put the platform's clock forward."""
        self._ahead_ms += int(seconds * 1000)

    def now_ms(self) -> int:
        """The platform's time."""
        return int(time.time() * 1000) + self._ahead_ms

    def seen(self, person: str) -> list[Json]:
        """Return the messages that a person sees, in order."""
        with self._lock:
            return [sent.message for sent in self.sent if sent.person == person]


class QuietHandler(BaseHTTPRequestHandler):
    """One method for all calls, no log lines, connections that stay open."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        """Serve a read."""
        self.serve()

    def do_POST(self) -> None:
        """Serve a write."""
        self.serve()

    def do_DELETE(self) -> None:
        """Serve a removal."""
        self.serve()

    def serve(self) -> None:
        """Serve one request; ``command`` is its method."""
        raise NotImplementedError

    def raw(self) -> bytes:
        """Read the body."""
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Stay silent."""


class PlatformHandler(QuietHandler):
    """Puts scripted faults in front of the answers."""

    fake: Any
    # What stands in the body when a fault kept the request from being carried out.
    not_reached: tuple[int, Json]

    def body(self) -> Any:
        """Return the request's body, translated."""
        raise NotImplementedError

    def answer(self, parts: SplitResult, body: Any) -> tuple[int, Json]:
        """Return status and body for a request."""
        raise NotImplementedError

    def serve(self) -> None:
        """Serve one request."""
        body, parts = self.body(), urlsplit(self.path)
        fault = self.fake.faults.take(parts.path, json.dumps(body, ensure_ascii=False, default=str))
        # A slow answer is still an answer; the other faults come before the request is carried out, unless "done".
        carried_out = fault is None or fault.done or fault.kind == "slow"
        status, answer = self.answer(parts, body) if carried_out else self.not_reached
        if fault is None:
            say(self, status, answer)
        else:
            go_wrong(self, fault, status, answer)
