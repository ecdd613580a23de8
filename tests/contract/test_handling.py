"""Handling on a real PostgreSQL: whose fault a failed try is, and what that costs the message."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.dossier import DossierUnavailable
from core.errors import BotUnavailable, StorageUnavailable
from gateway.bot_client import BotDown
from gateway.database import Pool
from tests.gateway_stack import wait_until
from tests.queue_desk import Echo, all_done, rows, store


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
