"""The database: a bounded pool of connections, and psycopg's errors translated into ours."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg.rows import TupleRow, tuple_row
from psycopg_pool import ConnectionPool, PoolTimeout, TooManyRequests

from core.errors import StorageUnavailable

T = TypeVar("T")
_log = logging.getLogger(__name__)
_AGAIN_SECONDS = 0.2
Connection = psycopg.Connection[TupleRow]
Pool = ConnectionPool[Connection]

# The server ends what a stuck client leaves behind: a lock that nobody holds knowingly, a statement that nobody awaits.
_SERVER_OPTIONS = "-c statement_timeout=15s -c lock_timeout=10s -c idle_in_transaction_session_timeout=20s"


def open_pool(url: str, size: int, name: str) -> Pool:
    """Open a pool of at most ``size`` connections that waits 2 s for a free one; it opens without a database too.

    A failed reconnection is given up soon, as the next caller begins a new one: the pool's own pauses would grow and
    make the recovery late.
    """
    return ConnectionPool(
        url,
        min_size=1,
        max_size=size,
        timeout=2.0,
        max_waiting=200,
        max_idle=60.0,
        reconnect_timeout=0.5,
        kwargs=connect_options(name),
        name=name,
        open=True,
    )


def connect_options(name: str) -> dict[str, Any]:
    """Return the options of every connection of ours."""
    return {
        "autocommit": True,
        "application_name": name,
        "connect_timeout": 3,
        "options": _SERVER_OPTIONS,
        "row_factory": tuple_row,
    }


@contextmanager
def transaction(pool: Pool) -> Iterator[Connection]:
    """Give a connection in one transaction: committed at the end, undone on any error.

    Raises:
        StorageUnavailable: no connection, no room, or the database went away; nothing is known to be stored.
    """
    try:
        with pool.connection() as connection, connection.transaction():
            yield connection
    except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, TooManyRequests) as error:
        raise StorageUnavailable(f"database: {type(error).__name__} {getattr(error, 'sqlstate', None)}") from error


def persist(pool: Pool, work: Callable[[Connection], T], seconds: float) -> T:
    """Run ``work`` in a transaction, again and again while the database is away, for up to ``seconds``.

    Only for work that a fence makes harmless to repeat: a commit whose answer was lost has happened.

    Raises:
        StorageUnavailable: the database stayed away.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            with transaction(pool) as connection:
                return work(connection)
        except StorageUnavailable as error:
            _log.warning("cannot store, trying again", extra={"error": str(error)})
            if time.monotonic() > deadline:
                raise
            time.sleep(_AGAIN_SECONDS)
