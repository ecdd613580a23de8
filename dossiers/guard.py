"""Counts of tries and verified conversations, kept in PostgreSQL so that all workers share them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dossiers.schema import Connection

PERSON_TRIES = 5
PERSON_WINDOW = timedelta(hours=1)
CODE_TRIES = 10
CODE_WINDOW = timedelta(hours=24)
VERIFIED_FOR = timedelta(minutes=30)

# One statement takes a try: concurrent ones queue on the row, so no two see the same count.
_TAKE = """
    insert into dossier.tries as t (key, started, count) values (%(key)s, %(now)s, 1)
    on conflict (key) do update set
        started = case when t.started <= %(now)s - %(window)s then %(now)s else t.started end,
        count = case when t.started <= %(now)s - %(window)s then 1 else least(t.count + 1, 1000000) end
    returning count, started
"""
_GIVE_BACK = "update dossier.tries set count = greatest(count - 1, 0) where key = %s and started = %s"


@dataclass(frozen=True)
class Taken:
    """A try that was taken from a window; ``free_at`` is when the window ends, ``allowed`` whether it was within."""

    key: bytes
    started: datetime
    allowed: bool
    free_at: datetime


def take(connection: Connection, key: bytes, now: datetime, most: int, window: timedelta) -> Taken:
    """Take one of ``most`` tries in a window that opens with the first; the caller commits before using it."""
    row = connection.execute(_TAKE, {"key": key, "now": now, "window": window}).fetchone()
    assert row is not None  # an upsert returns its row
    return Taken(key, row[1], row[0] <= most, row[1] + window)


def give_back(connection: Connection, taken: Taken) -> None:
    """Return a try that was right: looking at one's own dossiers costs nothing, and wins nothing back either."""
    connection.execute(_GIVE_BACK, (taken.key, taken.started))


def used(connection: Connection, taken: Taken) -> int:
    """Return how many tries of a window are used up."""
    row = connection.execute("select count from dossier.tries where key = %s", (taken.key,)).fetchone()
    return int(row[0]) if row else 0


def remember(connection: Connection, person_key: bytes, code: str, now: datetime) -> None:
    """Keep a conversation verified for a dossier for 30 minutes from now."""
    connection.execute(
        "insert into dossier.verified (person_key, code, until) values (%s, %s, %s)"
        " on conflict (person_key, code) do update set until = excluded.until",
        (person_key, code, now + VERIFIED_FOR),
    )


def is_verified(connection: Connection, person_key: bytes, code: str, now: datetime) -> bool:
    """Tell whether a conversation is still verified for a dossier."""
    found = connection.execute(
        "select 1 from dossier.verified where person_key = %s and code = %s and until > %s", (person_key, code, now)
    ).fetchone()
    return found is not None


def verified_codes(connection: Connection, person_key: bytes, now: datetime) -> list[str]:
    """Return the dossiers for which a conversation is verified, the newest first."""
    rows = connection.execute(
        "select code from dossier.verified where person_key = %s and until > %s order by until desc, code",
        (person_key, now),
    ).fetchall()
    return [row[0] for row in rows]


def forget(connection: Connection, person_key: bytes) -> int:
    """End every verification of a conversation; returns how many there were. Tries stay counted."""
    return connection.execute("delete from dossier.verified where person_key = %s", (person_key,)).rowcount


def purge(connection: Connection, now: datetime) -> int:
    """Delete windows and verifications that have ended; returns how many rows went."""
    tries = connection.execute("delete from dossier.tries where started <= %s", (now - CODE_WINDOW,)).rowcount
    return tries + connection.execute("delete from dossier.verified where until <= %s", (now,)).rowcount
