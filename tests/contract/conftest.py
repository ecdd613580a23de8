"""Fixtures of the queue's contract tests: a pool, handling with an echoing bot, and sending with short pauses."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from connectors.memory import MemoryChannel
from gateway import lanes
from gateway.database import Pool, open_pool, transaction
from gateway.handling import Handling
from gateway.sending import Sending
from tests.queue_desk import Echo, Pulled


@pytest.fixture
def pool(database_url: str) -> Iterator[Pool]:
    """A pool on a database of its own."""
    opened = open_pool(database_url, 8, "test")
    yield opened
    opened.close()


@pytest.fixture
def sending(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[MemoryChannel], Sending]]:
    """Starts the sending to a platform in memory."""
    monkeypatch.setattr(lanes, "PAUSES", (0.3,))
    monkeypatch.setattr("gateway.sending.sending_delay", lambda *_: 0.05)
    monkeypatch.setattr("gateway.sending.ECHO_SECONDS", 0.05)
    made: list[Sending] = []

    def start(channel: MemoryChannel) -> Sending:
        made.append(Sending(pool, {"memory": channel}, 1, 4))
        made[0].start()
        return made[0]

    yield start
    made[0].stop()


@pytest.fixture
def handled(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Echo]]:
    """Starts the handling with a bot that echoes."""
    monkeypatch.setattr("gateway.pace.COALESCE_SECONDS", 0.4)
    monkeypatch.setattr("gateway.handling.COALESCE_SECONDS", 0.4)
    bot, running = Echo(), []

    def start(per_minute: int = 0) -> Echo:
        made = Handling(pool, {"memory": Pulled()}, lambda: bot, 1, threads=4, per_minute=per_minute)  # type: ignore
        with transaction(pool) as connection:
            made.switches.refresh(connection)
        made.start()
        running.append(made)
        return bot

    yield start
    for made in running:
        made.stop()
