"""The audit log of look-ups: append-only, each line hashed over the line before; keyed hashes instead of names."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dossiers.schema import Connection

_LOCK = "select pg_advisory_xact_lock(hashtextextended('dossier.audit', 0))"
_LAST = "select id, hash from dossier.audit order by id desc limit 1"
_INSERT = """
    insert into dossier.audit (id, at, event, outcome, person_key, code_key, hash) values (%s, %s, %s, %s, %s, %s, %s)
"""
_ALL = "select id, at, event, outcome, person_key, code_key, hash from dossier.audit order by id"
_START = b"\0" * 32


@dataclass(frozen=True)
class Entry:
    """One line: what happened with what outcome, by whom and about what (keyed hashes, never names or codes)."""

    at: datetime
    event: str
    outcome: str
    person_key: bytes | None = None
    code_key: bytes | None = None


def append(connection: Connection, entry: Entry) -> None:
    """Add a line in the caller's transaction; writers wait for each other, so call it last."""
    connection.execute(_LOCK)
    last = connection.execute(_LAST).fetchone()
    number, before = (last[0] + 1, bytes(last[1])) if last else (1, _START)
    connection.execute(
        _INSERT,
        (number, entry.at, entry.event, entry.outcome, entry.person_key, entry.code_key,
         _hash(before, number, entry)),
    )  # fmt: skip


def first_broken(connection: Connection) -> int | None:
    """Return the number of the first line that was changed, or whose predecessor is missing; ``None`` if all hold.

    Lines cut off at the end cannot be seen from within: keep the last number and hash elsewhere to find that too.
    """
    before, expected = _START, 1
    for number, *fields, stored in connection.execute(_ALL):
        if number != expected or bytes(stored) != _hash(before, number, Entry(*map(_plain, fields))):
            return expected
        before, expected = bytes(stored), expected + 1
    return None


def _hash(before: bytes, number: int, entry: Entry) -> bytes:
    parts = (
        before, str(number).encode(), str(int(entry.at.timestamp() * 1_000_000)).encode(), entry.event.encode(),
        entry.outcome.encode(), entry.person_key or b"", entry.code_key or b"",
    )  # fmt: skip
    return hashlib.sha256(b"".join(struct.pack(">I", len(part)) + part for part in parts)).digest()


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
