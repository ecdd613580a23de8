"""Notices reach the outbox exactly once, at a decent hour, on the channel of who follows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import psycopg
import pytest

from connectors.memory import MemoryChannel
from connectors.web import WebChannel
from core.dossier import HANOI, Status, StatusEvent
from dossiers.facts import Secret
from dossiers.load import load
from dossiers.notices import waiting
from dossiers.postgres import PostgresRegistry, set_status
from dossiers.source import Source
from dossiers.subscriptions import subscribe
from gateway.database import Pool, open_pool, transaction
from gateway.notices import Notices
from gateway.outbox import Settled, begin_attempt, claim, settle
from gateway.telling import Publisher, turned_back
from tests.dossier_set import OVERDUE, RUNNING, rows

SECRET = Secret(b"k" * 32)
MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=HANOI)
NIGHT = datetime(2026, 11, 23, 22, 0, tzinfo=HANOI)
WEB, PUSHED = "web:site:lan", "memory:oa:minh"


@pytest.fixture
def pool(database_url: str) -> Iterator[Pool]:
    pool = open_pool(database_url, 6, "test")
    load(lambda: transaction(pool), SECRET, rows(MORNING - timedelta(days=1)))
    yield pool
    pool.close()


def notices(pool: Pool, now: datetime) -> Notices:
    channels = {"web": WebChannel((b"s" * 32,), 4000), "memory": MemoryChannel()}
    feed = Source().feed(lambda: transaction(pool), SECRET)
    return Notices(pool, feed, Publisher(channels, lambda: now), lambda: now)


def follow(pool: Pool, *people: str, code: str = RUNNING) -> None:
    dossier = PostgresRegistry(lambda: transaction(pool), SECRET).read(code)
    assert dossier is not None
    with transaction(pool) as connection:
        for person in people:
            subscribe(connection, person, dossier)


def move(pool: Pool, status: Status, code: str = RUNNING) -> None:
    with transaction(pool) as connection:
        assert set_status(connection, code, StatusEvent(at=MORNING, status=status))


def outbox(pool: Pool) -> list[tuple[str, ...]]:
    with transaction(pool) as connection:
        return connection.execute("select conversation, channel, state, dedupe_key from outbox order by id").fetchall()


def test_each_subscriber_is_told_once_on_his_channel(pool: Pool) -> None:
    follow(pool, WEB, PUSHED)
    move(pool, Status.DONE)
    for _ in range(3):
        notices(pool, MORNING).round()
    assert [row[:3] for row in sorted(outbox(pool))] == [(PUSHED, "memory", "open"), (WEB, "web", "sent")]
    assert RUNNING not in str(outbox(pool))


def test_workers_side_by_side_tell_nobody_twice(pool: Pool) -> None:
    people = [f"web:site:{n}" for n in range(40)]
    follow(pool, *people)
    move(pool, Status.DONE)
    workers = [threading.Thread(target=lambda: [notices(pool, MORNING).round() for _ in range(4)]) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    notices(pool, MORNING).round()
    assert sorted(row[0] for row in outbox(pool)) == sorted(people)


def test_nothing_leaves_at_night_and_all_of_it_in_the_morning(pool: Pool) -> None:
    follow(pool, WEB)
    move(pool, Status.DONE)
    assert notices(pool, NIGHT).round() == 0
    assert outbox(pool) == []
    assert notices(pool, MORNING + timedelta(days=1)).round() == 1
    assert len(outbox(pool)) == 1


def test_a_round_that_fails_in_the_middle_is_undone_and_done_again(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(pool, WEB)
    move(pool, Status.DONE)

    def broken(*_: object) -> None:
        raise psycopg.OperationalError

    with monkeypatch.context() as patched:
        patched.setattr("gateway.telling.lock_conversations", broken)
        with pytest.raises(Exception, match="database"):
            notices(pool, MORNING).round()
    assert outbox(pool) == []
    assert notices(pool, MORNING).round() == 1
    assert len(outbox(pool)) == 1


def test_a_notice_for_a_channel_that_is_off_is_kept_and_holds_nobody_else_up(pool: Pool) -> None:
    follow(pool, "zalo:oa:x", WEB)
    follow(pool, WEB, code=OVERDUE)
    move(pool, Status.DONE)
    move(pool, Status.DONE, OVERDUE)
    notices(pool, MORNING).round()
    assert [row[0] for row in outbox(pool)] == [WEB, WEB]
    with transaction(pool) as connection:
        [kept] = waiting(connection, ["zalo:oa:x"])
    assert "Đã xử lý xong" in kept.text


def test_a_notice_not_sent_before_the_night_is_told_in_the_morning(pool: Pool) -> None:
    evening = MORNING.replace(hour=20, minute=59)
    follow(pool, PUSHED)
    move(pool, Status.DONE)
    assert notices(pool, evening).round() == 1
    with transaction(pool) as connection:
        [left] = connection.execute("select extract(epoch from expires_at - created_at) from outbox").fetchall()
        assert 0 < left[0] <= 60
        [item] = claim(connection, 1, 1)
        assert settle(connection, item, Settled("dead", counts=False, reason="expired"), turned_back)
    with transaction(pool) as connection:
        assert connection.execute("select count(*) from dead_letter").fetchone() == (0,)
    assert notices(pool, NIGHT).round() == 0
    assert notices(pool, datetime.now(HANOI).replace(hour=9) + timedelta(days=1)).round() == 1
    assert [row[2] for row in outbox(pool)] == ["dead", "open"]


def test_a_notice_that_may_have_arrived_is_not_told_again(pool: Pool) -> None:
    follow(pool, PUSHED)
    move(pool, Status.DONE)
    notices(pool, MORNING).round()
    with transaction(pool) as connection:
        [item] = claim(connection, 1, 1)
        begin_attempt(connection, item)
        unsure = replace(item, ambiguous=True)
        assert settle(connection, unsure, Settled("dead", counts=False, reason="expired"), turned_back)
    with transaction(pool) as connection:
        assert connection.execute("select reason from dead_letter").fetchall() == [("expired",)]
    assert notices(pool, MORNING + timedelta(days=1)).round() == 0
