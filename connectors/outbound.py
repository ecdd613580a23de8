"""Outbound calls to platforms: ``requests`` sessions wrapped once, so that every call has an outcome and a duration.

A call never raises for what the network or the platform does, never follows a redirect (a token would travel along),
and never takes longer than its deadline, however slowly an answer trickles.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import requests

from connectors.base import Outcome

Json = dict[str, Any]
# unreachable: surely not taken. timeout, cut, not_json, too_large: perhaps taken, so the outcome is not known.
Fault = Literal["", "unreachable", "timeout", "cut", "not_json", "too_large"]
Observer = Callable[[str, str, str, int], None]
"""Told of every call: channel, endpoint (a fixed label), outcome word, milliseconds."""

CONNECT_SECONDS = 3.0
CALL_SECONDS = 8.0
MAX_ANSWER_BYTES = 1024 * 1024
MAX_RETRY_AFTER = 3600.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Request:
    """One call. ``endpoint`` is a fixed label for logs and metrics; addresses and arguments never reach those."""

    method: str
    url: str
    endpoint: str
    headers: Mapping[str, str] | None = None
    params: Mapping[str, str] | None = None
    json: Json | None = None
    form: Mapping[str, str] | None = None
    files: Mapping[str, tuple[str, bytes, str]] | None = None
    seconds: float = CALL_SECONDS


@dataclass(frozen=True)
class Answer:
    """What came back: ``body`` is the JSON object or ``None``; ``fault`` is empty when there was a whole answer."""

    status: int | None
    ms: int
    body: Json | None = None
    fault: Fault = ""
    retry_after: float | None = None
    raw: bytes = b""

    @property
    def unknown(self) -> bool:
        """Whether the platform may have done what was asked although no usable answer came."""
        if self.fault in ("", "unreachable"):
            return False
        return self.status is None or self.status < 400


def transport_outcome(answer: Answer) -> Outcome | None:
    """Translate what is common to all platforms: faults, 429 and 5xx; ``None`` leaves the judgement to the channel."""
    if answer.unknown:
        return Outcome("unknown", answer.status, answer.fault)
    if answer.fault == "unreachable":
        return Outcome("retry", None, answer.fault)
    status = answer.status or 0
    if status == 429 or status >= 500:
        return Outcome("retry", status, f"http_{status}", answer.retry_after)
    return None


class Outbound:
    """Calls of one channel; each thread has a session of its own, as ``requests`` asks for."""

    def __init__(self, channel: str, observer: Observer | None = None, proxy: str | None = None) -> None:
        self._channel, self._observer, self._proxy = channel, observer, proxy
        self._local = threading.local()

    def call(self, request: Request, *, want_json: bool = True, max_bytes: int = MAX_ANSWER_BYTES) -> Answer:
        """Make one call; with ``want_json`` an answer that is not a JSON object is a fault."""
        started = time.monotonic()
        try:
            answer = self._exchange(request, started, want_json, max_bytes)
        except requests.RequestException as error:
            answer = Answer(None, _ms(started), fault=_fault(error))
        self._tell(request, answer)
        return answer

    def _exchange(self, request: Request, started: float, want_json: bool, max_bytes: int) -> Answer:
        with self._session().request(
            request.method, request.url, headers=request.headers, params=request.params, json=request.json,
            data=request.form, files=request.files, stream=True, allow_redirects=False,
            timeout=(min(CONNECT_SECONDS, request.seconds), request.seconds),
        ) as response:  # fmt: skip
            raw, fault = _read(response, started + request.seconds, max_bytes)
            body = None if fault or not want_json else _object(raw)
            if want_json and not fault and body is None:
                fault = "not_json"
            retry_after = _retry_after(response.headers.get("Retry-After"))
            return Answer(response.status_code, _ms(started), body, fault, retry_after, b"" if want_json else raw)

    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            session = requests.Session()
            session.trust_env = False  # .netrc and proxy variables of the machine have no say; a proxy is a setting
            if self._proxy:
                session.proxies = {"http": self._proxy, "https": self._proxy}
            self._local.session = session
        return self._local.session  # type: ignore[no-any-return]

    def _tell(self, request: Request, answer: Answer) -> None:
        word = answer.fault or f"http_{answer.status}"
        level = logging.INFO if word == "http_200" else logging.WARNING
        _log.log(level, "called", extra={"channel": self._channel, "path": request.endpoint, "outcome": word,
                                         "ms": answer.ms})  # fmt: skip
        if self._observer:
            self._observer(self._channel, request.endpoint, word, answer.ms)


def _read(response: requests.Response, deadline: float, max_bytes: int) -> tuple[bytes, Fault]:
    body = bytearray()
    for chunk in response.iter_content(16 * 1024):
        body += chunk
        if len(body) > max_bytes:
            return b"", "too_large"
        if time.monotonic() > deadline:
            return b"", "timeout"
    return bytes(body), ""


def _object(raw: bytes) -> Json | None:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _fault(error: requests.RequestException) -> Fault:
    """Tell a call that surely never arrived from one that may have."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError | requests.exceptions.ProxyError):
        return "unreachable"
    if isinstance(error, requests.Timeout):
        return "timeout"
    if isinstance(error, requests.ConnectionError):
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        named = type(reason).__name__
        return "unreachable" if named in ("NewConnectionError", "NameResolutionError") else _read_fault(error)
    return "cut" if isinstance(error, requests.exceptions.ChunkedEncodingError) else "unreachable"


def _read_fault(error: requests.ConnectionError) -> Fault:
    """A read that timed out while streaming is wrapped as a connection error by ``requests``."""
    return "timeout" if "timed out" in str(error) else "cut"


def _retry_after(value: str | None) -> float | None:
    """Return ``Retry-After`` (seconds or a date) as seconds, at most an hour; ``None`` when absent or not readable."""
    if not value:
        return None
    try:
        seconds = float(value) if value.strip().isdigit() else _until(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER)


def _until(value: str) -> float:
    moment = parsedate_to_datetime(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - datetime.now(UTC).timestamp()


def _ms(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
