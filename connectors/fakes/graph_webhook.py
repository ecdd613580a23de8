"""Deliveries of the fake Graph: signed, in batches, twice or out of order when asked, retried until it gives up."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any

from connectors.fakes import delivery
from connectors.fakes.delivery import Parcel

Json = dict[str, Any]
# Seconds after the first try (contract B2: a few at once, then spaced); failing for an hour disables the webhook.
SCHEDULE = (0.0, 1.0, 5.0, 30.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0)


@dataclass
class Manner(delivery.Manner):
    """Also: how many items a body holds at the most, and whether they are shuffled."""

    batch: int = 1
    disorder: bool = False


class Deliverer(delivery.Deliverer[Manner]):
    """Delivers ``messaging`` and ``standby`` items of one Page."""

    waits = delivery.waits_between(SCHEDULE)

    def __init__(self, page_id: str, secret: str, url: str, manner: Manner) -> None:
        super().__init__(url, manner)
        self.page_id, self.secret = page_id, secret

    def put(self, *items: Json, standby: bool = False) -> None:
        """Queue items; ``standby``: another app owns the thread."""
        self._enqueue([(item, "standby" if standby else "messaging") for item in items])

    def post(self, raw: bytes) -> bool:
        """Make one try with any bytes, signed, and tell whether it was taken."""
        return self.offer(Parcel(raw))

    def group_size(self) -> int:
        """Return how many items a body holds at the most."""
        return self.manner.batch

    def parcels(self, group: list[tuple[Json, str]]) -> list[Parcel]:
        """Return one body with all the items."""
        if self.manner.disorder:
            self.manner.random.shuffle(group)
        return [Parcel(body_of(self.page_id, group), len(group))]

    def headers(self, parcel: Parcel, number: int) -> dict[str, str]:
        """Return both signatures."""
        return signatures(parcel.raw, self.secret)


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
