"""How platforms deliver to a webhook: one queue, signed bodies, a deadline, copies, and retries on a schedule."""

from __future__ import annotations

import itertools
import queue
import random
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import requests

Json = dict[str, Any]
_STOP = object()


@dataclass
class Manner:
    """What all platforms have in common: ``duplicates`` is the share sent twice, ``speed`` divides the schedule.

    ``deadline`` is how many seconds the webhook has to answer; each platform has its own.
    """

    duplicates: float = 0.0
    speed: float = 1.0
    deadline: float = 5.0
    random: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - not for secrets


M = TypeVar("M", bound=Manner)


@dataclass(frozen=True)
class Delivery:
    """One try: its number (0: the first), status (``None``: no answer in time) and seconds it took."""

    number: int
    status: int | None
    seconds: float


@dataclass(frozen=True)
class Parcel:
    """The bytes of one call and how many queued events are in it; ``stamp`` is the time that a signature covers."""

    raw: bytes
    count: int = 1
    stamp: str = ""


class Deliverer(ABC, Generic[M]):
    """Posts to a webhook from one thread; retries wait in threads of their own, so they may overtake.

    ``waits`` are the seconds before each retry; after the last one ``switched_off`` says that the platform has given
    the webhook up.
    """

    waits: tuple[float, ...]

    def __init__(self, url: str, manner: M) -> None:
        self.url, self.manner = url, manner
        self.tries: list[Delivery] = []
        self.switched_off = False
        self._stopped = False
        self._queue: queue.Queue[Any] = queue.Queue()
        self._open = 0
        self._lock = threading.Lock()
        self._session = requests.Session()
        self._session.trust_env = False
        self._thread = threading.Thread(target=self._run, name=type(self).__module__, daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def stop(self) -> None:
        """Deliver no more, nor retry."""
        self._stopped = True
        self._queue.put(_STOP)
        self._thread.join(10)

    def settled(self) -> bool:
        """Whether all that was queued has been taken, or given up."""
        with self._lock:
            return self._open == 0

    @abstractmethod
    def group_size(self) -> int:
        """Return how many waiting events are taken from the queue together."""

    @abstractmethod
    def parcels(self, group: list[Any]) -> list[Parcel]:
        """Return the calls that deliver a group of queued events, in the order in which they are made."""

    @abstractmethod
    def headers(self, parcel: Parcel, number: int) -> dict[str, str]:
        """Return the headers of one try, its signature among them."""

    def taken(self, status: int | None) -> bool:
        """Tell whether an answer ends the retries."""
        return status == 200

    def offer(self, parcel: Parcel, number: int = 0, headers: Mapping[str, str] | None = None) -> bool:
        """Make one try and tell whether it was taken within the deadline."""
        sent = {"Content-Type": "application/json", **self.headers(parcel, number), **(headers or {})}
        started = time.monotonic()
        try:
            status: int | None = self._session.post(
                self.url, data=parcel.raw, headers=sent, timeout=self.manner.deadline, allow_redirects=False
            ).status_code
        except requests.RequestException:
            status = None
        self.tries.append(Delivery(number, status, time.monotonic() - started))
        return self.taken(status)

    def _enqueue(self, events: list[Any]) -> None:
        with self._lock:
            self._open += len(events)
        for event in events:
            self._queue.put(event)

    def _run(self) -> None:
        while (first := self._queue.get()) is not _STOP:
            group = [first]
            while len(group) < self.group_size() and not self._queue.empty():
                if (more := self._queue.get()) is _STOP:
                    self._queue.put(_STOP)
                    break
                group.append(more)
            for parcel in self.parcels(group):
                self._hand_over(parcel)

    def _hand_over(self, parcel: Parcel) -> None:
        copies = 2 if self.manner.random.random() < self.manner.duplicates else 1
        taken = [self.offer(parcel) for _ in range(copies)]  # each copy is sent, whatever became of the first
        if all(taken):
            self._closed(parcel)
        else:
            threading.Thread(target=self._again, args=(parcel,), daemon=True).start()

    def _again(self, parcel: Parcel) -> None:
        for number, wait in enumerate(self.waits, 1):
            time.sleep(wait / self.manner.speed)
            if self._stopped or self.switched_off or self.offer(parcel, number):
                break
        else:
            self.switched_off = True
        self._closed(parcel)

    def _closed(self, parcel: Parcel) -> None:
        with self._lock:
            self._open -= parcel.count


def waits_between(moments: tuple[float, ...]) -> tuple[float, ...]:
    """Return the seconds before each retry, from the seconds after the first try."""
    return tuple(after - before for before, after in itertools.pairwise(moments))
