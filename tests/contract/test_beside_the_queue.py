"""What runs beside the queue: the purge of the tracker, the alarm of silence, the wait for staff."""

from __future__ import annotations

from datetime import datetime, timedelta

from connectors.events import EventKind, PlatformEvent
from core.dossier import HANOI
from gateway.database import Pool, transaction
from gateway.metrics import ALARM_TOTAL, HANDOFF_WAIT
from gateway.platform_events import record
from gateway.retention import purge
from gateway.silence import office_minutes
from gateway.upkeep import Upkeep
from tests.queue_desk import answer, rows, store

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
    monday = datetime(2026, 11, 23, 16, 0, tzinfo=HANOI)
    evening, wednesday = monday.replace(hour=23), datetime(2026, 11, 25, 9, 0, tzinfo=HANOI)
    assert office_minutes(monday, evening) == 60
    assert office_minutes(monday, wednesday) == 60 + 60  # the 24th is a day off since 2026


def test_a_silent_channel_raises_one_alarm_and_an_event_ends_it(pool: Pool) -> None:
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
