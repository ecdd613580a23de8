"""Sending: outbox rows to their platforms, the attempt on disk before the call, in order within a conversation."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping

from connectors.base import Channel, Outcome
from gateway import outbox
from gateway.alarms import raise_alarm
from gateway.database import Connection, Pool, persist, transaction
from gateway.inbox import LEASE_SECONDS
from gateway.loop import ClaimLoop
from gateway.metrics import SEND_TOTAL
from gateway.outbox import NEVER_TWICE, Settled, ToSend
from gateway.retry import sending_delay

_log = logging.getLogger(__name__)
# After a try of unknown outcome the echo of what may have arrived gets this long to come.
ECHO_SECONDS = 5.0


class Sending:
    """Claims outbox rows of the channels that are not paused and sends them in threads."""

    def __init__(self, pool: Pool, channels: Mapping[str, Channel], owner: int, threads: int) -> None:
        self._pool, self._channels, self._owner = pool, channels, owner
        self.paused: set[str] = set()
        self.loop = ClaimLoop[ToSend]("sender", threads, threads, self._claim, self._send)

    def start(self) -> None:
        """Begin to send."""
        self.loop.start()

    def stop(self) -> None:
        """Finish the calls in hand."""
        self.loop.stop()

    def _claim(self, room: int) -> list[ToSend]:
        with transaction(self._pool) as connection:
            return outbox.claim(connection, self._owner, room, sorted(self.paused))

    def _send(self, item: ToSend) -> None:
        refusal = self._refusal(item)
        if refusal:
            self._settle(item, Settled("dead", counts=False, reason=refusal), refusal.replace(" ", "_"))
            return
        if item.ambiguous and (reference := self._arrived(item)):
            self._settle(item, Settled("sent", counts=False, reference=reference), "echoed")
            return
        attempt = persist(self._pool, lambda cx: outbox.begin_attempt(cx, item), LEASE_SECONDS)
        started = time.monotonic()
        outcome = self._channels[item.channel].send(item.conversation, item.body)
        ms = round((time.monotonic() - started) * 1000)

        def record(connection: Connection) -> bool:
            outbox.end_attempt(connection, attempt, outcome, ms)
            return outbox.settle(connection, item, settled(item, outcome))

        persist(self._pool, record, LEASE_SECONDS)
        if outcome.alarm:
            raise_alarm(item.channel, outcome.code or "send")
        self._ended(item, outcome.kind)

    def _refusal(self, item: ToSend) -> str | None:
        """Why a row is not to be sent at all."""
        if item.expired:
            return "expired"
        if item.ambiguous and item.kind in NEVER_TWICE:
            return "unknown outcome"
        if item.channel not in self._channels:
            return "no such channel"
        return None

    def _arrived(self, item: ToSend) -> str | None:
        """The platform's id of the message if an earlier try of unknown outcome came back as an echo."""
        look = getattr(self._channels[item.channel], "arrived", None)
        if look is None:
            return None
        since = persist(self._pool, lambda cx: outbox.first_attempt(cx, item), LEASE_SECONDS)
        found: str | None = look(item.conversation, item.body, since)
        return found

    def _settle(self, item: ToSend, result: Settled, outcome: str) -> None:
        persist(self._pool, lambda cx: outbox.settle(cx, item, result), LEASE_SECONDS)
        self._ended(item, outcome)

    def _ended(self, item: ToSend, outcome: str) -> None:
        SEND_TOTAL.labels(item.channel, outcome).inc()
        if outcome not in ("sent", "echoed"):
            _log.warning("not sent", extra={"outbox": item.id, "channel": item.channel, "outcome": outcome})
        self.loop.release()


def settled(item: ToSend, outcome: Outcome) -> Settled:
    """Return what becomes of a row after a call with this outcome."""
    if outcome.kind == "sent":
        return Settled("sent", reference=outcome.reference)
    if outcome.kind == "dead":
        return Settled("dead", reason=f"refused: {outcome.code or outcome.http_status}")
    wait = ECHO_SECONDS if outcome.kind == "unknown" else 0.0
    return Settled("open", delay=sending_delay(item.attempts + 1, max(outcome.retry_after or 0.0, wait)))
