"""Deliveries of the fake Zalo: one signed event a call, 2 s to answer, retries on the documented schedule."""

from __future__ import annotations

import hashlib
import json
import queue
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import requests

Json = dict[str, Any]
# Seconds before each retry (contract A3); after the last one Zalo unsubscribes the app.
SCHEDULE = (30.0, 300.0, 900.0, 1800.0, 3600.0)
DEADLINE = 2.0
_STOP = object()


@dataclass
class Manner:
    """How deliveries behave: the share sent twice, shuffled in groups or not; ``speed`` divides the schedule.

    ``spelling`` is how the signature is written: all three are seen. ``retry_answers``: whether slow and non-200
    answers are retried too, and not only failed connections (the documentation leaves it open).
    """

    duplicates: float = 0.0
    disorder: int = 1
    speed: float = 1.0
    deadline: float = DEADLINE
    spelling: str = "mac={}"
    retry_answers: bool = True
    random: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - not for secrets


@dataclass(frozen=True)
class Delivery:
    """One try: its number, status (``None``: no answer in time) and seconds it took."""

    number: int
    status: int | None
    seconds: float


class Deliverer:
    """Posts events to a webhook from one thread; retries wait in threads of their own, so they may overtake."""

    def __init__(self, app_id: str, secret: str, url: str, manner: Manner) -> None:
        self.app_id, self.secret, self.url, self.manner = app_id, secret, url, manner
        self.tries: list[Delivery] = []
        self.unsubscribed = False
        self._queue: queue.Queue[Any] = queue.Queue()
        self._open = 0
        self._lock = threading.Lock()
        self._session = requests.Session()
        self._session.trust_env = False
        self._thread = threading.Thread(target=self._run, name="zalo-webhook", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def stop(self) -> None:
        """Deliver no more."""
        self.unsubscribed = True
        self._queue.put(_STOP)
        self._thread.join(10)

    def put(self, *events: Json) -> None:
        """Queue events."""
        with self._lock:
            self._open += len(events)
        for event in events:
            self._queue.put(event)

    def settled(self) -> bool:
        """Whether all that was queued has been taken, or given up."""
        with self._lock:
            return self._open == 0

    def post(self, raw: bytes, timestamp: str, number: int = 0, headers: dict[str, str] | None = None) -> bool:
        """Make one try and tell whether it was taken: 200 within the deadline."""
        mac = signature(self.app_id, raw, timestamp, self.secret)
        sent = {"Content-Type": "application/json", "X-ZEvent-Signature": self.manner.spelling.format(mac)}
        sent |= ({"num_retry": str(number)} if number else {}) | (headers or {})
        started = time.monotonic()
        try:
            status: int | None = self._session.post(
                self.url, data=raw, headers=sent, timeout=self.manner.deadline, allow_redirects=False
            ).status_code
        except requests.RequestException:
            status = None
        self.tries.append(Delivery(number, status, time.monotonic() - started))
        return status == 200 or (status is not None and not self.manner.retry_answers)

    def _run(self) -> None:
        while (first := self._queue.get()) is not _STOP:
            group = [first]
            while len(group) < self.manner.disorder and not self._queue.empty():
                if (more := self._queue.get()) is _STOP:
                    self._queue.put(_STOP)
                    break
                group.append(more)
            if self.manner.disorder > 1:
                self.manner.random.shuffle(group)
            for event in group:
                self._deliver(event)

    def _deliver(self, event: Json) -> None:
        raw, timestamp = body_of(event), str(event["timestamp"])
        copies = 2 if self.manner.random.random() < self.manner.duplicates else 1
        taken = [self.post(raw, timestamp) for _ in range(copies)]
        if all(taken):
            self._closed()
        else:
            threading.Thread(target=self._again, args=(raw, timestamp), daemon=True).start()

    def _again(self, raw: bytes, timestamp: str) -> None:
        for number, wait in enumerate(SCHEDULE, 1):
            time.sleep(wait / self.manner.speed)
            if self.unsubscribed or self.post(raw, timestamp, number):
                break
        else:
            self.unsubscribed = True
        self._closed()

    def _closed(self) -> None:
        with self._lock:
            self._open -= 1


def body_of(event: Json) -> bytes:
    """Return the bytes of an event: one line, Vietnamese letters as they are."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def signature(app_id: str, raw: bytes, timestamp: str, secret: str) -> str:
    """Return ``sha256_hex(app_id + raw + timestamp + secret)``; written apart from the connector's on purpose."""
    digest = hashlib.sha256()
    for part in (app_id.encode(), raw, timestamp.encode(), secret.encode()):
        digest.update(part)
    return digest.hexdigest()
