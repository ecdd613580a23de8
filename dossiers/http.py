"""The registry behind HTTP: a one-stop information system, asked with little patience and never trusted blindly.

Requests: ``POST /api/dossiers/verify {maHoSo, chungThuc}`` · ``GET /api/dossiers/{code}`` · ``GET /api/changes`` ·
``GET /api/statistics``, JSON in UTF-8, ``Authorization: Bearer``. A code or fact is never logged.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any
from urllib.parse import quote

import requests
from urllib3.exceptions import HTTPError, NewConnectionError

from core.dossier import Change, Dossier, DossierUnavailable, Grouping, Tally
from dossiers.breaker import Breaker
from dossiers.code import find_dossier_code
from dossiers.lookup import utc_now
from dossiers.wire import DossierUnreadable, change_from, dossier_from, tally_from

_TIMEOUT = 2.0
_BODY_MOST = 1 << 20
_KEPT = 10_000
_KEPT_FOR = timedelta(hours=24)
_AGAIN = frozenset({502, 503, 504})
_NOT_FOUND = 404


class _TryAgain(DossierUnavailable):
    """A failure after which the same request may be sent again without harm."""


@dataclass
class HttpRegistry:
    """``DossierRegistry`` over the HTTP interface of a one-stop information system.

    ``code_pattern`` narrows which codes are asked there at all. Every request has a connection of its own, so that a
    request that may not be repeated never meets a connection closed by the other side.
    """

    base_url: str
    token: str = field(repr=False)
    code_pattern: str = r".*"
    timeout: float = _TIMEOUT
    breaker: Breaker = field(default_factory=Breaker)
    clock: Callable[[], datetime] = field(default=utc_now, repr=False)
    _last: OrderedDict[str, Dossier] = field(default_factory=OrderedDict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def accepts(self, code: str) -> bool:
        """Tell whether a code is well formed and fits this system's pattern."""
        return find_dossier_code(code) == code and re.fullmatch(self.code_pattern, code) is not None

    def look_up(self, code: str, fact: str) -> Dossier | None:
        """Let the system compare the fact. Sent once: it may count tries."""
        body = {"maHoSo": code, "chungThuc": fact}
        found = _field(self._call("POST", "/api/dossiers/verify", body=body), "hoSo")
        return None if found is None else self._keep(dossier_from(found, self.clock()), code)

    def read(self, code: str) -> Dossier | None:
        """Return the dossier, or its last known state of the last 24 hours when the system gives no usable answer."""
        try:
            answer = self._call("GET", f"/api/dossiers/{quote(code, safe='')}", again=True)
            found = _field(answer, "hoSo") if answer is not None else None
            return None if found is None else self._keep(dossier_from(found, self.clock()), code)
        except DossierUnavailable:
            last = self._last.get(code)
            if last is None or self.clock() - last.as_of > _KEPT_FOR:
                raise
            return last.model_copy(update={"stale": True})

    def changes(self, after: int, limit: int = 500) -> Sequence[Change]:
        """Return changes behind a cursor."""
        answer = self._call("GET", "/api/changes", {"after": after, "limit": limit}, again=True)
        return [change_from(change) for change in _list(answer, "thayDoi")]

    def tallies(
        self, by: Grouping, now: datetime, since: date | None = None, until: date | None = None
    ) -> Sequence[Tally]:
        """Return the system's own counts."""
        wanted = {"by": by, "now": now.isoformat(), "since": since, "until": until}
        query = {name: str(value) for name, value in wanted.items() if value is not None}
        answer = self._call("GET", "/api/statistics", query, again=True)
        return sorted((tally_from(tally) for tally in _list(answer, "thongKe")), key=lambda tally: tally.key)

    def _keep(self, dossier: Dossier, code: str) -> Dossier:
        if dossier.code != code:
            raise DossierUnreadable("the system answered with another dossier")
        with self._lock:
            self._last[code] = dossier
            self._last.move_to_end(code)
            while len(self._last) > _KEPT:
                self._last.popitem(last=False)
        return dossier

    def _call(
        self, method: str, path: str, query: Mapping[str, Any] | None = None, *, body: Any = None, again: bool = False
    ) -> Any:
        """Send a request, a second time where that is safe; ``None`` is a 404."""
        try:
            return self._guarded(method, path, query, body)
        except _TryAgain as error:
            if not (again or isinstance(error.__cause__, requests.ConnectionError)):
                raise
            time.sleep(random.uniform(0.05, 0.2))  # noqa: S311 - jitter, no secret
            return self._guarded(method, path, query, body)

    def _guarded(self, method: str, path: str, query: Mapping[str, Any] | None, body: Any) -> Any:
        if not self.breaker.allows():
            raise DossierUnavailable("the one-stop information system was failing; not asked again yet")
        try:
            answer = self._send(method, path, query, body)
        except DossierUnavailable:
            self.breaker.failed()
            raise
        self.breaker.succeeded()
        return answer

    def _send(self, method: str, path: str, query: Mapping[str, Any] | None, body: Any) -> Any:
        deadline = time.monotonic() + self.timeout
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json", "Connection": "close"}
        try:
            with requests.request(
                method, self.base_url.rstrip("/") + path, params=query, json=body, headers=headers,
                timeout=self.timeout, allow_redirects=False, stream=True,
            ) as response:  # fmt: skip
                return _read(response, deadline)
        except requests.ConnectionError as error:
            if _never_sent(error):
                raise _TryAgain("the one-stop information system cannot be reached") from error
            raise DossierUnavailable("the one-stop information system broke off") from error
        except (requests.RequestException, HTTPError) as error:
            raise DossierUnavailable(f"the one-stop information system: {type(error).__name__}") from error


def _read(response: requests.Response, deadline: float) -> Any:
    if response.status_code == _NOT_FOUND:
        return None
    if response.status_code in _AGAIN:
        raise _TryAgain(f"the one-stop information system answered {response.status_code}")
    if response.status_code != requests.codes.ok:
        raise DossierUnavailable(f"the one-stop information system answered {response.status_code}")
    body = bytearray()
    while chunk := response.raw.read1(16_384, decode_content=True):  # what has come, without waiting to fill up
        body += chunk
        if len(body) > _BODY_MOST or time.monotonic() > deadline:
            raise DossierUnavailable("the one-stop information system answers too long or too slowly")
    try:
        return json.loads(bytes(body).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise DossierUnreadable("the one-stop information system did not answer with JSON in UTF-8") from error


def _never_sent(error: requests.ConnectionError) -> bool:
    """Tell whether the connection itself failed, so that nothing can have reached the other side."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError)


def _field(answer: Any, name: str) -> Any:
    if not isinstance(answer, dict) or name not in answer:
        raise DossierUnreadable(f"the answer lacks {name}")
    return answer[name]


def _list(answer: Any, name: str) -> list[Any]:
    found = _field(answer, name)
    if not isinstance(found, list):
        raise DossierUnreadable(f"{name} is no list")
    return found
