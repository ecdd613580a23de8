"""Lanes: one for each pushed channel, with a token bucket, a circuit breaker and a share of the senders.

A lane that is closed is not claimed from, so an outage costs its messages nothing; after a pause one message goes ahead
as a probe. What says something about one message (a refused person, a wrong shape) leaves the lane open.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from connectors.base import Outcome

# Trips after this many failures in a row: one message that the platform cannot digest must not close the lane.
FAILURES = 3
# Pauses of a tripped lane, in seconds, each with jitter so that workers do not probe together.
PAUSES = (2.0, 5.0, 15.0, 30.0, 60.0)
# However long a platform asks to wait, the lane probes this often: a limit may be lifted by an operator.
LONGEST_PAUSE = 300.0


@dataclass(frozen=True)
class Rate:
    """Calls a second in the long run, and how many may go at once after a quiet time."""

    per_second: float = 50.0
    burst: int = 50


class Lane:
    """One channel's lane; all methods may be called from any thread. ``now`` is a monotonic clock in seconds."""

    def __init__(self, rate: Rate, share: int, now: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._share, self._now = rate, share, now
        self._lock = threading.Lock()
        self._tokens, self._counted_at = float(rate.burst), now()
        self._in_hand = 0
        self._failures = 0
        self._trips = 0
        self._closed_until = 0.0
        self._probing = False

    def room(self) -> int:
        """How many messages may be claimed now."""
        with self._lock:
            self._refill()
            if self._now() < self._closed_until:
                return 0
            if self._tripped:
                return 0 if self._probing or self._in_hand else 1
            return max(0, min(self._share - self._in_hand, int(self._tokens)))

    def take(self, count: int) -> None:
        """Say that messages were claimed; each costs a token."""
        with self._lock:
            self._in_hand += count
            self._tokens -= count
            self._probing = self._probing or (self._tripped and count > 0)

    def give_back(self) -> None:
        """Say that a claimed message ended without a call: its token is not used up."""
        with self._lock:
            self._in_hand -= 1
            self._tokens += 1
            self._probing = False

    def ended(self, outcome: Outcome) -> bool:
        """Say how a call went; true when the try says nothing about its message, so that it must not count."""
        with self._lock:
            self._in_hand -= 1
            was_tripped, self._probing = self._tripped, False
            if outcome.kind == "dead" and outcome.http_status is None:  # judged without a call: no news of the platform
                return False
            if not says_of_platform(outcome):
                self._failures = self._trips = 0
                return False
            self._failures += 1
            if outcome.retry_after or self._failures >= FAILURES:
                self._close(outcome.retry_after or 0.0)
            return was_tripped or self._tripped

    def is_open(self) -> bool:
        """Whether messages flow."""
        with self._lock:
            return not self._tripped

    def pause(self) -> float:
        """Seconds until a message may be claimed, as far as time alone decides it."""
        with self._lock:
            self._refill()
            token = 0.0 if self._tripped else (1.0 - self._tokens) / self._rate.per_second
            return max(0.0, token, self._closed_until - self._now())

    @property
    def _tripped(self) -> bool:
        return self._trips > 0

    def _close(self, asked: float) -> None:
        step = PAUSES[min(self._trips, len(PAUSES) - 1)] * random.uniform(0.8, 1.2)  # noqa: S311 - jitter
        self._trips += 1
        self._closed_until = max(self._closed_until, self._now() + min(max(asked, step), LONGEST_PAUSE))

    def _refill(self) -> None:
        now = self._now()
        self._tokens = min(self._rate.burst, self._tokens + (now - self._counted_at) * self._rate.per_second)
        self._counted_at = now


class Lanes:
    """The lanes of all pushed channels of a worker; each worker has its own, so rates are a worker's."""

    def __init__(self, names: Iterable[str], senders: int, rate: Rate) -> None:
        channels = sorted(names)
        # One slow platform must not hold all senders while another has work.
        share = senders if len(channels) < 2 else max(1, senders * 3 // 4)
        self._lanes = {name: Lane(rate, share) for name in channels}
        self._turn = 0

    def __getitem__(self, name: str) -> Lane:
        return self._lanes[name]

    def __contains__(self, name: str) -> bool:
        return name in self._lanes

    def pause(self) -> float:
        """Seconds until the next lane opens or gets a token; endless when time opens none."""
        return min((pause for lane in self._lanes.values() if (pause := lane.pause()) > 0), default=math.inf)

    def names(self) -> list[str]:
        """All channels with a lane, in an order that moves on, so that none is always first."""
        names = list(self._lanes)
        self._turn += 1
        cut = self._turn % len(names) if names else 0
        return names[cut:] + names[:cut]


def says_of_platform(outcome: Outcome) -> bool:
    """Tell an outage, a limit or an account that is off from a fault of one message.

    A refusal with the platform's own code is about the message, unless the channel says that it is not.
    """
    if outcome.kind == "unknown":
        return True
    if outcome.kind != "retry":
        return False
    status = outcome.http_status
    return outcome.of_channel or status is None or status == 429 or status >= 500
