"""Platform tokens in PostgreSQL: sealed, one row an account, refreshed by one process at a time."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from connectors.tokens import TokenBusy, TokenPair
from core.errors import StorageUnavailable
from gateway.database import Connection, Pool, connect_options, persist, transaction
from gateway.sealing import Sealed, Sealer

_log = logging.getLogger(__name__)
# The waiter must outlast another's refresh (its HTTP deadlines are 11 s), or it would give up just before the end.
LOCK_SECONDS = 20
# New tokens exist only in this process until they are stored: the database is waited for.
SAVE_SECONDS = 60.0
_OPTIONS = f"-c lock_timeout={LOCK_SECONDS}s -c statement_timeout={LOCK_SECONDS + 5}s"

_READ = """
    select key_id, access_token, refresh_token, expires_at, refreshed_at
    from channel_token where channel = %s and account = %s
"""
_SAVE = """
    insert into channel_token (channel, account, key_id, access_token, refresh_token, expires_at, refreshed_at)
    values (%s, %s, %s, %s, %s, %s, %s)
    on conflict (channel, account) do update set
        key_id = excluded.key_id, access_token = excluded.access_token, refresh_token = excluded.refresh_token,
        expires_at = excluded.expires_at, refreshed_at = excluded.refreshed_at,
        refreshing_since = null, lost_reason = null
"""


class PostgresTokens:
    """The token store; the lock is an advisory one of a connection of its own, gone when the process is."""

    def __init__(self, url: str, pool: Pool, sealer: Sealer) -> None:
        self._url, self._pool, self._sealer = url, pool, sealer

    def read(self, channel: str, account: str) -> TokenPair | None:
        """Read the pair without a lock."""
        with transaction(self._pool) as connection:
            row = connection.execute(_READ, (channel, account)).fetchone()
        if row is None:
            return None
        access, refresh = (
            self._sealer.open(Sealed(row[0], bytes(row[n])), _place(channel, account, n)) for n in (1, 2)
        )
        return TokenPair(access, refresh, row[3], row[4])

    def save(self, channel: str, account: str, pair: TokenPair) -> None:
        """Store both tokens in one transaction, waiting for a database that is away."""
        access = self._sealer.seal(pair.access, _place(channel, account, 1))
        refresh = self._sealer.seal(pair.refresh, _place(channel, account, 2))
        row = (channel, account, access.key_id, access.data, refresh.data, pair.expires_at, pair.refreshed_at)
        persist(self._pool, lambda connection: connection.execute(_SAVE, row), SAVE_SECONDS)

    def mark(self, channel: str, account: str, column_change: str, value: str | None = None) -> None:
        """Apply one of the fixed changes of :class:`Held` to the row."""
        query = f"update channel_token set {column_change} where channel = %s and account = %s"  # noqa: S608 - fixed
        words = (value, channel, account) if "%s" in column_change else (channel, account)
        with transaction(self._pool) as connection:
            connection.execute(query.encode(), words)

    def flag(self, channel: str, account: str, column: str) -> object:
        """Return a column of the row, ``None`` when there is no row."""
        query = f"select {column} from channel_token where channel = %s and account = %s"  # noqa: S608 - fixed
        with transaction(self._pool) as connection:
            row = connection.execute(query.encode(), (channel, account)).fetchone()
        return row[0] if row else None

    @contextmanager
    def locked(self, channel: str, account: str) -> Iterator[Held]:
        """Hold the pair's lock over all processes."""
        options = connect_options("motcua-token") | {"options": _OPTIONS}
        try:
            connection: Connection = psycopg.connect(self._url, **options)
        except psycopg.OperationalError as error:
            raise StorageUnavailable("no connection for the token's lock") from error
        try:
            _take(connection, f"token:{channel}:{account}")
            yield Held(self, channel, account)
        finally:
            connection.close()


class Held:
    """The row while its lock is held."""

    def __init__(self, store: PostgresTokens, channel: str, account: str) -> None:
        self._store, self._key = store, (channel, account)

    def read(self) -> TokenPair | None:
        """Read the pair again."""
        return self._store.read(*self._key)

    def in_doubt(self) -> bool:
        """Whether an earlier refresh of this pair has no recorded end."""
        return self._store.flag(*self._key, "refreshing_since") is not None

    def lost_reason(self) -> str | None:
        """Why the pair is dead."""
        reason = self._store.flag(*self._key, "lost_reason")
        return None if reason is None else str(reason)

    def begin(self) -> None:
        """Record the attempt; the first one's time stays."""
        self._store.mark(*self._key, "refreshing_since = coalesce(refreshing_since, clock_timestamp())")

    def calm(self) -> None:
        """Take the record back."""
        self._store.mark(*self._key, "refreshing_since = null")

    def save(self, pair: TokenPair) -> None:
        """Store a new pair and clear the marks."""
        self._store.save(*self._key, pair)

    def lost(self, reason: str) -> None:
        """Mark the pair as dead; its tokens stay as they are."""
        self._store.mark(*self._key, "lost_reason = %s", reason)
        _log.critical("token lost", extra={"channel": self._key[0], "error": reason})


def _take(connection: Connection, name: str) -> None:
    try:
        connection.execute("select pg_advisory_lock(hashtextextended(%s, 0))", (name,))
    except (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled) as error:
        raise TokenBusy("another process refreshes the token and takes long") from error
    except psycopg.OperationalError as error:
        raise StorageUnavailable("the token's lock cannot be had") from error


def _place(channel: str, account: str, number: int) -> str:
    return f"token:{channel}:{account}:{'access' if number == 1 else 'refresh'}"
