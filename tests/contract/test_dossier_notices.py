"""Notices of changes on a real PostgreSQL: exactly once, at decent hours, gathered when many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from psycopg_pool import ConnectionPool

from core.dossier import HANOI, Dossier, Status, StatusEvent
from dossiers import subscriptions
from dossiers.facts import Secret
from dossiers.load import load
from dossiers.notices import Feed, Notice, awake, release
from dossiers.postgres import PostgresRegistry, set_status
from dossiers.reading import Row
from dossiers.schema import Connection, Transactions
from tests.contract.test_dossier_registry import dossier, fresh

SECRET = Secret(b"k" * 32)
DAY = datetime(2026, 11, 23, 9, 0, tzinfo=HANOI)
NIGHT = datetime(2026, 11, 23, 22, 0, tzinfo=HANOI)
LAN, MINH = "zalo:oa:lan", "web:site:minh"
STATUSES = (Status.SUPPLEMENT, Status.PROCESSING, Status.PAYMENT, Status.DONE, Status.RETURNED)


@pytest.fixture
def transactions(database_url: str) -> Iterator[Transactions]:
    fresh(database_url)
    with ConnectionPool(database_url, min_size=1, max_size=10, kwargs={"options": "-c synchronous_commit=off"}) as pool:
        yield with_outbox(pool.connection)


def with_outbox(opened: Transactions) -> Transactions:
    with opened() as connection:
        connection.execute(
            "create table if not exists outbox_copy (key text unique, subscriber text, covers text[], text text)"
        )
    return opened


def publish(connection: Connection, notices: Sequence[Notice]) -> tuple[str, ...]:
    for notice in notices:
        connection.execute(
            "insert into outbox_copy values (%s, %s, %s, %s)",
            (notice.dedupe_key, notice.subscriber, list(notice.covers), notice.text),
        )
    return ()


def add(transactions: Transactions, count: int = 1) -> list[Dossier]:
    dossiers = [dossier(f"H26.1-261102-{n:04}") for n in range(count)]
    load(transactions, SECRET, [Row(n, one, {}) for n, one in enumerate(dossiers)])
    return dossiers


def follow(transactions: Transactions, who: str, *dossiers: Dossier) -> None:
    with transactions() as connection:
        assert all(subscriptions.subscribe(connection, who, one) for one in dossiers)


def change(transactions: Transactions, one: Dossier, status: Status, at: datetime = DAY) -> None:
    with transactions() as connection:
        assert set_status(connection, one.code, StatusEvent(at=at, status=status))


def tell(transactions: Transactions, now: datetime = DAY) -> int:
    feed = Feed("postgres", PostgresRegistry(transactions, SECRET), SECRET)
    with transactions() as connection:
        feed.gather(connection, now)
    with transactions() as connection:
        return release(connection, publish, now)


def told(transactions: Transactions) -> list[tuple[str, list[str], str]]:
    with transactions() as connection:
        return connection.execute("select subscriber, covers, text from outbox_copy order by ctid").fetchall()


def test_each_subscriber_is_told_once_of_a_change(transactions: Transactions) -> None:
    [one] = add(transactions)
    follow(transactions, LAN, one)
    follow(transactions, MINH, one)
    change(transactions, one, Status.DONE)
    assert tell(transactions) == 2
    assert tell(transactions) == 0
    found = told(transactions)
    assert sorted(subscriber for subscriber, _, _ in found) == [MINH, LAN]
    assert "Đã xử lý xong" in found[0][2]
    assert one.code not in found[0][2]
    key = SECRET.code(one.code).hex()[:16]
    assert sorted(covers for _, covers, _ in found) == [[f"dossier:{key}:2:{MINH}"], [f"dossier:{key}:2:{LAN}"]]


def test_who_follows_later_is_not_told_of_the_past(transactions: Transactions) -> None:
    [one] = add(transactions)
    change(transactions, one, Status.PAYMENT)
    follow(transactions, LAN, one.model_copy(update={"version": 2}))
    assert tell(transactions) == 0


def test_a_failing_outbox_undoes_the_publishing_and_nothing_is_lost(transactions: Transactions) -> None:
    [one] = add(transactions)
    follow(transactions, LAN, one)
    change(transactions, one, Status.DONE)

    def broken(connection: Connection, notices: Sequence[Notice]) -> tuple[str, ...]:
        publish(connection, notices)
        raise RuntimeError("killed")

    feed = Feed("postgres", PostgresRegistry(transactions, SECRET), SECRET)
    with transactions() as connection:
        feed.gather(connection, DAY)
    with pytest.raises(RuntimeError), transactions() as connection:
        release(connection, broken, DAY)
    assert told(transactions) == []
    assert tell(transactions) == 1


def test_many_workers_at_once_lose_and_double_nothing(transactions: Transactions) -> None:
    dossiers = add(transactions, 20)
    for one in dossiers:
        follow(transactions, LAN, one)
        follow(transactions, MINH, one)
    for status in STATUSES:
        for one in dossiers:
            change(transactions, one, status)
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda _: tell(transactions, DAY), range(12)))
    tell(transactions, DAY + timedelta(hours=2))
    covered = [key for _, covers, _ in told(transactions) for key in covers]
    assert len(covered) == len(set(covered)) == 20 * len(STATUSES) * 2


def test_nothing_is_told_in_quiet_hours(transactions: Transactions) -> None:
    [one] = add(transactions)
    follow(transactions, LAN, one)
    change(transactions, one, Status.DONE, NIGHT)
    assert tell(transactions, NIGHT) == 0
    assert tell(transactions, NIGHT + timedelta(hours=8, minutes=59)) == 0
    assert tell(transactions, NIGHT + timedelta(hours=9)) == 1


def test_what_became_due_by_day_still_waits_when_the_night_has_come(transactions: Transactions) -> None:
    [one] = add(transactions)
    follow(transactions, LAN, one)
    change(transactions, one, Status.DONE)
    with transactions() as connection:
        Feed("postgres", PostgresRegistry(transactions, SECRET), SECRET).gather(connection, DAY)
    assert tell(transactions, NIGHT) == 0


@pytest.mark.parametrize(
    ("now", "then"),
    [("2026-11-23 06:59", "2026-11-23 07:00"), ("2026-11-23 07:00", "2026-11-23 07:00"),
     ("2026-11-23 20:59", "2026-11-23 20:59"), ("2026-11-23 21:00", "2026-11-24 07:00"),
     ("2026-11-24 00:00", "2026-11-24 07:00")],
)  # fmt: skip
def test_quiet_hours_are_those_of_hanoi(now: str, then: str) -> None:
    moment, expected = (datetime.fromisoformat(text).replace(tzinfo=HANOI) for text in (now, then))
    assert awake(moment) == expected


def test_three_changes_at_once_are_one_message(transactions: Transactions) -> None:
    dossiers = add(transactions, 3)
    follow(transactions, LAN, *dossiers)
    for one in dossiers:
        change(transactions, one, Status.DONE)
    assert tell(transactions) == 3
    [(_, covers, text)] = told(transactions)
    assert len(covers) == 3
    assert text.startswith("Anh/Chị có 3 thay đổi")


def test_after_a_few_messages_in_an_hour_the_next_changes_are_gathered(transactions: Transactions) -> None:
    dossiers = add(transactions, 7)
    follow(transactions, LAN, *dossiers)
    for minute, one in enumerate(dossiers):
        change(transactions, one, Status.DONE)
        tell(transactions, DAY + timedelta(minutes=minute))
    assert len(told(transactions)) == 3
    assert tell(transactions, DAY + timedelta(hours=1, minutes=10)) == 4
    assert len(told(transactions)) == 4


def test_a_digest_leaves_once_a_day_and_none_means_none(transactions: Transactions) -> None:
    [one] = add(transactions)
    follow(transactions, LAN, one)
    follow(transactions, MINH, one)
    with transactions() as connection:
        subscriptions.prefer(connection, LAN, "digest")
        subscriptions.prefer(connection, MINH, "none")
    change(transactions, one, Status.PAYMENT)
    assert tell(transactions) == 0
    assert tell(transactions, DAY.replace(hour=17)) == 1
    assert [subscriber for subscriber, _, _ in told(transactions)] == [LAN]


def test_unsubscribing_withdraws_waiting_notices_and_keeps_the_preference(transactions: Transactions) -> None:
    one, two = add(transactions, 2)
    follow(transactions, LAN, one, two)
    change(transactions, one, Status.DONE, NIGHT)
    tell(transactions, NIGHT)
    with transactions() as connection:
        subscriptions.prefer(connection, LAN, "digest")
        assert [s.code for s in subscriptions.subscriptions(connection, LAN)] == [one.code, two.code]
        assert subscriptions.unsubscribe(connection, LAN, one.code) == 1
        assert subscriptions.unsubscribe(connection, LAN) == 1
        assert subscriptions.preference(connection, LAN) == "digest"
    assert tell(transactions, NIGHT + timedelta(days=1)) == 0


def test_erasing_leaves_nothing_of_a_subscriber(transactions: Transactions) -> None:
    [one] = add(transactions)
    follow(transactions, LAN, one)
    change(transactions, one, Status.DONE)
    tell(transactions)
    with transactions() as connection:
        subscriptions.prefer(connection, LAN, "digest")
        subscriptions.erase(connection, LAN)
        left = connection.execute(
            "select (select count(*) from dossier.subscription) + (select count(*) from dossier.notice)"
            " + (select count(*) from dossier.preference)"
        ).fetchone()
    assert left == (0,)


def test_a_dossier_is_followed_once_and_only_so_many_at_all(transactions: Transactions) -> None:
    dossiers = add(transactions, subscriptions.MOST + 1)
    with transactions() as connection:
        assert subscriptions.subscribe(connection, LAN, dossiers[0])
        assert not subscriptions.subscribe(connection, LAN, dossiers[0])
        results = [subscriptions.subscribe(connection, LAN, one) for one in dossiers[1:]]
    assert results == [True] * (subscriptions.MOST - 1) + [False]


def test_an_import_with_new_states_tells_subscribers_too(transactions: Transactions) -> None:
    [one] = add(transactions)
    follow(transactions, LAN, one)
    again = one.model_copy(update={"status": Status.DONE, "events": (), "finished_at": DAY})
    report = load(transactions, SECRET, [Row(1, again, {})])
    assert (report.added, report.changed) == (0, 1)
    assert tell(transactions) == 1
    found = PostgresRegistry(transactions, SECRET).read(one.code)
    assert found is not None
    assert [event.status for event in found.events] == [Status.ACCEPTED, Status.PROCESSING, Status.DONE]
