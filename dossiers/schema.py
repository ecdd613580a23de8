"""The schema ``dossier``: made and kept by one idempotent file, under one lock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from core.dossier import DossierUnavailable
from core.errors import StorageUnavailable

FILE = Path(__file__).parent / "schema.sql"
Connection = psycopg.Connection[Any]
# Gives a connection in one transaction: committed at the end, undone on any error.
Transactions = Callable[[], AbstractContextManager[Connection]]
_LOCK = 0x646F7373  # "doss"


def migrate(url: str) -> None:
    """Make the schema of dossiers or bring it up to date; may be run at any time, by several processes at once.

    Raises:
        DossierUnavailable: the database cannot be reached.
    """
    try:
        with psycopg.connect(url, connect_timeout=5, application_name="motcua-dossier-migrate") as connection:
            connection.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))
            connection.execute(FILE.read_bytes())
    except psycopg.OperationalError as error:
        raise DossierUnavailable("the database of dossiers cannot be reached") from error


def guarded(transactions: Transactions) -> Transactions:
    """Return the same transactions, with the database's absence told as ``DossierUnavailable``."""

    @contextmanager
    def transaction() -> Iterator[Connection]:
        try:
            with transactions() as connection:
                yield connection
        except (psycopg.OperationalError, psycopg.InterfaceError, StorageUnavailable) as error:
            raise DossierUnavailable("the database of dossiers is away") from error

    return transaction
