"""Sending: outbox rows to their platforms, the attempt on disk before the call, in order within a conversation."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from connectors.base import STORAGE_AWAY, Channel, Outcome
from core.errors import StorageUnavailable
from gateway import outbox
from gateway.alarms import raise_alarm
from gateway.database import Connection, Pool, persist, transaction
from gateway.inbox import LEASE_SECONDS
from gateway.lanes import Lanes, Rate
from gateway.loop import ClaimLoop, ClaimTokens
from gateway.metrics import END_TO_END_SECONDS, LANE_OPEN, SEND_TOTAL
from gateway.outbox import NEVER_TWICE, Settled, ToSend, TurnBack
from gateway.retry import sending_delay

_log = logging.getLogger(__name__)
# After a try of unknown outcome the echo of what may have arrived gets this long to come.
ECHO_SECONDS = 5.0


class Sending:
    """Claims outbox rows of the channels whose lanes are open and sends them in threads."""

    def __init__(  # noqa: PLR0913 - what sending leans on
        self,
        pool: Pool,
        channels: Mapping[str, Channel],
        owner: int,
        threads: int,
        rate: Rate | None = None,
        *,
        turn_back: TurnBack | None = None,
    ) -> None:
        self._pool, self._channels, self._owner, self._turn_back = pool, channels, owner, turn_back
        pushed = [name for name, channel in channels.items() if not channel.pulled]
        self.lanes, self._tokens = Lanes(pushed, threads, rate or Rate()), ClaimTokens()
        self.loop = ClaimLoop[ToSend]("sender", threads, threads, self._claim, self._send, due=self.lanes.pause)

    def start(self) -> None:
        """Begin to send."""
        self.loop.start()

    def stop(self) -> None:
        """Finish the calls in hand."""
        self.loop.stop()

    def _claim(self, room: int) -> list[ToSend]:
        """Claim for each lane what it has room for, then what has no lane (rows of channels that are off)."""
        taken: list[ToSend] = []
        for name in (*self.lanes.names(), None):
            limit = room - len(taken)
            if name:
                limit = min(limit, self.lanes[name].room())
            if limit > 0:
                try:
                    taken += self._claim_of(name, limit)
                except StorageUnavailable:
                    if not taken:
                        raise
                    break  # what was claimed before must not be forgotten
        return taken

    def _claim_of(self, name: str | None, limit: int) -> list[ToSend]:
        paused = [] if name else self.lanes.names()
        with self._tokens.claiming(name) as token, transaction(self._pool) as connection:
            rows = outbox.claim(connection, self._owner, limit, paused, channel=name, token=token)
        if name:
            self.lanes[name].take(len(rows))
        return rows

    def _send(self, item: ToSend) -> None:
        try:
            if self._settled_without_call(item):
                return
            attempt = persist(self._pool, lambda cx: outbox.begin_attempt(cx, item), LEASE_SECONDS)
        except StorageUnavailable:
            self._give_back(item)
            self._settle(item, Settled("open", counts=False), "storage")  # or it waits for its lease to end
            return
        except Exception:  # it broke off before its call: the lane must not count it as in hand for ever
            self._give_back(item)
            raise
        self._call(item, attempt)

    def _settled_without_call(self, item: ToSend) -> bool:
        """Settle what is not to be sent at all, or has arrived by an earlier try."""
        refusal = self._refusal(item)
        if refusal:
            self._settle(item, Settled("dead", counts=False, reason=refusal), refusal.replace(" ", "_"))
        elif item.ambiguous and (reference := self._arrived(item)):
            self._settle(item, Settled("sent", counts=False, reference=reference), "echoed")
        else:
            return False
        self._give_back(item)
        return True

    def _give_back(self, item: ToSend) -> None:
        if item.channel in self.lanes:
            self.lanes[item.channel].give_back()

    def _call(self, item: ToSend, attempt: int) -> None:
        started = time.monotonic()
        try:
            outcome = self._channels[item.channel].send(item.conversation, item.body)
        except Exception:  # a fault of ours in mid-call: the row's lease ends by itself, the lane's room must not
            self._give_back(item)
            raise
        ms = round((time.monotonic() - started) * 1000)
        outage = self._tell_lane(item, outcome)

        def record(connection: Connection) -> bool:
            outbox.end_attempt(connection, attempt, outcome, ms)
            return outbox.settle(connection, item, settled(item, outcome, counts=not outage), self._turn_back)

        persist(self._pool, record, LEASE_SECONDS)
        if outcome.alarm:
            raise_alarm(item.channel, outcome.code or "send")
        self._ended(item, outcome.kind)

    def _tell_lane(self, item: ToSend, outcome: Outcome) -> bool:
        """Tell the lane how a call went; true while an outage, and not the message, is what failed."""
        if outcome == STORAGE_AWAY:
            self._give_back(item)
            return True
        channel = item.channel
        lane = self.lanes[channel]
        was_open = lane.is_open()
        outage = lane.ended(outcome)
        if was_open != lane.is_open():
            LANE_OPEN.labels(channel).set(int(lane.is_open()))
            _log.warning("lane opened" if lane.is_open() else "lane closed",
                         extra={"channel": channel, "error": outcome.code})  # fmt: skip
        return outage

    def _refusal(self, item: ToSend) -> str | None:
        """Why a row is not to be sent at all."""
        if item.expired:
            return "expired"
        if item.ambiguous and item.kind in NEVER_TWICE:
            return "unknown outcome"
        if item.channel not in self.lanes:
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
        persist(self._pool, lambda cx: outbox.settle(cx, item, result, self._turn_back), LEASE_SECONDS)
        self._ended(item, outcome)

    def _ended(self, item: ToSend, outcome: str) -> None:
        SEND_TOTAL.labels(item.channel, outcome).inc()
        if outcome not in ("sent", "echoed"):
            _log.warning("not sent", extra={"outbox": item.id, "channel": item.channel, "outcome": outcome})
        elif item.received_at:
            END_TO_END_SECONDS.observe((datetime.now(UTC) - item.received_at).total_seconds())
        self.loop.release()


def settled(item: ToSend, outcome: Outcome, *, counts: bool = True) -> Settled:
    """Return what becomes of a row after a call with this outcome.

    What must not come twice ends as a dead letter unless the platform surely did not take it.
    ``counts`` is false in an outage: the row's own pauses do not grow, as its lane pauses for it.
    """
    if outcome.kind == "sent":
        return Settled("sent", reference=outcome.reference)
    if outcome.kind == "dead":
        return Settled("dead", reason=f"refused: {outcome.code or outcome.http_status}")
    if item.kind in NEVER_TWICE and perhaps_taken(outcome):
        return Settled("dead", reason="unknown outcome")
    wait = ECHO_SECONDS if outcome.kind == "unknown" else 0.0
    delay = sending_delay(item.attempts + 1, max(outcome.retry_after or 0.0, wait))
    return Settled("open", delay=delay, counts=counts)


def perhaps_taken(outcome: Outcome) -> bool:
    """Whether the platform may have shown the message: a server that fails may have done so after its work."""
    return outcome.kind == "unknown" or (outcome.http_status or 0) >= 500
