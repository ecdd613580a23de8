"""The queue's promises, on a real PostgreSQL: order, fence, one effect, and every crash point."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest

from core.errors import SetupError
from core.message import Incoming
from gateway import inbox, migrate, outbox
from gateway.database import Pool, open_pool, transaction
from gateway.inbox import Claimed
from gateway.outbox import Finished, Part, Settled
from gateway.retention import purge
from tests.gateway_stack import wait_until

OWNER = 1


def incoming(event: str, conversation: str = "web:site:a", channel: str = "web") -> Incoming:
    return Incoming(channel=channel, event_id=event, conversation=conversation, text=f"câu {event}")


@pytest.fixture
def pool(database_url: str) -> Iterator[Pool]:
    opened = open_pool(database_url, 10, "test")
    yield opened
    opened.close()


def accept(pool: Pool, *messages: Incoming) -> list[bool]:
    with transaction(pool) as connection:
        return inbox.accept(connection, messages)


def claim(pool: Pool, limit: int = 10, owner: int = OWNER, seconds: float = 60.0) -> list[Claimed]:
    with transaction(pool) as connection:
        return inbox.claim(connection, owner, limit, seconds)


def finish(pool: Pool, item: Claimed, *parts: Part) -> bool:
    with transaction(pool) as connection:
        return item.id in outbox.finish(connection, [Finished(item, parts)])


def rows(pool: Pool, query: str) -> list[tuple[object, ...]]:
    with transaction(pool) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


ANSWER = Part("answer", {"text": "Dạ"}, pulled=True)
PUSHED = Part("answer", {"text": "Dạ"})


# ---- accepting ----


def test_an_event_is_stored_once_however_often_it_comes(pool: Pool) -> None:
    assert accept(pool, incoming("1"), incoming("2"), incoming("1")) == [True, True, False]
    assert accept(pool, incoming("2"), incoming("3")) == [False, True]
    assert rows(pool, "select event_id from inbox order by seq") == [("1",), ("2",), ("3",)]


def test_the_same_event_id_of_another_channel_is_another_event(pool: Pool) -> None:
    assert accept(pool, incoming("1"), incoming("1", channel="memory")) == [True, True]


def test_nothing_is_stored_when_the_process_dies_before_the_commit(pool: Pool, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        inbox.accept(connection, [incoming("1")])
        connection.cancel()
        connection.rollback()
    assert rows(pool, "select 1 from inbox") == []
    assert accept(pool, incoming("1")) == [True]  # the platform retries


def test_numbers_of_a_conversation_become_visible_in_their_order(pool: Pool) -> None:
    """A reader that polls while many writers insert never sees a smaller number after a larger one."""
    seen: list[int] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            after = seen[-1] if seen else 0
            seen.extend(row[0] for row in rows(pool, f"select seq from inbox where seq > {after} order by seq"))  # type: ignore[misc]

    reader = threading.Thread(target=read)
    reader.start()
    with ThreadPoolExecutor(8) as writers:
        list(writers.map(lambda n: accept(pool, incoming(str(n))), range(200)))
    stop.set()
    reader.join()
    seen.extend(row[0] for row in rows(pool, f"select seq from inbox where seq > {seen[-1]} order by seq"))  # type: ignore[misc]
    assert len(seen) == 200


def test_batches_that_share_conversations_do_not_block_each_other_for_good(pool: Pool) -> None:
    names = [f"web:site:{n}" for n in range(6)]

    def batch(n: int) -> list[bool]:
        order = names if n % 2 else names[::-1]
        return accept(pool, *(incoming(f"{n}-{name}", name) for name in order))

    with ThreadPoolExecutor(8) as writers:
        assert sum(map(sum, writers.map(batch, range(60)))) == 360


# ---- claiming and order ----


def test_only_the_oldest_open_message_of_a_conversation_can_be_claimed(pool: Pool) -> None:
    accept(pool, incoming("1"), incoming("2"), incoming("b1", "web:site:b"))
    first = claim(pool)
    assert [item.incoming.event_id for item in first] == ["1", "b1"]
    assert claim(pool) == []
    assert finish(pool, first[0])
    assert [item.incoming.event_id for item in claim(pool)] == ["2"]


def test_a_message_that_backs_off_bars_its_conversation(pool: Pool) -> None:
    accept(pool, incoming("1"), incoming("2"))
    (item,) = claim(pool)
    with transaction(pool) as connection:
        assert inbox.postpone(connection, item, 0.2)
    assert claim(pool) == []
    time.sleep(0.25)
    (again,) = claim(pool)
    assert (again.incoming.event_id, again.attempts) == ("1", 2)


def test_a_try_that_is_not_counted_leaves_the_count(pool: Pool) -> None:
    accept(pool, incoming("1"))
    (item,) = claim(pool)
    with transaction(pool) as connection:
        inbox.postpone(connection, item, 0.0, counted=False)
    assert claim(pool)[0].attempts == 1


def test_many_workers_handle_every_message_once_and_in_order(pool: Pool) -> None:
    conversations = [f"web:site:{n}" for n in range(10)]
    accept(pool, *(incoming(f"{name}#{n}", name) for n in range(20) for name in conversations))
    handled: list[tuple[str, int]] = []

    def work(owner: int) -> None:
        idle = 0
        while idle < 5:
            items = claim(pool, 4, owner)
            idle = 0 if items else idle + 1
            for item in items:
                handled.append((item.conversation, int(item.incoming.event_id.split("#")[1])))
                assert finish(pool, item, ANSWER)
            if not items:
                time.sleep(0.01)

    with ThreadPoolExecutor(6) as workers:
        for done in [workers.submit(work, owner) for owner in range(1, 7)]:
            done.result()
    assert len(handled) == 200
    for name in conversations:
        assert [n for conversation, n in handled if conversation == name] == list(range(20))


# ---- the fence ----


def test_a_worker_that_lost_its_lease_leaves_nothing_behind(pool: Pool) -> None:
    accept(pool, incoming("1"))
    (zombie,) = claim(pool, seconds=0.0)
    (owner,) = claim(pool, owner=2)
    assert not finish(pool, zombie, replace_text("của thây ma"))
    assert finish(pool, owner, replace_text("của chủ"))
    assert not finish(pool, zombie, replace_text("của thây ma"))
    assert rows(pool, "select body ->> 'text' from outbox") == [("của chủ",)]


def test_a_stale_token_can_neither_postpone_nor_bury(pool: Pool) -> None:
    accept(pool, incoming("1"))
    (item,) = claim(pool)
    stale = replace(item, token=uuid.uuid4())
    with transaction(pool) as connection:
        assert not inbox.postpone(connection, stale, 5.0)
        assert not outbox.bury(connection, Finished(stale, [ANSWER], "dead"), "x", None)
    assert rows(pool, "select 1 from dead_letter union all select 1 from outbox") == []
    assert finish(pool, item)


def test_one_lost_row_in_a_batch_does_not_hurt_the_others(pool: Pool) -> None:
    accept(pool, incoming("1"), incoming("b", "web:site:b"))
    first, second = claim(pool)
    with transaction(pool) as connection:
        batch = [Finished(replace(first, token=uuid.uuid4()), [ANSWER]), Finished(second, [ANSWER])]
        assert outbox.finish(connection, batch) == {second.id}
    assert rows(pool, "select inbox_id from outbox") == [(second.id,)]


def test_leases_of_a_worker_whose_connection_is_gone_are_freed(pool: Pool, database_url: str) -> None:
    accept(pool, incoming("1"), incoming("b", "web:site:b"))
    living, dying = (psycopg.connect(database_url, autocommit=True) for _ in range(2))
    inbox.hold_owner(living, 7)
    inbox.hold_owner(dying, 8)
    assert len(claim(pool, 1, owner=7)) == len(claim(pool, 1, owner=8)) == 1
    assert inbox.free_orphans(living) == 0
    dying.close()
    deadline = time.monotonic() + 5
    while not inbox.free_orphans(living) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [item.incoming.event_id for item in claim(pool)] == ["b"]
    living.close()


# ---- crash points after the claim ----


def test_a_crash_during_handling_leads_to_a_second_handling(pool: Pool) -> None:
    accept(pool, incoming("1"))
    claim(pool, seconds=0.0)
    (again,) = claim(pool)
    assert again.attempts == 2


def test_a_crash_between_handling_and_commit_leaves_no_answer(pool: Pool, database_url: str) -> None:
    accept(pool, incoming("1"))
    (item,) = claim(pool, seconds=0.0)
    connection = psycopg.connect(database_url)
    outbox.finish(connection, [Finished(item, [ANSWER])])
    connection.close()  # dies before the commit
    assert rows(pool, "select 1 from outbox") == []
    claimed: list[Claimed] = []
    wait_until(lambda: claimed.extend(claim(pool)) or claimed)  # the server lets go of the row a moment later
    (again,) = claimed
    assert finish(pool, again, ANSWER)
    assert rows(pool, "select dedupe_key, state from outbox") == [(f"{item.id}:0", "sent")]


def test_answers_keep_their_order_and_can_only_be_written_once(pool: Pool) -> None:
    accept(pool, incoming("1"))
    (item,) = claim(pool)
    assert finish(pool, item, *(replace_text(str(n)) for n in range(5)))
    with transaction(pool) as connection:
        outbox.put(connection, [Finished(item, [replace_text("lần hai")])])
    assert [row[0] for row in rows(pool, "select body ->> 'text' from outbox order by seq")] == list("01234")


def test_a_dead_message_leaves_one_apology_and_frees_its_conversation(pool: Pool) -> None:
    accept(pool, incoming("1"), incoming("2"))
    (item,) = claim(pool)
    with transaction(pool) as connection:
        assert outbox.bury(connection, Finished(item, [ANSWER], "dead"), "BotUnavailable", None)
    assert rows(pool, "select dedupe_key from outbox") == [(f"{item.id}:dead",)]
    assert rows(pool, "select inbox_id, reason from dead_letter") == [(item.id, "BotUnavailable")]
    assert [each.incoming.event_id for each in claim(pool)] == ["2"]


# ---- sending ----


@pytest.fixture
def two_parts(pool: Pool) -> Iterator[Pool]:
    accept(pool, incoming("1", channel="memory"))
    (item,) = claim(pool)
    finish(pool, item, PUSHED, PUSHED)
    yield pool


def take(pool: Pool, limit: int = 10, paused: tuple[str, ...] = (), seconds: float = 60.0) -> list[outbox.ToSend]:
    with transaction(pool) as connection:
        return outbox.claim(connection, OWNER, limit, paused, seconds)


def settle(pool: Pool, item: outbox.ToSend, result: Settled) -> bool:
    with transaction(pool) as connection:
        return outbox.settle(connection, item, result)


def test_the_second_part_waits_for_the_first(two_parts: Pool) -> None:
    (first,) = take(two_parts)
    assert take(two_parts) == []
    assert settle(two_parts, first, Settled("sent", reference="p-1"))
    (second,) = take(two_parts)
    assert second.id > first.id


def test_a_paused_channel_burns_no_attempts(two_parts: Pool) -> None:
    assert take(two_parts, paused=("memory",)) == []
    assert take(two_parts)[0].attempts == 0


def test_an_attempt_without_an_outcome_makes_the_row_ambiguous(two_parts: Pool) -> None:
    (item,) = take(two_parts, seconds=0.0)
    assert not item.ambiguous
    with transaction(two_parts) as connection:
        outbox.begin_attempt(connection, item)
    (again,) = take(two_parts)  # the sender died after its call, or before: nobody knows
    assert again.ambiguous
    assert not settle(two_parts, item, Settled("sent"))  # the dead one's token no longer fits


def test_a_row_that_cannot_be_sent_becomes_a_dead_letter(two_parts: Pool) -> None:
    (item,) = take(two_parts)
    assert settle(two_parts, item, Settled("dead", reason="refused: 404"))
    assert rows(two_parts, "select outbox_id, reason from dead_letter") == [(item.id, "refused: 404")]


def test_expiry_is_told_with_the_claim(pool: Pool) -> None:
    accept(pool, incoming("1", channel="memory"))
    (item,) = claim(pool)
    finish(pool, item, Part("answer", {}, seconds=0.0))
    assert take(pool)[0].expired


# ---- retention and migrations ----


def test_the_purge_takes_what_is_over_its_period_and_nothing_else(pool: Pool) -> None:
    accept(pool, incoming("old"), incoming("new", "web:site:b"))
    for item in claim(pool):
        finish(pool, item, ANSWER)
    rows_before = rows(pool, "select count(*) from inbox")
    assert sum(purge(pool).values()) == 0
    for table in ("inbox", "outbox"):
        old = f"update {table} set finished_at = now() - interval '91 days' where conversation like '%:a' returning 1"
        assert rows(pool, old) == [(1,)]
    gone = purge(pool)
    assert rows_before == [(2,)]
    assert (gone["inbox"], gone["outbox"]) == (1, 1)
    assert rows(pool, "select event_id from inbox") == [("new",)]


def test_migrations_run_once_even_when_many_start_together(postgres_server: str) -> None:
    url = _fresh(postgres_server, "migrate_together")
    with ThreadPoolExecutor(4) as starters:
        applied = list(starters.map(lambda _: migrate.migrate(url), range(4)))
    assert sorted(len(names) for names in applied)[:3] == [0, 0, 0]
    assert max(applied, key=len)


def test_a_killed_migration_leaves_nothing_half_done(
    postgres_server: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    (folder / "001_a.sql").write_text("create table a (x int);")
    (folder / "002_b.sql").write_text("create table b (x int); select 1 / 0;")
    monkeypatch.setattr(migrate, "FOLDER", folder)
    url = _fresh(postgres_server, "migrate_killed")
    with pytest.raises(psycopg.Error):
        migrate.migrate(url)
    (folder / "002_b.sql").write_text("create table b (x int);")
    assert migrate.migrate(url) == ["002_b.sql"]
    (folder / "001_a.sql").write_text("create table a (y int);")
    with pytest.raises(SetupError, match="changed"):
        migrate.migrate(url)


def _fresh(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"create database {name}")  # type: ignore[arg-type]
    return server.replace("/motcua?", f"/{name}?")


def replace_text(text: str) -> Part:
    return Part("answer", {"text": text}, pulled=True)
