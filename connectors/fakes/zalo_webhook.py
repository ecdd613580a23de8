"""Deliveries of the fake Zalo: one signed event a call, 2 s to answer, retries on the documented schedule."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from connectors.fakes import delivery
from connectors.fakes.delivery import Parcel

Json = dict[str, Any]
# Seconds before each retry (contract A3); after the last one Zalo unsubscribes the app.
SCHEDULE = (30.0, 300.0, 900.0, 1800.0, 3600.0)


@dataclass
class Manner(delivery.Manner):
    """Also: events are shuffled in groups of ``disorder``.

    ``spelling`` is how the signature is written: all three are seen. ``retry_answers``: whether slow and non-200
    answers are retried too, and not only failed connections (the documentation leaves it open).
    """

    deadline: float = 2.0
    disorder: int = 1
    spelling: str = "mac={}"
    retry_answers: bool = True


class Deliverer(delivery.Deliverer[Manner]):
    """Delivers events of one app."""

    waits = SCHEDULE

    def __init__(self, app_id: str, secret: str, url: str, manner: Manner) -> None:
        super().__init__(url, manner)
        self.app_id, self.secret = app_id, secret

    def put(self, *events: Json) -> None:
        """Queue events."""
        self._enqueue(list(events))

    def group_size(self) -> int:
        """Return how many events change places with each other."""
        return self.manner.disorder

    def parcels(self, group: list[Json]) -> list[Parcel]:
        """Return one body an event."""
        if self.manner.disorder > 1:
            self.manner.random.shuffle(group)
        return [Parcel(body_of(event), stamp=str(event["timestamp"])) for event in group]

    def headers(self, parcel: Parcel, number: int) -> dict[str, str]:
        """Return the signature, and from the first retry on its number."""
        mac = signature(self.app_id, parcel.raw, parcel.stamp, self.secret)
        return {"X-ZEvent-Signature": self.manner.spelling.format(mac)} | ({"num_retry": str(number)} if number else {})

    def taken(self, status: int | None) -> bool:
        """Tell whether an answer ends the retries: 200, or any when only failed connections are retried."""
        return super().taken(status) or (status is not None and not self.manner.retry_answers)


def body_of(event: Json) -> bytes:
    """Return the bytes of an event: one line, Vietnamese letters as they are."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def signature(app_id: str, raw: bytes, timestamp: str, secret: str) -> str:
    """Return ``sha256_hex(app_id + raw + timestamp + secret)``; written apart from the connector's on purpose."""
    digest = hashlib.sha256()
    for part in (app_id.encode(), raw, timestamp.encode(), secret.encode()):
        digest.update(part)
    return digest.hexdigest()
