"""The audit log of operators' acts: it only grows, and each row carries the hash of the one before."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

from gateway.database import Connection

_LOCK = 0x61756474  # "audt": one writer at a time, or two rows could follow the same one
_FIRST = bytes(32)


def write_audit(connection: Connection, actor: str, action: str, target: str, reason: str) -> None:
    """Add a row; call it in the transaction of the act, so that neither is without the other.

    ``target`` is an id or a name, never a person; ``reason`` is the operator's own sentence.
    """
    connection.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))
    row = connection.execute("select hash from audit_log order by id desc limit 1").fetchone()
    previous = bytes(row[0]) if row else _FIRST
    at = datetime.now(UTC)
    connection.execute(
        "insert into audit_log (at, actor, action, target, reason, previous, hash) values (%s, %s, %s, %s, %s, %s, %s)",
        (at, actor, action, target, reason, previous, _hash(previous, at, actor, action, target, reason)),
    )


def first_broken(connection: Connection) -> int | None:
    """Return the id of the first row that does not follow from the one before it, or ``None`` when all do."""
    previous = _FIRST
    rows = connection.execute(
        "select id, at, actor, action, target, reason, previous, hash from audit_log order by id"
    ).fetchall()
    for number, at, actor, action, target, reason, before, digest in rows:
        if bytes(before) != previous or bytes(digest) != _hash(previous, at, actor, action, target, reason):
            return int(number)
        previous = bytes(digest)
    return None


def _hash(previous: bytes, at: datetime, *words: str) -> bytes:
    line = json.dumps([at.astimezone(UTC).isoformat(timespec="microseconds"), *words], ensure_ascii=False)
    return hashlib.sha256(previous + line.encode()).digest()
