"""The fake provincial portal: a real HTTP server over a registry in memory that can be told to fail in many ways."""

from __future__ import annotations

import hmac
import json
import threading
import time
from dataclasses import dataclass, field
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self, get_args
from urllib.parse import parse_qs, unquote, urlsplit

from core.errors import BadInput
from dossiers.memory import MemoryRegistry
from dossiers.statistics import grouping
from dossiers.wire import change_to, dossier_to, tally_to

Fault = Literal[
    "slow", "drip", "500", "503", "html", "redirect", "encoding", "mojibake", "missing", "status", "other", "cut", "401"
]
FAULTS: tuple[Fault, ...] = get_args(Fault)
_CODES = {"500": 500, "503": 503, "redirect": 302, "401": 401}
_HTML = "<!doctype html><html><body><h1>Hệ thống đang bảo trì</h1></body></html>"


@dataclass
class FakePortal:
    """Serves on a free local port while the context is open. ``faults`` are used up one a request; ``fault`` stays."""

    registry: MemoryRegistry
    token: str = "portal-token"  # noqa: S105 - of a fake
    fault: Fault | None = None
    faults: list[Fault] = field(default_factory=list)
    slow_seconds: float = 3.0
    requests: list[str] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """Address of the running server."""
        if self._server is None:
            raise BadInput("the fake portal is not running: use it as a context manager")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"fake": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()

    def next_fault(self) -> Fault | None:
        """Return the fault of the request at hand."""
        return self.faults.pop(0) if self.faults else self.fault

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> Any:
        """Return what the portal would say; ``None`` is a 404."""
        if method == "POST" and path == "/api/dossiers/verify":
            found = self.registry.look_up(str(body["maHoSo"]), str(body["chungThuc"]))
            return {"hoSo": dossier_to(found) if found else None}
        if path.startswith("/api/dossiers/"):
            found = self.registry.read(unquote(path.rsplit("/", 1)[1]))
            return {"hoSo": dossier_to(found)} if found else None
        if path == "/api/changes":
            return {"thayDoi": [change_to(c) for c in self.registry.changes(int(query["after"]), int(query["limit"]))]}
        if path == "/api/statistics":
            return {"thongKe": [tally_to(tally) for tally in self._tallies(query)]}
        return None

    def _tallies(self, query: dict[str, str]) -> Any:
        since, until = (date.fromisoformat(query[name]) if name in query else None for name in ("since", "until"))
        return self.registry.tallies(grouping(query["by"]), datetime.fromisoformat(query["now"]), since, until)


class _Handler(BaseHTTPRequestHandler):
    """One request: the true answer, then the fault that spoils it."""

    fake: FakePortal

    def do_GET(self) -> None:
        """Answer a GET."""
        self._handle("GET", None)

    def do_POST(self) -> None:
        """Answer a POST with a JSON body."""
        size = int(self.headers.get("Content-Length", 0))
        self._handle("POST", json.loads(self.rfile.read(size)))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
        """Log nothing: addresses hold codes."""

    def _handle(self, method: str, body: Any) -> None:
        parts = urlsplit(self.path)
        self.fake.requests.append(f"{method} {parts.path}")
        if not hmac.compare_digest(self.headers.get("Authorization", ""), f"Bearer {self.fake.token}"):
            return self._send(401, b"{}")
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        answer = self.fake.answer(method, parts.path, query, body)
        return self._spoil(self.fake.next_fault(), answer)

    def _spoil(self, fault: Fault | None, answer: Any) -> None:
        text = json.dumps(_spoiled(fault, answer), ensure_ascii=False)
        if fault == "slow":
            time.sleep(self.fake.slow_seconds)
        if fault in _CODES:
            return self._send(_CODES[fault], _HTML.encode(), "text/html")
        if fault == "html":
            return self._send(200, _HTML.encode(), "text/html")
        if fault == "encoding":
            return self._send(200, text.encode("utf-16"))
        if fault == "mojibake":
            return self._send(200, text.encode().decode("latin-1").encode())
        return self._send(404 if answer is None else 200, text.encode(), fault=fault)

    def _send(self, code: int, body: bytes, kind: str = "application/json", fault: Fault | None = None) -> None:
        try:
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body) + (100 if fault == "cut" else 0)))
            if code == 302:
                self.send_header("Location", "/login")
            self.end_headers()
            pieces = [body[n : n + 8] for n in range(0, len(body), 8)] if fault == "drip" else [body]
            for piece in pieces:
                self.wfile.write(piece)
                time.sleep(0.3 if fault == "drip" else 0)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client lost patience, as it should


def _spoiled(fault: Fault | None, answer: Any) -> Any:
    dossier = answer.get("hoSo") if isinstance(answer, dict) else None
    if dossier is None:
        return answer
    if fault == "missing":
        dossier = {name: value for name, value in dossier.items() if name not in ("tenThuTuc", "ngayTiepNhan")}
    if fault == "status":
        dossier = {**dossier, "trangThai": "Chờ liên thông"}
    if fault == "other":
        dossier = {**dossier, "maHoSo": "H26.9-990101-9999"}
    return {**answer, "hoSo": dossier}
