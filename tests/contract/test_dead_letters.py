"""Dead letters: listed without words, read with a trace, replayed under their old ids."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from connectors.base import Outcome
from connectors.memory import MemoryChannel
from core.errors import BadInput
from gateway import dead, inbox, outbox
from gateway.database import Pool, transaction
from gateway.outbox import Finished, Part
from gateway.sending import Sending
from tests.gateway_stack import wait_until
from tests.queue_desk import Echo, all_done, answer, rows, store

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
