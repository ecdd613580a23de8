"""Migrations: numbered SQL files, each in one transaction, under one lock; killed at any point, run again."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import psycopg

from core.dossier import DossierUnavailable
from core.errors import SetupError, StorageUnavailable
from dossiers.schema import migrate as migrate_dossiers

FOLDER = Path(__file__).parent / "migrations"
# The processes start together with the database, or while it recovers.
START_SECONDS = 30.0
_AGAIN_SECONDS = 0.3
_LOCK = 0x6D6F7463  # "motc": one migrator at a time, whichever process


def migrate(url: str, wait_seconds: float = 0.0) -> list[str]:
    """Bring the database to the newest schema, that of dossiers too, and return the files applied now.

    A database that is away (or recovers) is waited for up to ``wait_seconds``.

    Raises:
        SetupError: an applied file was changed since.
        StorageUnavailable: the database cannot be reached.
    """
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            applied = _migrate(url)
            migrate_dossiers(url)
        except (psycopg.OperationalError, DossierUnavailable) as error:
            if time.monotonic() >= deadline:
                raise StorageUnavailable("the database cannot be reached for its migrations") from error
            time.sleep(_AGAIN_SECONDS)
        else:
            return applied


def _migrate(url: str) -> list[str]:
    # A migrator that was killed in mid-statement must not hold the lock until that statement ends.
    options = "-c client_connection_check_interval=1s"
    with psycopg.connect(
        url, autocommit=True, application_name="motcua-migrate", connect_timeout=5, options=options
    ) as connection:
        connection.execute("select pg_advisory_lock(%s)", (_LOCK,))
        connection.execute(
            "create table if not exists schema_migration ("
            " name text primary key, sha256 text not null, applied_at timestamptz not null default now())"
        )
        return [path.name for path in sorted(FOLDER.glob("[0-9]*.sql")) if _apply(connection, path)]


def _apply(connection: psycopg.Connection, path: Path) -> bool:
    text = path.read_text(encoding="utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()
    row = connection.execute("select sha256 from schema_migration where name = %s", (path.name,)).fetchone()
    if row:
        if row[0] != digest:
            raise SetupError(f"Migration {path.name} changed after it was applied: restore it and add a new file.")
        return False
    with connection.transaction():
        connection.execute(text.encode())
        connection.execute("insert into schema_migration (name, sha256) values (%s, %s)", (path.name, digest))
    return True
