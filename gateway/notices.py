"""Notices of dossiers: the worker gathers changes of status and writes what is due to the outbox, exactly once."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from connectors.base import Channel
from core.errors import AssistantError
from core.message import Incoming, Reply, ReplyKind
from dossiers import guard, notices, vault
from dossiers.facts import Secret
from dossiers.notices import Feed, Notice
from dossiers.postgres import PostgresRegistry
from gateway.database import Connection, Pool, transaction
from gateway.inbox import lock_conversations
from gateway.outbox import WAKE_READERS, WAKE_SENDERS

EVERY_SECONDS = 5.0
_PURGE_EVERY = timedelta(hours=1)
_KEPT = timedelta(days=90)  # as long as the outbox keeps what was sent
# A notice that cannot be sent for so long is no news any more.
_WORTH_SECONDS = 24 * 3600.0
_INSERT = """
    insert into outbox (channel, conversation, dedupe_key, kind, body, state, expires_at, finished_at)
    values (%(channel)s, %(conversation)s, %(key)s, %(kind)s, %(body)s, %(state)s,
            clock_timestamp() + make_interval(secs => %(seconds)s),
            case %(state)s when 'sent' then clock_timestamp() end)
    on conflict (dedupe_key) do nothing
"""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Publisher:
    """Writes notices to the outbox in the transaction that marks them as told."""

    channels: Mapping[str, Channel]

    def __call__(self, connection: Connection, due: Sequence[Notice]) -> None:
        """Store each notice as its channel renders it; one whose channel is off here is left out and counted."""
        known = [notice for notice in due if _channel_of(notice) in self.channels]
        if len(known) < len(due):
            _log.warning("notices of channels that are off", extra={"count": len(due) - len(known)})
        lock_conversations(connection, [notice.subscriber for notice in known])
        for notice in known:
            for row in self._rows(notice):
                connection.execute(_INSERT, row)
            pulled = self.channels[_channel_of(notice)].pulled
            wake = (WAKE_READERS, notice.subscriber) if pulled else (WAKE_SENDERS, "")
            connection.execute("select pg_notify(%s, %s)", wake)

    def _rows(self, notice: Notice) -> Iterator[dict[str, Any]]:
        channel = self.channels[_channel_of(notice)]
        number = hashlib.sha256(notice.dedupe_key.encode()).hexdigest()[:32]
        message = Incoming(channel=channel.name, event_id=number, conversation=notice.subscriber)
        reply = Reply(kind=ReplyKind.STATUS, text=notice.text)
        for nth, body in enumerate(channel.render(reply, message)):
            yield {
                "channel": channel.name, "conversation": notice.subscriber, "key": f"{notice.dedupe_key}:{nth}",
                "kind": reply.kind.value, "body": Jsonb(body), "state": "sent" if channel.pulled else "open",
                "seconds": _WORTH_SECONDS,
            }  # fmt: skip


class Notices:
    """A thread of the worker; any number of workers share the work through the database's locks."""

    def __init__(
        self,
        pool: Pool,
        channels: Mapping[str, Channel],
        secret: Secret,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._pool, self._clock = pool, clock
        registry = PostgresRegistry(lambda: transaction(pool), secret)
        self._feed, self._publish = Feed("postgres", registry, secret), Publisher(channels)
        self._next_purge = clock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="notices", daemon=True)

    def start(self) -> None:
        """Begin, with a first round at once."""
        self._thread.start()

    def stop(self) -> None:
        """End; a round in hand is finished, or undone by the database when it takes too long."""
        self._stopping.set()
        self._thread.join(5.0)

    def round(self) -> int:
        """Gather all new changes and tell what is due; returns how many changes were told.

        Raises:
            DossierUnavailable, StorageUnavailable: nothing of the step in hand has happened.
        """
        gathered = 1
        while gathered:
            with transaction(self._pool) as connection:
                gathered = self._feed.gather(connection, self._clock())
        with transaction(self._pool) as connection:
            told = notices.release(connection, self._publish, self._clock())
        self._purge()
        return told

    def _purge(self) -> None:
        now = self._clock()
        if now < self._next_purge:
            return
        self._next_purge = now + _PURGE_EVERY
        with transaction(self._pool) as connection:
            guard.purge(connection, now)
            vault.purge(connection, now)
            notices.purge(connection, now - _KEPT)

    def _run(self) -> None:
        while True:
            try:
                self.round()
            except AssistantError as error:
                _log.warning("notices later", extra={"error": str(error)})
            except Exception:  # outer door of the thread: the next round is tried whatever this one met
                _log.exception("notices failed")
            if self._stopping.wait(EVERY_SECONDS):
                return


def _channel_of(notice: Notice) -> str:
    return notice.subscriber.partition(":")[0]
