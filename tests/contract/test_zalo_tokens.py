"""Zalo's tokens on a real PostgreSQL and over real sockets: one refresh, never overwritten, a crash told."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from connectors.fakes.faults import Fault
from connectors.fakes.zalo import FakeZalo
from connectors.hooks import Hooks
from connectors.outbound import Outbound
from connectors.tokens import TokenBusy, TokenPair, TokenRefused
from connectors.zalo import ZaloSettings
from connectors.zalo.oauth import ZaloTokens, new_pkce
from core.errors import SetupError
from gateway.database import Pool, open_pool
from gateway.sealing import Sealed, Sealer
from gateway.token_store import PostgresTokens
from tests.gateway_stack import wait_until
from tests.zalo_books import settings

KEY, OTHER = b"k" * 32, b"j" * 32
OAUTH = "/oauth/"


@dataclass
class Desk:
    """A fake, a store and tokens as one worker has them."""

    fake: FakeZalo
    url: str
    pool: Pool
    alarms: list[str]

    def store(self, keys: tuple[bytes, ...] = (KEY,)) -> PostgresTokens:
        return PostgresTokens(self.url, self.pool, Sealer(keys))

    def worker(self, store: PostgresTokens | None = None, ahead: timedelta = timedelta()) -> ZaloTokens:
        hooks = Hooks(alarm=lambda _, reason: self.alarms.append(reason), now=lambda: datetime.now(UTC) + ahead)
        return ZaloTokens(settings(self.fake), store or self.store(), Outbound("zalo"), hooks)

    def authorise(self) -> str:
        pkce = new_pkce()
        self.worker().exchange(self.fake.tokens.approve(pkce.challenge), pkce.verifier)
        return self.fake.tokens.access

    def row(self, columns: str = "refreshing_since, lost_reason") -> tuple[Any, ...]:
        with psycopg.connect(self.url) as connection:
            found = connection.execute(f"select {columns} from channel_token").fetchone()  # type: ignore[arg-type]
        assert found is not None
        return found


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    pool = open_pool(database_url, 8, "test")
    with FakeZalo() as fake:
        yield Desk(fake, database_url, pool, [])
    pool.close()


def test_the_first_authorisation_stores_a_pair_that_opens_calls(desk: Desk) -> None:
    access = desk.authorise()
    assert desk.worker().access() == access
    assert desk.fake.tokens.fault(access) == 0


def test_a_code_works_once_and_only_with_its_verifier(desk: Desk) -> None:
    pkce = new_pkce()
    code = desk.fake.tokens.approve(pkce.challenge)
    with pytest.raises(TokenRefused):
        desk.worker().exchange(code, new_pkce().verifier)
    with pytest.raises(TokenRefused):
        desk.worker().exchange(code, pkce.verifier)


def test_without_an_authorisation_the_error_says_what_to_do(desk: Desk) -> None:
    with pytest.raises(TokenRefused, match="motcua channel zalo authorise"):
        desk.worker().access()


def test_tokens_are_not_readable_in_the_database(desk: Desk) -> None:
    access = desk.authorise()
    row = desk.row("access_token, refresh_token, channel_token::text")
    assert access.encode() not in bytes(row[0]) and desk.fake.tokens.refresh.encode() not in bytes(row[1])
    assert access not in row[2] and access.encode().hex() not in row[2]


def test_an_old_key_still_opens_and_the_new_one_seals(desk: Desk) -> None:
    access = desk.authorise()
    both = desk.store((OTHER, KEY))
    before = desk.row("key_id")
    assert desk.worker(both).access() == access
    fresh = desk.worker(both).refresh(access)
    assert desk.row("key_id") != before
    assert desk.worker(desk.store((OTHER,))).access() == fresh
    with pytest.raises(SetupError, match="MOTCUA_TOKEN_KEY_FILE"):
        desk.worker().access()


def test_a_sealed_value_opens_only_in_its_place() -> None:
    sealer = Sealer([KEY])
    sealed = sealer.seal("bí mật", "a")
    assert sealer.open(sealed, "a") == "bí mật"
    for wrong, place in ((sealed, "b"), (Sealed(sealed.key_id, sealed.data[:-1] + b"x"), "a")):
        with pytest.raises(SetupError):
            sealer.open(wrong, place)


# ---- single flight -------------------------------------------------------------------------------------------------


def test_many_workers_at_the_same_instant_make_one_refresh(desk: Desk) -> None:
    stale = desk.authorise()
    desk.fake.faults.plan(Fault("slow", seconds=0.3, path=OAUTH))
    start = threading.Barrier(8)

    def refresh(_: int) -> str:
        start.wait()
        return desk.worker().refresh(stale)

    with ThreadPoolExecutor(8) as workers:
        fresh = set(workers.map(refresh, range(8)))
    assert desk.fake.tokens.refreshes == 1
    assert fresh == {desk.fake.tokens.access} and stale not in fresh


def _refresh_in_a_process(url: str, zalo: ZaloSettings, stale: str, gate: Any, answers: Any) -> None:
    pool = open_pool(url, 2, "test-process")
    tokens = ZaloTokens(zalo, PostgresTokens(url, pool, Sealer([KEY])), Outbound("zalo"), Hooks())
    gate.wait()
    answers.put(tokens.refresh(stale))
    pool.close()


def test_two_processes_at_the_same_instant_make_one_refresh(desk: Desk) -> None:
    stale = desk.authorise()
    spawn = multiprocessing.get_context("spawn")
    gate, answers = spawn.Barrier(2), spawn.Queue()
    words = (desk.url, settings(desk.fake), stale, gate, answers)
    processes = [spawn.Process(target=_refresh_in_a_process, args=words) for _ in range(2)]
    for process in processes:
        process.start()
    fresh = {answers.get(timeout=30) for _ in processes}
    for process in processes:
        process.join(10)
    assert desk.fake.tokens.refreshes == 1
    assert fresh == {desk.fake.tokens.access}


def test_an_expired_token_is_renewed_before_it_is_used(desk: Desk) -> None:
    stale = desk.authorise()
    assert desk.worker(ahead=timedelta(hours=25)).access() != stale
    assert desk.fake.tokens.refreshes == 1


def test_upkeep_renews_a_pair_of_ten_hours_and_leaves_a_young_one(desk: Desk) -> None:
    desk.authorise()
    desk.worker(ahead=timedelta(hours=9)).keep_fresh()
    assert desk.fake.tokens.refreshes == 0
    desk.worker(ahead=timedelta(hours=11)).keep_fresh()
    assert (desk.fake.tokens.refreshes, desk.alarms) == (1, [])


# ---- what must never overwrite a working pair ----------------------------------------------------------------------

BAD_ANSWERS: list[Fault] = [
    Fault("status", 200, body={"error": -14002, "error_name": "Invalid app id"}, path=OAUTH),
    Fault("status", 200, body={"error_name": "Something", "error_description": "x"}, path=OAUTH),
    Fault("status", 200, body={"access_token": "only-half"}, path=OAUTH),
    Fault("status", 200, body={"refresh_token": "only-half"}, path=OAUTH),
    Fault("status", 500, path=OAUTH),
    Fault("status", 429, retry_after=3, path=OAUTH),
    Fault("not_json", path=OAUTH),
    Fault("half", path=OAUTH),
    Fault("reset", path=OAUTH),
]


@pytest.mark.parametrize("fault", BAD_ANSWERS, ids=lambda fault: f"{fault.kind}-{fault.status}-{fault.body}"[:40])
def test_a_bad_answer_leaves_the_working_pair_and_the_next_refresh_succeeds(desk: Desk, fault: Fault) -> None:
    stale = desk.authorise()
    before = desk.row("access_token, refresh_token, expires_at")
    desk.fake.faults.plan(fault)
    with pytest.raises((TokenBusy, TokenRefused)):
        desk.worker().refresh(stale)
    assert desk.row("access_token, refresh_token, expires_at") == before
    assert desk.worker().access() == stale
    assert desk.worker().refresh(stale) == desk.fake.tokens.access


def test_nobody_listening_leaves_no_doubt_behind(desk: Desk) -> None:
    stale = desk.authorise()
    nowhere = settings(desk.fake, oauth_url="http://127.0.0.1:9")
    with pytest.raises(TokenBusy):
        ZaloTokens(nowhere, desk.store(), Outbound("zalo"), Hooks()).refresh(stale)
    assert desk.row() == (None, None)


# ---- rotated, then crashed -----------------------------------------------------------------------------------------


class Crash(BaseException):
    """The process dies here."""


class DyingStore(PostgresTokens):
    """A store whose process dies with the new pair in its hands."""

    def save(self, channel: str, account: str, pair: TokenPair) -> None:
        raise Crash


def crash_after_rotation(desk: Desk, stale: str) -> None:
    with pytest.raises(Crash):
        desk.worker(DyingStore(desk.url, desk.pool, Sealer([KEY]))).refresh(stale)


def test_a_crash_after_the_platform_rotated_is_detected_and_reported(desk: Desk) -> None:
    stale = desk.authorise()
    crash_after_rotation(desk, stale)
    assert desk.fake.tokens.refreshes == 1 and desk.row()[0] is not None
    with pytest.raises(TokenRefused, match=r"rotated_then_crash.*authorise"):
        desk.worker().refresh(stale)
    assert desk.alarms == ["rotated_then_crash"]
    assert desk.row()[1] == "rotated_then_crash"
    calls = desk.fake.calls["/oauth/v4/oa/access_token"]
    with pytest.raises(TokenRefused):  # a dead pair is not tried again and again
        desk.worker().refresh(stale)
    assert desk.fake.calls["/oauth/v4/oa/access_token"] == calls


def test_a_process_killed_after_the_platform_rotated_is_noticed_by_the_next_process(desk: Desk) -> None:
    stale = desk.authorise()
    desk.fake.faults.plan(Fault("slow", seconds=5.0, path=OAUTH))  # carried out at once, answered too late
    spawn = multiprocessing.get_context("spawn")
    gate, answers = spawn.Barrier(1), spawn.Queue()
    dying = spawn.Process(target=_refresh_in_a_process, args=(desk.url, settings(desk.fake), stale, gate, answers))
    dying.start()
    wait_until(lambda: desk.fake.tokens.refreshes == 1, 30)
    dying.kill()
    dying.join()
    with pytest.raises(TokenRefused, match="rotated_then_crash"):
        desk.worker().refresh(stale)
    assert desk.alarms == ["rotated_then_crash"]
    assert desk.store().read("zalo", desk.fake.app.oa_id).access == stale  # nothing overwrote the pair


def test_an_answer_lost_on_the_way_is_the_same_as_a_crash(desk: Desk) -> None:
    stale = desk.authorise()
    desk.fake.faults.plan(Fault("reset", done=True, path=OAUTH))
    with pytest.raises(TokenBusy):
        desk.worker().refresh(stale)
    with pytest.raises(TokenRefused, match="rotated_then_crash"):
        desk.worker().refresh(stale)


def test_a_crash_before_the_call_arrived_costs_nothing(desk: Desk) -> None:
    stale = desk.authorise()
    with desk.store().locked("zalo", desk.fake.app.oa_id) as held:
        held.begin()
    assert desk.worker().refresh(stale) == desk.fake.tokens.access
    assert desk.row() == (None, None)


def test_a_new_authorisation_mends_a_lost_pair(desk: Desk) -> None:
    stale = desk.authorise()
    crash_after_rotation(desk, stale)
    with pytest.raises(TokenRefused):
        desk.worker().refresh(stale)
    fresh = desk.authorise()
    assert desk.worker().access() == fresh and desk.row() == (None, None)


def test_a_refusal_without_doubt_is_reported_as_what_it_is(desk: Desk) -> None:
    stale = desk.authorise()
    desk.fake.tokens.issue()  # somebody else used our refresh token
    with pytest.raises(TokenRefused, match="refresh_refused"):
        desk.worker().refresh(stale)
    assert desk.row()[1] == "refresh_refused"


def test_the_lock_goes_with_the_process_that_held_it(desk: Desk) -> None:
    stale = desk.authorise()
    with psycopg.connect(desk.url, autocommit=True) as dying:
        name = f"token:zalo:{desk.fake.app.oa_id}"
        dying.execute("select pg_advisory_lock(hashtextextended(%s, 0))", (name,))
        timer = threading.Timer(0.3, dying.close)
        timer.start()
        assert desk.worker().refresh(stale) == desk.fake.tokens.access
