"""Scripted faults for the fake platforms: what goes wrong on the wire, in the order a test or an operator asks for."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from threading import Lock
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal["status", "slow", "reset", "half", "not_json"]


@dataclass(frozen=True)
class Fault:
    """One fault. ``done``: the platform has carried the request out before it goes wrong.

    ``path`` and ``only`` pick requests: words in the path, and in the body.

    ``status`` answers with that status (and ``Retry-After``); ``slow`` answers after ``seconds``; ``reset`` breaks the
    connection; ``half`` ends it in mid-body; ``not_json`` answers 200 with something else.
    """

    kind: Kind
    status: int = 500
    retry_after: float | None = None
    seconds: float = 0.0
    done: bool = False
    path: str = ""
    only: str = ""
    body: Json | None = None


class Faults:
    """The faults still to come; each is used once, by the first request that it fits."""

    def __init__(self) -> None:
        self._waiting: deque[Fault] = deque()
        self._lock = Lock()

    def plan(self, *faults: Fault) -> None:
        """Add faults."""
        with self._lock:
            self._waiting.extend(faults)

    def take(self, path: str, body: str = "") -> Fault | None:
        """Return the fault for a request, if one is due."""
        with self._lock:
            for fault in self._waiting:
                if fault.path in path and fault.only in body:
                    self._waiting.remove(fault)
                    return fault
        return None

    def __len__(self) -> int:
        return len(self._waiting)


def say(handler: BaseHTTPRequestHandler, status: int, body: Json, headers: Mapping[str, str] | None = None) -> None:
    """Answer with JSON."""
    _say_bytes(handler, status, json.dumps(body).encode(), headers or {})


def go_wrong(handler: BaseHTTPRequestHandler, fault: Fault, status: int, body: Json) -> None:
    """Carry out a fault in place of the answer that the request would have had."""
    data = json.dumps(body).encode()
    match fault.kind:
        case "status":
            headers = {"Retry-After": f"{fault.retry_after:g}"} if fault.retry_after is not None else {}
            say(
                handler, fault.status, {"error": {"message": "scripted"}} if fault.body is None else fault.body, headers
            )
        case "slow":
            time.sleep(fault.seconds)
            _say_bytes(handler, status, data, {})
        case "reset":
            _reset(handler)
        case "half":
            _say_bytes(handler, status, data, {}, whole=False)
        case "not_json":
            _say_bytes(handler, 200, b"<html>Sorry</html>", {})


def _say_bytes(
    handler: BaseHTTPRequestHandler, status: int, data: bytes, headers: Mapping[str, str], *, whole: bool = True
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(data)))
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(data if whole else data[: len(data) // 2])
    if not whole:
        handler.wfile.flush()
        handler.close_connection = True


def _reset(handler: BaseHTTPRequestHandler) -> None:
    """Close so that the other side sees a reset instead of an end."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()
