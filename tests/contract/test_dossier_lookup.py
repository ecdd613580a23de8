"""Safe look-up on a real PostgreSQL: few tries, one answer for all that is wrong, nothing personal kept."""

from __future__ import annotations

import dataclasses
import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from benchmarks.samples import ks_distance, ks_probability
from core.dossier import HANOI, DossierUnavailable
from dossiers import audit, guard
from dossiers.facts import Secret
from dossiers.load import load
from dossiers.lookup import Locked, NotMatched, NotVerified, SafeLookup, Shown
from dossiers.postgres import PostgresRegistry
from dossiers.reading import Row
from dossiers.schema import Transactions
from tests.contract.test_dossier_registry import CODE, FACTS, dossier, fresh

SECRET = Secret(b"k" * 32)
START = datetime(2026, 11, 23, 9, 0, tzinfo=HANOI)
BY_CHANCE = 0.001
LAN, MINH = "zalo:oa:lan", "web:site:minh"


class Clock:
    now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **time: float) -> None:
        self.now += timedelta(**time)


class Away:
    """A registry that is down."""

    def look_up(self, code: str, fact: str) -> None:
        raise DossierUnavailable("down")


@pytest.fixture
def transactions(database_url: str) -> Iterator[Transactions]:
    fresh(database_url)
    with ConnectionPool(database_url, min_size=1, max_size=8, kwargs={"options": "-c synchronous_commit=off"}) as pool:
        yield filled(pool.connection)


def filled(opened: Transactions) -> Transactions:
    load(opened, SECRET, [Row(1, dossier(), FACTS), Row(2, dossier("H26.1-261102-0002"), {"phone": "0987654321"})])
    return opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lookup(transactions: Transactions, clock: Clock) -> SafeLookup:
    return SafeLookup(PostgresRegistry(transactions, SECRET), transactions, SECRET, clock)


def test_the_right_fact_shows_the_dossier_and_the_conversation_stays_verified_for_30_minutes(
    lookup: SafeLookup, clock: Clock
) -> None:
    assert isinstance(lookup.look_up(LAN, CODE, "5678"), Shown)
    clock.pass_time(minutes=29)
    assert isinstance(lookup.read(LAN, CODE), Shown)
    assert lookup.verified_codes(LAN) == [CODE]
    clock.pass_time(minutes=1)
    assert lookup.read(LAN, CODE) == NotVerified()
    assert lookup.verified_codes(LAN) == []


def test_a_conversation_verified_for_one_dossier_sees_no_other_and_no_other_person_does(lookup: SafeLookup) -> None:
    lookup.look_up(LAN, CODE, "5678")
    assert lookup.read(LAN, "H26.1-261102-0002") == NotVerified()
    assert lookup.read(MINH, CODE) == NotVerified()


def test_a_conversation_forgets_on_request(lookup: SafeLookup) -> None:
    lookup.look_up(LAN, CODE, "5678")
    assert lookup.forget(LAN) == 1
    assert lookup.read(LAN, CODE) == NotVerified()


def test_an_unknown_code_and_a_wrong_fact_get_equal_answers(lookup: SafeLookup) -> None:
    assert lookup.look_up(LAN, CODE, "0000") == lookup.look_up(MINH, "H26.1-261102-9999", "0000") == NotMatched(4)


def test_the_sixth_try_within_an_hour_is_refused_even_when_right_and_the_lock_ends(
    lookup: SafeLookup, clock: Clock
) -> None:
    answers = [lookup.look_up(LAN, f"H26.1-261102-{n:04}", "0000") for n in range(100, 105)]
    assert answers == [NotMatched(left) for left in (4, 3, 2, 1, 0)]
    clock.pass_time(minutes=20)
    assert lookup.look_up(LAN, CODE, "5678") == Locked(START + timedelta(hours=1), "person")
    assert isinstance(lookup.look_up(MINH, CODE, "5678"), Shown)
    clock.pass_time(minutes=41)
    assert isinstance(lookup.look_up(LAN, CODE, "5678"), Shown)


def test_right_tries_cost_nothing_and_win_no_wrong_ones_back(lookup: SafeLookup) -> None:
    for left in (4, 3, 2, 1):
        assert lookup.look_up(LAN, "H26.1-261102-9999", "0000") == NotMatched(left)
        assert isinstance(lookup.look_up(LAN, CODE, "5678"), Shown)
    assert lookup.look_up(LAN, "H26.1-261102-9999", "0000") == NotMatched(0)
    assert isinstance(lookup.look_up(LAN, CODE, "5678"), Locked)


def test_a_code_takes_ten_wrong_tries_a_day_from_all_senders_together(lookup: SafeLookup, clock: Clock) -> None:
    for code in (CODE, "H26.1-261102-9999"):  # known and unknown alike
        answers = [lookup.look_up(f"web:site:{code}{n}", code, "0000") for n in range(11)]
        assert answers == [NotMatched(4)] * 10 + [Locked(START + timedelta(hours=24), "code")]
    assert isinstance(lookup.look_up(LAN, CODE, "5678"), Locked)
    clock.pass_time(hours=24)
    assert isinstance(lookup.look_up(LAN, CODE, "5678"), Shown)


