"""A claim whose answer was lost with the database's connection: its rows are taken again at once, not after a lease."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from connectors.memory import MemoryChannel
from core.errors import StorageUnavailable
from gateway import inbox, outbox
from gateway.database import Connection, Pool, transaction
from gateway.sending import Sending
from tests.gateway_stack import wait_until
from tests.queue_desk import Echo, all_done, answer, rows, store


@contextmanager
def committed_but_cut(pool: Pool) -> Iterator[Connection]:
    """A transaction that happens and whose caller never hears of it."""
    with transaction(pool) as connection:
        yield connection
    raise StorageUnavailable("cut")


def cut_first(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    """Let the first transaction of a module end so, and all others as they do."""
    ways = iter([committed_but_cut])

    def begin(pool: Pool) -> AbstractContextManager[Connection]:
        return next(ways, transaction)(pool)

    monkeypatch.setattr(f"{module}.transaction", begin)


def test_a_message_whose_claim_was_cut_off_is_handled_at_once(
    pool: Pool, handled: Callable[..., Echo], monkeypatch: pytest.MonkeyPatch
) -> None:
    store(pool, "1", "2")
    cut_first(monkeypatch, "gateway.handling")
    bot = handled()
    wait_until(lambda: all_done(pool), inbox.LEASE_SECONDS / 4)
    assert bot.seen == ["câu 1", "câu 2"]
    assert rows(pool, "select attempts from inbox") == [(1,), (1,)]


def test_a_reply_whose_claim_was_cut_off_is_sent_at_once_and_once(
    pool: Pool, sending: Callable[[MemoryChannel], Sending], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(pool, "m")
    channel = MemoryChannel()
    cut_first(monkeypatch, "gateway.sending")
    sending(channel)
    wait_until(lambda: rows(pool, "select state from outbox") == [("sent",)], inbox.LEASE_SECONDS / 4)
    assert len(channel.sent) == 1


def test_only_the_same_token_takes_a_leased_row_again(pool: Pool) -> None:
    store(pool, "1")
    mine, other = uuid.uuid4(), uuid.uuid4()
    with transaction(pool) as connection:
        (item,) = inbox.claim(connection, 1, 5, token=mine)
        assert inbox.claim(connection, 2, 5, token=other) == []
        assert inbox.claim(connection, 1, 5, token=mine) == [item]
        assert outbox.finish(connection, [outbox.Finished(item)]) == {item.id}
