"""Handling on a real PostgreSQL: whose fault a failed try is, and what that costs the message."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.base import Body
from core.dossier import DossierUnavailable
from core.errors import BotUnavailable, StorageUnavailable
from core.message import Incoming, Reply
from gateway.bot_client import BotDown
from gateway.database import Pool
from tests.gateway_stack import wait_until
from tests.queue_desk import Echo, Pulled, all_done, rows, store


@pytest.mark.parametrize(
    ("fault", "tries"),
    [(BotDown, 1), (StorageUnavailable, 1), (DossierUnavailable, 1), (BotUnavailable, 4)],
)
def test_a_try_that_failed_for_the_bot_or_the_database_being_away_is_not_counted(
    pool: Pool, handled: Callable[..., Echo], monkeypatch: pytest.MonkeyPatch, fault: type[Exception], tries: int
) -> None:
    for name in ("BOT_DOWN_SECONDS", "STORAGE_AWAY_SECONDS"):
        monkeypatch.setattr(f"gateway.handling.{name}", 0.05)
    monkeypatch.setattr("gateway.handling.handling_delay", lambda _: 0.05)
    bot = handled()
    bot.faults += [fault("away") for _ in range(3)]
    store(pool, "1")
    wait_until(lambda: all_done(pool))
    assert (bot.seen, bot.faults) == (["câu 1"], [])
    assert rows(pool, "select attempts from inbox") == [(tries,)]
    assert rows(pool, "select 1 from dead_letter") == []


def test_an_answer_that_cannot_be_stored_holds_up_neither_the_others_nor_the_worker(
    pool: Pool, handled: Callable[..., Echo], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.handling.handling_delay", lambda tries: 0.05 if tries < 3 else None)
    monkeypatch.setattr(Pulled, "render", _render_badly)
    handled()
    for number in range(6):
        store(pool, f"{number}", conversation=f"memory:x:{number}")
    wait_until(lambda: all_done(pool))
    assert rows(pool, "select reason from dead_letter") == [("TypeError",)]
    assert rows(pool, "select count(*) from inbox where state = 'done'") == [(5,)]
    assert rows(pool, "select count(*) from outbox where dedupe_key like '%:dead'") == [(1,)]  # its apology


def _render_badly(_: Pulled, reply: Reply, message: Incoming) -> list[Body]:
    """What no database can store, for one of the messages."""
    return [{"text": {"a set"} if reply.text == "đáp câu 3" else reply.text}]
