"""Lanes, a person's pace, kill switches, dead letters: on a real PostgreSQL, with the in-memory platform."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import psycopg
import pytest

from connectors.base import Body, Outcome
from connectors.memory import MemoryChannel
from core.errors import BadInput
from core.message import Incoming, Reply
from gateway import audit, dead, inbox, lanes, outbox, switches
from gateway.database import Pool, open_pool, transaction
from gateway.handling import Handling
from gateway.lanes import Lane, Rate
from gateway.outbox import Finished, Part
from gateway.pace import Step, step
from gateway.platform_events import record
from gateway.retention import purge
from gateway.sending import Sending
from gateway.silence import office_minutes
from tests.gateway_stack import wait_until

DOWN = Outcome("retry", None, "unreachable")
SENT = Outcome("sent", 200)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def pool(database_url: str) -> Iterator[Pool]:
    opened = open_pool(database_url, 8, "test")
    yield opened
    opened.close()


def rows(pool: Pool, query: str) -> list[tuple[object, ...]]:
    with transaction(pool) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def store(pool: Pool, *events: str, conversation: str = "memory:x:1", channel: str = "memory") -> None:
    with transaction(pool) as connection:
        inbox.accept(connection, [
            Incoming(channel=channel, event_id=event, conversation=conversation, text=f"câu {event}")
            for event in events
        ])  # fmt: skip


def answer(pool: Pool, event: str, kind: str = "answer", conversation: str = "memory:x:1") -> None:
    """An accepted message with one reply to send."""
    store(pool, event, conversation=conversation)
    with transaction(pool) as connection:
        (item,) = inbox.claim(connection, 1, 1)
    with transaction(pool) as connection:
        outbox.finish(connection, [Finished(item, [Part(kind, {"text": event})])])


@pytest.fixture
def sending(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[MemoryChannel], Sending]]:
    monkeypatch.setattr(lanes, "PAUSES", (0.3,))
    monkeypatch.setattr("gateway.sending.sending_delay", lambda *_: 0.05)
    monkeypatch.setattr("gateway.sending.ECHO_SECONDS", 0.05)
    made: list[Sending] = []

    def start(channel: MemoryChannel) -> Sending:
        made.append(Sending(pool, {"memory": channel}, 1, 4))
        made[0].start()
        return made[0]

    yield start
    made[0].stop()


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


# ---- a person's pace, and switches, through the worker's handling ----


class Echo:
    def __init__(self) -> None:
        self.seen: list[str] = []

    def handle(self, message: Incoming) -> list[Reply]:
        self.seen.append(message.text)
        return [Reply.model_validate({"kind": "answer", "text": f"đáp {message.text}", "intent": "ask_fee"})]


class Pulled(MemoryChannel):
    pulled = True

    def render(self, reply: Reply, message: Incoming) -> list[Body]:
        return [{"text": reply.text}]


@pytest.fixture
def handled(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Echo]]:
    monkeypatch.setattr("gateway.pace.COALESCE_SECONDS", 0.4)
    monkeypatch.setattr("gateway.handling.COALESCE_SECONDS", 0.4)
    bot, running = Echo(), []

    def start(per_minute: int = 0) -> Echo:
        made = Handling(pool, {"memory": Pulled()}, lambda: bot, 1, threads=4, per_minute=per_minute)  # type: ignore
        with transaction(pool) as connection:
            made.switches.refresh(connection)
        made.start()
        running.append(made)
        return bot

    yield start
    for made in running:
        made.stop()


def all_done(pool: Pool) -> bool:
    return rows(pool, "select count(*) from inbox where state = 'open'") == [(0,)]


def test_a_flood_is_stored_answered_up_to_the_pace_noticed_once_and_then_only_its_newest(
    pool: Pool, handled: Callable[..., Echo]
) -> None:
    store(pool, *(f"{number:02}" for number in range(40)))
    bot = handled(10)
    wait_until(lambda: all_done(pool), 15)
    assert bot.seen == [f"câu {number:02}" for number in range(10)] + ["câu 39"]
    texts = [str(row[0]) for row in rows(pool, "select body ->> 'text' from outbox order by seq")]
    assert sum("chậm lại" in text for text in texts) == 1
    assert "chậm lại" in texts[10]
    assert rows(pool, "select count(*) from inbox where state = 'done'") == [(40,)]


def test_people_below_the_pace_are_never_told_to_slow_down(pool: Pool, handled: Callable[..., Echo]) -> None:
    for person in range(5):
        store(pool, *(f"{person}-{n}" for n in range(10)), conversation=f"memory:x:{person}")
    bot = handled(10)
    wait_until(lambda: all_done(pool))
    assert len(bot.seen) == 50


def test_the_steps_of_the_pace() -> None:
    assert step(first=True, newest=True, age=0) is Step.NOTICE
    assert step(first=True, newest=False, age=0) is Step.NOTICE_ONLY
    assert step(first=False, newest=False, age=99) is Step.SKIP
    assert step(first=False, newest=True, age=0.0) is Step.WAIT
    assert step(first=False, newest=True, age=99) is Step.ANSWER


def test_a_channel_that_is_off_stores_and_answers_with_a_notice_without_the_bot(
    pool: Pool, handled: Callable[..., Echo]
) -> None:
    with transaction(pool) as connection:
        switches.turn_off(connection, "channel", "memory", "thử nghiệm", "an")
    store(pool, "1")
    bot = handled()
    wait_until(lambda: all_done(pool))
    assert bot.seen == []
    ((text,),) = rows(pool, "select body ->> 'text' from outbox")
    assert "tạm ngừng" in str(text) and "19001009" in str(text)


def test_an_intent_that_is_off_is_answered_with_a_notice_and_others_as_always(
    pool: Pool, handled: Callable[..., Echo]
) -> None:
    with transaction(pool) as connection:
        switches.turn_off(connection, "intent", "ask_fee", "phí vừa đổi", "an")
    store(pool, "1")
    handled()
    wait_until(lambda: all_done(pool))
    assert "đang tạm ngừng để rà soát" in str(rows(pool, "select body ->> 'text' from outbox"))
    with transaction(pool) as connection:
        assert switches.turn_on(connection, "intent", "ask_fee", "đã cập nhật", "an")
        assert not switches.turn_on(connection, "intent", "ask_fee", "", "an")
        assert switches.read_switches(connection) == []


def test_every_switch_is_on_the_audit_log_which_only_grows(pool: Pool) -> None:
    with transaction(pool) as connection:
        switches.turn_off(connection, "channel", "zalo", "lỗi nền tảng", "an")
        switches.turn_on(connection, "channel", "zalo", "đã sửa", "bình")
        assert audit.first_broken(connection) is None
    log = rows(pool, "select actor, action, target, reason from audit_log order by id")
    assert log == [
        ("an", "switch_off", "channel:zalo", "lỗi nền tảng"),
        ("bình", "switch_on", "channel:zalo", "đã sửa"),
    ]
    for attack in ("update audit_log set reason = 'x'", "delete from audit_log", "truncate audit_log"):
        with pytest.raises(psycopg.Error, match="only grows"), transaction(pool) as connection:
            connection.execute(attack)  # type: ignore[arg-type]


def test_a_row_changed_by_the_databases_owner_breaks_the_chain(pool: Pool) -> None:
    with transaction(pool) as connection:
        for name in ("zalo", "web"):
            switches.turn_off(connection, "channel", name, "r", "an")
        connection.execute("alter table audit_log disable trigger all")
        connection.execute("update audit_log set reason = 'khác' where target = 'channel:zalo'")
        assert audit.first_broken(connection) == 1


@pytest.mark.parametrize(("name", "reason"), [("Zalo!", "r"), ("zalo", "  "), ("", "r")])
def test_a_switch_needs_a_name_and_a_reason(pool: Pool, name: str, reason: str) -> None:
    with pytest.raises(BadInput), transaction(pool) as connection:
        switches.turn_off(connection, "channel", name, reason, "an")


# ---- dead letters ----


def bury(pool: Pool, event: str = "m") -> int:
    store(pool, event)
    with transaction(pool) as connection:
        (item,) = inbox.claim(connection, 1, 1)
        apology = Part("apology", {"text": "Xin lỗi"}, pulled=True)
        assert outbox.bury(connection, Finished(item, [apology], "dead"), "BotUnavailable: x", "502")
    return int(rows(pool, "select max(id) from dead_letter")[0][0])  # type: ignore[call-overload]


def test_a_replayed_message_keeps_its_ids_and_is_answered_once(pool: Pool, handled: Callable[..., Echo]) -> None:
    number = bury(pool)
    before = rows(pool, "select id, event_id from inbox")
    with transaction(pool) as connection:
        dead.replay(connection, number, "an", "bot đã chạy lại")
    bot = handled()
    wait_until(lambda: all_done(pool))
    assert (rows(pool, "select id, event_id from inbox"), bot.seen) == (before, ["câu m"])
    assert rows(pool, "select dedupe_key from outbox order by id") == [("1:dead",), ("1:0",)]
    with pytest.raises(BadInput, match="settled"), transaction(pool) as connection:
        dead.replay(connection, number, "an", "")
    assert rows(pool, "select actor, action, target, reason from audit_log") == [
        ("an", "dead_replay", f"dead_letter:{number}", "bot đã chạy lại")
    ]


def test_the_list_holds_nobodys_words_and_reading_them_is_logged(pool: Pool) -> None:
    number = bury(pool)
    with transaction(pool) as connection:
        (letter,) = dead.list_dead(connection)
        assert "câu" not in str(dead.as_json(letter)) and letter.reason == "BotUnavailable: x"
        assert dead.show_dead(connection, number) == (letter, [])
        assert rows_of(connection, "select count(*) from audit_log") == [(0,)]
        assert dead.read_text(connection, number, "an") == ("câu m", "502")
        assert rows_of(connection, "select action from audit_log") == [("dead_read",)]
    with pytest.raises(BadInput, match="no dead letter 99"), transaction(pool) as connection:
        dead.show_dead(connection, 99)


def test_a_send_that_may_have_arrived_is_replayed_only_when_asked_twice(
    pool: Pool, sending: Callable[[MemoryChannel], Sending]
) -> None:
    channel = MemoryChannel(outcomes=[Outcome("unknown", None, "timeout")])
    answer(pool, "m", "survey")
    sending(channel)
    wait_until(lambda: rows(pool, "select 1 from dead_letter"))
    with pytest.raises(BadInput, match="may have arrived"), transaction(pool) as connection:
        dead.replay(connection, 1, "an", "")
    with transaction(pool) as connection:
        dead.replay(connection, 1, "an", "đã hỏi người dân", even_if_sent=True)
    wait_until(lambda: len(channel.sent) == 1)


def test_a_purged_message_cannot_be_replayed(pool: Pool) -> None:
    number = bury(pool)
    with transaction(pool) as connection:
        connection.execute("update inbox set body = null")
    with pytest.raises(BadInput, match="cannot be replayed"), transaction(pool) as connection:
        dead.replay(connection, number, "an", "")
    assert len(rows(pool, "select 1 from dead_letter where resolved_at is null")) == 1


def rows_of(connection: psycopg.Connection, query: str) -> list[tuple[object, ...]]:
    return connection.execute(query).fetchall()  # type: ignore[arg-type]


# ---- what runs beside ----


def test_the_tracker_is_purged_after_90_days_and_may_be_absent(pool: Pool) -> None:
    assert "tracker" not in purge(pool)
    with transaction(pool) as connection:
        connection.execute("create schema rasa")
        connection.execute("create table rasa.events (id serial primary key, sender_id text, timestamp float8)")
        connection.execute(
            "insert into rasa.events (sender_id, timestamp)"
            " select 's', extract(epoch from now()) - d * 86400 from unnest(array[0, 89, 91, 400]) as d"
        )
    assert purge(pool)["tracker"] == 2
    assert rows(pool, "select count(*) from rasa.events") == [(2,)]


def test_only_office_hours_count_as_silence() -> None:
    from datetime import datetime

    from core.dossier import HANOI

    monday = datetime(2026, 11, 23, 16, 0, tzinfo=HANOI)
    evening, wednesday = monday.replace(hour=23), datetime(2026, 11, 25, 9, 0, tzinfo=HANOI)
    assert office_minutes(monday, evening) == 60
    assert office_minutes(monday, wednesday) == 60 + 60  # the 24th is a day off since 2026


def test_a_silent_channel_raises_one_alarm_and_an_event_ends_it(pool: Pool) -> None:
    from datetime import datetime, timedelta

    from core.dossier import HANOI
    from gateway.metrics import ALARM_TOTAL
    from gateway.upkeep import Upkeep

    def alarms() -> float:
        return ALARM_TOTAL.labels("memory", "silent")._value.get()

    now = datetime(2026, 11, 25, 16, 0, tzinfo=HANOI)
    upkeep, before = Upkeep({}, pool, 120), alarms()
    upkeep._since = now - timedelta(hours=6)
    for _ in range(3):
        upkeep.watch_silence(pool, "memory", now)
    assert alarms() == before + 1
    store(pool, "1")
    with transaction(pool) as connection:
        connection.execute("update inbox set received_at = %s", (now - timedelta(minutes=5),))
    upkeep.watch_silence(pool, "memory", now)
    assert upkeep._silent == set()


def test_the_wait_for_staff_after_a_hand_off_is_measured_once(pool: Pool) -> None:
    from connectors.events import EventKind, PlatformEvent
    from gateway.metrics import HANDOFF_WAIT

    def count() -> float:
        return next(s.value for s in HANDOFF_WAIT.collect()[0].samples if s.name.endswith("_count"))

    answer(pool, "m", "handoff")
    before = count()
    for number in range(3):
        event = PlatformEvent(kind=EventKind.STAFF_REPLY, channel="memory", event_id=f"s{number}", name="staff",
                              conversation="memory:x:1")  # fmt: skip
        with transaction(pool) as connection:
            record(connection, [event], None)
    assert count() == before + 1
