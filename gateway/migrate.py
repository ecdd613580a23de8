"""Migrations: numbered SQL files, each in one transaction, under one lock; killed at any point, run again."""

from __future__ import annotations

import hashlib
from pathlib import Path

import psycopg

from core.errors import SetupError, StorageUnavailable
from dossiers.schema import migrate as migrate_dossiers

FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x6D6F7463  # "motc": one migrator at a time, whichever process


def migrate(url: str) -> list[str]:
    """Bring the database to the newest schema, that of dossiers too, and return the files applied now.

    Raises:
        SetupError: an applied file was changed since.
        StorageUnavailable, DossierUnavailable: the database cannot be reached.
    """
    try:
        with psycopg.connect(url, autocommit=True, application_name="motcua-migrate", connect_timeout=5) as connection:
            connection.execute("select pg_advisory_lock(%s)", (_LOCK,))
            connection.execute(
                "create table if not exists schema_migration ("
                " name text primary key, sha256 text not null, applied_at timestamptz not null default now())"
            )
            applied = [path.name for path in sorted(FOLDER.glob("[0-9]*.sql")) if _apply(connection, path)]
            migrate_dossiers(url)
    except psycopg.OperationalError as error:
        raise StorageUnavailable("the database cannot be reached for its migrations") from error
    return applied


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
