"""Kill switches through the worker's handling, and the audit log that they are written to."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from core.errors import BadInput
from gateway import audit, switches
from gateway.database import Pool, transaction
from tests.gateway_stack import wait_until
from tests.queue_desk import Echo, all_done, rows, store


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
