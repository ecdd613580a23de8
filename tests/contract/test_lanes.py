"""Lanes of sending: buckets, breakers and outages, alone and over the outbox on a real PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from connectors.base import STORAGE_AWAY, Body, Outcome
from connectors.memory import MemoryChannel
from core.errors import StorageUnavailable
from gateway import inbox, lanes, outbox
from gateway.database import Pool
from gateway.lanes import Lane, Rate
from gateway.sending import Sending
from tests.gateway_stack import wait_until
from tests.queue_desk import answer, rows

DOWN = Outcome("retry", None, "unreachable")
SENT = Outcome("sent", 200)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


# ---- one lane ----


def test_a_lane_lets_through_its_burst_and_then_its_rate() -> None:
    clock = Clock()
    lane = Lane(Rate(10.0, 5), 100, clock)
    assert lane.room() == 5
    lane.take(5)
    assert (lane.room(), round(lane.pause(), 3)) == (0, 0.1)
    clock.now += 0.31
    assert lane.room() == 3


def test_a_lane_closes_after_failures_in_a_row_and_opens_by_one_probe() -> None:
    clock = Clock()
    lane = Lane(Rate(), 4, clock)
    counted = []
    for _ in range(lanes.FAILURES):
        lane.take(1)
        counted.append(not lane.ended(DOWN))
    assert counted == [True] * (lanes.FAILURES - 1) + [False]  # the one that trips it says nothing of its message
    assert lane.room() == 0
    clock.now += lane.pause() + 0.01
    assert lane.room() == 1
    lane.take(1)
    assert lane.room() == 0
    assert lane.ended(DOWN)
    assert lane.pause() > lanes.PAUSES[0] * 0.8  # each pause is longer
    clock.now += lane.pause() + 0.01
    lane.take(1)
    assert not lane.ended(SENT)
    assert lane.is_open() and lane.room() == 4


def test_one_message_that_is_refused_does_not_close_the_lane() -> None:
    lane = Lane(Rate(), 4, Clock())
    for _ in range(10):
        lane.take(1)
        lane.ended(Outcome("dead", 200, "oa-213"))
        lane.take(1)
        lane.ended(Outcome("retry", 200, "oa-200"))
    assert lane.is_open()


def test_retry_after_closes_the_lane_for_as_long_up_to_a_cap() -> None:
    clock = Clock()
    lane = Lane(Rate(), 4, clock)
    lane.take(1)
    assert lane.ended(Outcome("retry", 429, "http_429", 30.0))
    assert lane.pause() == 30.0
    clock.now += 30.1
    lane.take(1)
    lane.ended(Outcome("retry", 429, "http_429", 9000.0))
    assert lane.pause() == lanes.LONGEST_PAUSE


def test_a_limit_that_the_platform_tells_by_its_own_code_closes_the_lane_and_one_persons_quota_does_not() -> None:
    clock = Clock()
    lane = Lane(Rate(), 4, clock)
    lane.take(1)
    assert not lane.ended(Outcome("retry", 200, "oa-218", 3600.0, alarm=True))
    assert lane.room() == 3 + 1
    lane.take(1)
    assert lane.ended(Outcome("retry", 200, "oa-32", 2.0, of_channel=True))
    assert (lane.room(), lane.is_open()) == (0, False)


def test_a_slow_platform_never_holds_all_senders() -> None:
    both = lanes.Lanes(["zalo", "messenger"], 4, Rate())
    assert both["zalo"].room() == 3


# ---- lanes over the outbox ----


def test_an_outage_burns_no_attempts_and_afterwards_all_arrives_in_order(
    pool: Pool, sending: Callable[[MemoryChannel], Sending]
) -> None:
    channel = MemoryChannel(outcomes=[DOWN] * 8)
    for number in range(6):
        answer(pool, f"m{number}")
    sending(channel)
    wait_until(lambda: len(channel.sent) == 6, 20)
    assert [body["text"] for _, body in channel.sent] == [f"m{number}" for number in range(6)]
    assert rows(pool, "select max(attempts) from outbox where body ->> 'text' <> 'm0'") == [(1,)]  # the sending itself
    ((burnt,),) = rows(pool, "select attempts from outbox where body ->> 'text' = 'm0'")
    assert burnt == lanes.FAILURES  # before the lane closed, and the last one that arrived


def test_retry_after_of_a_platform_is_waited_for(pool: Pool, sending: Callable[[MemoryChannel], Sending]) -> None:
    channel = MemoryChannel(outcomes=[Outcome("retry", 429, "http_429", 1.0)])
    for number in range(3):
        answer(pool, f"m{number}", conversation=f"memory:x:{number}")
    started = time.monotonic()
    sending(channel)
    wait_until(lambda: len(channel.sent) == 3, 10)
    calls = rows(pool, "select at from attempt order by at")
    assert len(calls) <= 6  # those in hand at the moment, and the probe; no hammering
    assert time.monotonic() - started >= 0.9


@pytest.mark.parametrize("kind", sorted(outbox.NEVER_TWICE))
@pytest.mark.parametrize("outcome", [Outcome("unknown", None, "timeout"), Outcome("retry", 503, "http_503", 0.0)])
def test_what_must_not_come_twice_is_not_sent_again_after_a_doubtful_try(
    pool: Pool, sending: Callable[[MemoryChannel], Sending], kind: str, outcome: Outcome
) -> None:
    channel = MemoryChannel(outcomes=[outcome])
    answer(pool, "m", kind)
    sending(channel)
    wait_until(lambda: rows(pool, "select 1 from dead_letter where reason = 'unknown outcome'"))
    assert channel.sent == []


def test_what_must_not_come_twice_is_sent_again_when_it_surely_did_not_arrive(
    pool: Pool, sending: Callable[[MemoryChannel], Sending]
) -> None:
    channel = MemoryChannel(outcomes=[DOWN, Outcome("retry", 429, "http_429")])
    answer(pool, "m", "survey")
    sending(channel)
    wait_until(lambda: len(channel.sent) == 1)


def test_an_answer_of_doubtful_outcome_is_sent_again(pool: Pool, sending: Callable[[MemoryChannel], Sending]) -> None:
    channel = MemoryChannel(outcomes=[Outcome("unknown", None, "timeout")])
    answer(pool, "m")
    sending(channel)
    wait_until(lambda: len(channel.sent) == 1)


def test_our_own_database_being_away_closes_no_lane_and_costs_no_try(
    pool: Pool, sending: Callable[[MemoryChannel], Sending]
) -> None:
    channel = MemoryChannel(outcomes=[STORAGE_AWAY] * (lanes.FAILURES + 2))
    answer(pool, "m")
    lane = sending(channel).lanes["memory"]
    wait_until(lambda: len(channel.sent) == 1)
    assert lane.is_open()
    assert rows(pool, "select attempts from outbox") == [(1,)]


def test_a_fault_of_ours_in_mid_call_does_not_use_up_the_room_of_its_lane(
    pool: Pool, sending: Callable[[MemoryChannel], Sending]
) -> None:
    channel = Broken()
    for number in range(8):
        answer(pool, f"broken {number}", conversation=f"memory:x:{number}")
    running = sending(channel)
    wait_until(lambda: channel.calls == 8)
    answer(pool, "m", conversation="memory:x:9")
    running.loop.wake()
    wait_until(lambda: len(channel.sent) == 1)


def test_a_reply_whose_echo_cannot_be_looked_up_now_waits_for_no_lease(
    pool: Pool, sending: Callable[[MemoryChannel], Sending]
) -> None:
    channel = Forgetful(outcomes=[Outcome("unknown", None, "timeout")])
    answer(pool, "m")
    sending(channel)
    wait_until(lambda: len(channel.sent) == 1, inbox.LEASE_SECONDS / 4)
    assert channel.looked == 3


class Forgetful(MemoryChannel):
    """A channel whose book of echoes cannot be read at first."""

    looked = 0

    def arrived(self, *_: object) -> str | None:
        """Raise twice, then say that no echo came."""
        self.looked += 1
        if self.looked < 3:
            raise StorageUnavailable("away")
        return None


class Broken(MemoryChannel):
    """A channel with a fault in its code."""

    calls = 0

    def send(self, conversation: str, body: Body) -> Outcome:
        """Raise for some messages."""
        if "broken" in str(body["text"]):
            self.calls += 1
            raise KeyError("a fault")
        return super().send(conversation, body)
