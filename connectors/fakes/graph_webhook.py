"""Deliveries of the fake Graph: signed, in batches, twice or out of order when asked, retried until it gives up."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import queue
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import requests

Json = dict[str, Any]
# Seconds after the first try (contract B2: a few at once, then spaced); failing for an hour disables the webhook.
SCHEDULE = (0.0, 1.0, 5.0, 30.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0)
DEADLINE = 5.0
_STOP = object()


@dataclass
class Manner:
    """How deliveries misbehave: items a body, the share sent twice, shuffled or not; ``speed`` divides the schedule."""

    batch: int = 1
    duplicates: float = 0.0
    disorder: bool = False
    speed: float = 1.0
    deadline: float = DEADLINE
    random: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - not for secrets


@dataclass(frozen=True)
class Delivery:
    """One try: status (``None``: no answer in time) and seconds it took."""

    status: int | None
    seconds: float


class Deliverer:
    """Sends items to a webhook from one thread; retries wait in threads of their own, as they overtake each other."""

    def __init__(self, page_id: str, secret: str, url: str, manner: Manner) -> None:
        self.page_id, self.secret, self.url, self.manner = page_id, secret, url, manner
        self.tries: list[Delivery] = []
        self.disabled = False
        self._queue: queue.Queue[Any] = queue.Queue()
        self._open = 0
        self._lock = threading.Lock()
        self._session = requests.Session()
        self._session.trust_env = False
        self._thread = threading.Thread(target=self._run, name="graph-webhook", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def stop(self) -> None:
        """Deliver no more."""
        self._queue.put(_STOP)
        self._thread.join(10)

    def put(self, *items: Json, standby: bool = False) -> None:
        """Queue items; ``standby``: another app owns the thread."""
        with self._lock:
            self._open += len(items)
        for item in items:
            self._queue.put((item, "standby" if standby else "messaging"))

    def settled(self) -> bool:
        """Whether all that was queued has been taken, or given up."""
        with self._lock:
            return self._open == 0

    def _run(self) -> None:
        while (first := self._queue.get()) is not _STOP:
            batch = [first]
            while len(batch) < self.manner.batch and not self._queue.empty():
                if (more := self._queue.get()) is _STOP:
                    self._queue.put(_STOP)
                    break
                batch.append(more)
            self._deliver(batch)

    def _deliver(self, batch: list[tuple[Json, str]]) -> None:
        if self.manner.disorder:
            self.manner.random.shuffle(batch)
        raw = body_of(self.page_id, batch)
        copies = 2 if self.manner.random.random() < self.manner.duplicates else 1
        taken = all([self.post(raw) for _ in range(copies)])  # noqa: C419 - each copy is sent, whatever became of the first
        if taken:
            self._closed(len(batch))
        else:
            threading.Thread(target=self._again, args=(raw, len(batch)), daemon=True).start()

    def _again(self, raw: bytes, count: int) -> None:
        """Retry on the schedule; after the last one the platform switches the webhook off."""
        for before, after in itertools.pairwise(SCHEDULE):
            time.sleep((after - before) / self.manner.speed)
            if self.disabled or self.post(raw):
                break
        else:
            self.disabled = True
        self._closed(count)

    def _closed(self, count: int) -> None:
        with self._lock:
            self._open -= count

    def post(self, raw: bytes, headers: dict[str, str] | None = None) -> bool:
        """Make one try and tell whether it was taken: 200 within the deadline."""
        started = time.monotonic()
        sent = {"Content-Type": "application/json", **signatures(raw, self.secret), **(headers or {})}
        try:
            status: int | None = self._session.post(
                self.url, data=raw, headers=sent, timeout=self.manner.deadline, allow_redirects=False
            ).status_code
        except requests.RequestException:
            status = None
        self.tries.append(Delivery(status, time.monotonic() - started))
        return status == 200


def body_of(page_id: str, batch: list[tuple[Json, str]]) -> bytes:
    """Return the bytes of a delivery, two items an entry, non-ASCII escaped as the platform does."""
    now = int(time.time() * 1000)
    entries: list[Json] = []
    for name in ("messaging", "standby"):
        items = [item for item, kind in batch if kind == name]
        entries += [{"id": page_id, "time": now, name: items[at : at + 2]} for at in range(0, len(items), 2)]
    return json.dumps({"object": "page", "entry": entries}, separators=(",", ":")).encode()


def signatures(raw: bytes, secret: str) -> dict[str, str]:
    """Return both signature headers, as the platform still sends the old one along."""
    key = secret.encode()
    return {
        "X-Hub-Signature-256": f"sha256={hmac.new(key, raw, hashlib.sha256).hexdigest()}",
        "X-Hub-Signature": f"sha1={hmac.new(key, raw, hashlib.sha1).hexdigest()}",
    }