def test_a_locked_sender_locks_nobodys_code(lookup: SafeLookup) -> None:
    for _ in range(30):
        lookup.look_up(LAN, CODE, "0000")
    assert isinstance(lookup.look_up(MINH, CODE, "5678"), Shown)


def test_many_workers_at_once_give_five_tries_together(lookup: SafeLookup) -> None:
    with ThreadPoolExecutor(8) as workers:
        answers = list(workers.map(lambda n: lookup.look_up(LAN, f"H26.1-261102-{n:04}", "0000"), range(100, 132)))
    assert Counter(type(answer) for answer in answers) == {NotMatched: 5, Locked: 27}


def test_a_registry_that_is_down_costs_no_try(lookup: SafeLookup) -> None:
    away = dataclasses.replace(lookup, registry=Away())  # type: ignore[arg-type]
    for _ in range(8):
        with pytest.raises(DossierUnavailable):
            away.look_up(LAN, CODE, "5678")
    assert isinstance(lookup.look_up(LAN, CODE, "5678"), Shown)


def test_the_name_is_masked(lookup: SafeLookup) -> None:
    found = lookup.look_up(LAN, CODE, "5678")
    assert isinstance(found, Shown)
    assert found.dossier.holder == "Nguyễn V. A."


def test_every_look_up_is_audited_in_a_chain_that_shows_any_change(
    lookup: SafeLookup, transactions: Transactions, database_url: str
) -> None:
    lookup.look_up(LAN, CODE, "0000")
    lookup.look_up(LAN, CODE, "5678")
    lookup.read(LAN, CODE)
    lookup.forget(LAN)
    with transactions() as connection:
        found = connection.execute("select event, outcome from dossier.audit order by id").fetchall()
        assert audit.first_broken(connection) is None
    assert found == [("look_up", "not_matched"), ("look_up", "shown"), ("read", "shown"), ("forget", "done")]
    with psycopg.connect(database_url) as connection:
        for statement in (
            "update dossier.audit set outcome = 'x'",
            "delete from dossier.audit",
            "truncate dossier.audit",
        ):
            with pytest.raises(psycopg.errors.RaiseException, match="append-only"), connection.transaction():
                connection.execute(statement.encode())
        connection.execute("alter table dossier.audit disable trigger user")
        connection.execute("update dossier.audit set outcome = 'locked' where id = 2")
        assert audit.first_broken(connection) == 2


def test_the_database_holds_no_fact_no_name_and_no_person(lookup: SafeLookup, transactions: Transactions) -> None:
    lookup.look_up(LAN, CODE, "5678")
    lookup.look_up(MINH, CODE, "0000")
    with transactions() as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'dossier'").fetchall()
        text = " ".join(
            str(row) for (table,) in tables for row in connection.execute(f"select * from dossier.{table}").fetchall()
        )
    assert CODE in text
    for secret in ("0912", "5678", "001099123456", "246813", "Văn", LAN, MINH):
        assert secret not in text


def test_ended_windows_are_purged(lookup: SafeLookup, transactions: Transactions, clock: Clock) -> None:
    lookup.look_up(LAN, CODE, "5678")
    lookup.look_up(MINH, CODE, "0000")
    clock.pass_time(hours=25)
    with transactions() as connection:
        assert guard.purge(connection, clock.now) == 4  # two persons, one code, one verification
        assert guard.purge(connection, clock.now) == 0


class Guessed:
    """10,000 codes in a random order, every fifth of them known, guessed by one sender or by many; answers and times.

    Known and unknown codes alternate at random, so that what else the machine does falls on both alike.
    """

    def __init__(self, lookup: SafeLookup, transactions: Transactions, *, senders: int) -> None:
        codes = [f"H26.{n % 7}-2611{n % 28 + 1:02}-{n:04}" for n in range(10_000)]
        known = set(codes[::5])
        load(transactions, SECRET, [Row(n, dossier(code), FACTS) for n, code in enumerate(sorted(known))])
        random.Random(1).shuffle(codes)
        self.answers: list[object] = []
        self.times: dict[bool, list[float]] = {True: [], False: []}
        for number, code in enumerate(codes):
            started = time.perf_counter()
            self.answers.append(lookup.look_up(f"web:site:{number % senders}", code, "0000"))
            self.times[code in known].append(time.perf_counter() - started)

    def by_time(self) -> float:
        """How likely the times of known and of unknown codes are to differ as much by chance alone."""
        known, unknown = self.times[True], self.times[False]
        return ks_probability(ks_distance(known, unknown), len(known), len(unknown))


def test_ten_thousand_codes_from_one_sender_learn_nothing(lookup: SafeLookup, transactions: Transactions) -> None:
    guessed = Guessed(lookup, transactions, senders=1)
    first = [NotMatched(left) for left in (4, 3, 2, 1, 0)]
    assert guessed.answers == first + [Locked(START + timedelta(hours=1), "person")] * 9_995
    assert guessed.by_time() > BY_CHANCE


def test_ten_thousand_codes_from_many_senders_learn_nothing(lookup: SafeLookup, transactions: Transactions) -> None:
    guessed = Guessed(lookup, transactions, senders=10_000)
    assert set(guessed.answers) == {NotMatched(4)}
    assert guessed.by_time() > BY_CHANCE
