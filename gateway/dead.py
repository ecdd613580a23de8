"""Dead letters for operators: list them, look at one, and put one back under its old ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.errors import BadInput
from gateway.audit import write_audit
from gateway.database import Connection
from gateway.inbox import WAKE_WORKERS
from gateway.outbox import WAKE_SENDERS

# A replayed answer may be sent for this long, as far as the channel's own window lets it.
REPLAY_SECONDS = 3600.0
_COLUMNS = """
    select d.id, case when d.inbox_id is null then 'outbox' else 'inbox' end, coalesce(d.inbox_id, d.outbox_id),
           coalesce(i.channel, o.channel), coalesce(o.kind, 'message'), d.reason, d.at,
           coalesce(i.attempts, o.attempts), d.resolved_at
    from dead_letter as d left join inbox as i on i.id = d.inbox_id left join outbox as o on o.id = d.outbox_id
"""
_TEXT = """
    select coalesce(
        (select string_agg(m.body ->> 'text', chr(10) order by m.id) from inbox as m
         where m.id = d.inbox_id or m.merged_into = d.inbox_id), o.body::text), d.last_response
    from dead_letter as d left join outbox as o on o.id = d.outbox_id
    where d.id = %s
"""
_ATTEMPTS = """
    select at, outcome, http_status, error_code, ms from attempt
    where outbox_id = (select outbox_id from dead_letter where id = %s) order by id
"""
_REOPEN_INBOX = """
    update inbox set state = 'open', attempts = 0, next_at = clock_timestamp(), finished_at = null
    where id = %s and state = 'dead' and body is not null
"""
_REOPEN_OUTBOX = """
    update outbox set state = 'open', attempts = 0, next_at = clock_timestamp(), finished_at = null,
        expires_at = greatest(expires_at, clock_timestamp() + make_interval(secs => %s))
    where id = %s and state = 'dead' and body is not null
"""


@dataclass(frozen=True)
class DeadLetter:
    """One dead letter without anybody's words. ``table`` and ``row``: the inbox or outbox row that it is about."""

    id: int
    table: str
    row: int
    channel: str
    kind: str
    reason: str
    at: datetime
    attempts: int
    resolved_at: datetime | None


@dataclass(frozen=True)
class Attempt:
    """One call to a platform; ``outcome`` is ``None`` when nobody knows how it went."""

    at: datetime
    outcome: str | None
    http_status: int | None
    error_code: str | None
    ms: int | None


def list_dead(connection: Connection, *, resolved: bool = False, limit: int = 100) -> list[DeadLetter]:
    """Return the newest dead letters that nobody has settled, or with ``resolved`` all."""
    where = "" if resolved else " where d.resolved_at is null"
    rows = connection.execute(f"{_COLUMNS}{where} order by d.id desc limit %s".encode(), (limit,))
    return [DeadLetter(*row) for row in rows]


def show_dead(connection: Connection, number: int) -> tuple[DeadLetter, list[Attempt]]:
    """Return one dead letter with its calls.

    Raises:
        BadInput: there is none of that number.
    """
    row = connection.execute(f"{_COLUMNS} where d.id = %s".encode(), (number,)).fetchone()
    if row is None:
        raise BadInput(f"There is no dead letter {number}: './motcua dead list' shows those there are.")
    return DeadLetter(*row), [Attempt(*item) for item in connection.execute(_ATTEMPTS, (number,))]


def read_text(connection: Connection, number: int, actor: str) -> tuple[str | None, str | None]:
    """Return what the citizen wrote or was to read, and the last response; that somebody looked is on the audit log.

    Call it in one transaction.
    """
    write_audit(connection, actor, "dead_read", f"dead_letter:{number}", "")
    row = connection.execute(_TEXT, (number,)).fetchone()
    return (row[0], row[1]) if row else (None, None)


def replay(connection: Connection, number: int, actor: str, reason: str, *, even_if_sent: bool = False) -> DeadLetter:
    """Put a dead letter's row back under its old ids, so that no effect can happen twice; call it in a transaction.

    A message is handled anew: its answers keep their keys. What may have reached the citizen already goes back only
    with ``even_if_sent``.

    Raises:
        BadInput: there is none, it is settled, its text is purged, or it may have been sent.
    """
    connection.execute("select 1 from dead_letter where id = %s for update", (number,))
    letter, attempts = show_dead(connection, number)
    if letter.resolved_at:
        raise BadInput(f"Dead letter {number} was settled on {letter.resolved_at:%d/%m/%Y %H:%M}.")
    if letter.table == "outbox" and not even_if_sent and any(a.outcome in (None, "unknown") for a in attempts):
        raise BadInput(f"The message of dead letter {number} may have arrived: look, then use --even-if-sent.")
    _reopen(connection, letter)
    connection.execute("update dead_letter set resolved_at = clock_timestamp() where id = %s", (number,))
    write_audit(connection, actor, "dead_replay", f"dead_letter:{number}", reason)
    return letter


def _reopen(connection: Connection, letter: DeadLetter) -> None:
    if letter.table == "inbox":
        done = connection.execute(_REOPEN_INBOX, (letter.row,)).rowcount
        wake = WAKE_WORKERS
    else:
        connection.execute(
            "update attempt set outcome = 'overruled'"
            " where outbox_id = %s and coalesce(outcome, 'unknown') = 'unknown'",
            (letter.row,),
        )
        done = connection.execute(_REOPEN_OUTBOX, (REPLAY_SECONDS, letter.row)).rowcount
        wake = WAKE_SENDERS
    if not done:
        raise BadInput(f"Dead letter {letter.id} cannot be replayed: its text is gone, or its row is not dead.")
    connection.execute("select pg_notify(%s, '')", (wake,))


def as_json(letter: DeadLetter) -> dict[str, Any]:
    """Return a dead letter as JSON values."""
    return {**vars(letter), "at": letter.at.isoformat(timespec="seconds"),
            "resolved_at": letter.resolved_at and letter.resolved_at.isoformat(timespec="seconds")}  # fmt: skip
