"""The outbox: what is to reach citizens, written in the transaction that finished the message it answers."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from connectors.base import Outcome
from gateway.database import Connection
from gateway.inbox import Claimed, lock_conversations, mark_dead, mark_done

WAKE_SENDERS = "motcua_outbox"
WAKE_READERS = "motcua_reply"
# Kinds whose second copy does more harm than a missing one: never sent again after an attempt of unknown outcome.
NEVER_TWICE = frozenset({"survey", "broadcast", "handoff", "handoff_notice"})

_INSERT = """
    insert into outbox (inbox_id, channel, conversation, dedupe_key, kind, body, state, expires_at, finished_at)
    select inbox_id, channel, conversation, dedupe_key, kind, body, state,
           clock_timestamp() + make_interval(secs => seconds),
           case state when 'sent' then clock_timestamp() end
    from unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::jsonb[], %s::text[], %s::float8[])
        with ordinality as o (inbox_id, channel, conversation, dedupe_key, kind, body, state, seconds, nth)
    order by nth
    on conflict (dedupe_key) do nothing
"""

_CLAIM = """
    with picked as (
        select id from outbox as o
        where state = 'open' and next_at <= clock_timestamp() and channel <> all (%(paused)s)
          and (%(channel)s::text is null or channel = %(channel)s)
          and (lease_until is null or lease_until <= clock_timestamp() or lease_token = %(token)s)
          and not exists (select 1 from outbox as p
                          where p.conversation = o.conversation and p.state = 'open' and p.id < o.id)
        order by id limit %(limit)s for update skip locked)
    update outbox set lease_token = %(token)s, lease_owner = %(owner)s,
                      lease_until = clock_timestamp() + make_interval(secs => %(seconds)s)
    from picked where outbox.id = picked.id
    returning outbox.id, channel, conversation, kind, body, attempts, lease_token,
              expires_at <= clock_timestamp(),
              exists (select 1 from attempt where outbox_id = outbox.id and coalesce(outcome, 'unknown') = 'unknown'),
              (select received_at from inbox where inbox.id = outbox.inbox_id)
"""

_SETTLE = """
    update outbox set state = %(state)s, reference = %(reference)s, lease_token = null, lease_until = null,
        attempts = attempts + %(counts)s, next_at = clock_timestamp() + make_interval(secs => %(delay)s),
        finished_at = case when %(state)s = 'open' then null else clock_timestamp() end
    where id = %(id)s and lease_token = %(token)s and state = 'open'
"""


@dataclass(frozen=True)
class Part:
    """One message to send, as its channel renders it. ``seconds``: how long it is still worth sending.

    ``pulled``: the citizen's side fetches it by its number (web), so that being stored is being sent.
    """

    kind: str
    body: Mapping[str, Any]
    pulled: bool = False
    seconds: float = 24 * 3600.0


@dataclass(frozen=True)
class Finished:
    """A handled message with the parts that answer it, in order."""

    item: Claimed
    parts: Sequence[Part] = ()
    label: str = ""  # in place of the number in the keys: "dead" for an apology


@dataclass(frozen=True)
class ToSend:
    """An outbox row in the hands of one sender. ``ambiguous``: an earlier attempt has no known outcome."""

    id: int
    channel: str
    conversation: str
    kind: str
    body: dict[str, Any]
    attempts: int
    token: uuid.UUID
    expired: bool
    ambiguous: bool
    received_at: datetime | None = None  # of the message that it answers


@dataclass(frozen=True)
class Settled:
    """What becomes of an outbox row after a try: sent, dead, or open again after ``delay`` seconds."""

    state: str
    delay: float = 0.0
    counts: bool = True
    reference: str | None = None
    reason: str | None = None
    last_response: str | None = field(default=None, repr=False)


def finish(connection: Connection, batch: Sequence[Finished]) -> set[int]:
    """Close handled messages and store their answers; returns the ids whose token still fitted.

    Call it in one transaction: both happen or neither does. Rows whose token no longer fits leave nothing behind.
    """
    lock_conversations(connection, [done.item.conversation for done in batch])
    hit = mark_done(connection, [done.item for done in batch])
    put(connection, [done for done in batch if done.item.id in hit])
    return hit


def bury(connection: Connection, done: Finished, reason: str, last_response: str | None) -> bool:
    """Make a message a dead letter and store its apology; false when its token no longer fits."""
    lock_conversations(connection, [done.item.conversation])
    if not mark_dead(connection, done.item, reason, last_response):
        return False
    put(connection, [done])
    return True


def put(connection: Connection, batch: Iterable[Finished]) -> None:
    """Insert parts under the keys ``inbox id:number``; the caller holds the conversations' locks."""
    rows = [
        (done.item.id, done.item.channel, done.item.conversation, f"{done.item.id}:{done.label or number}",
         part.kind, Jsonb(part.body), "sent" if part.pulled else "open", part.seconds)
        for done in batch for number, part in enumerate(done.parts)
    ]  # fmt: skip
    if not rows:
        return
    connection.execute(_INSERT, [list(column) for column in zip(*rows, strict=True)])
    for conversation in {row[2] for row in rows if row[6] == "sent"}:
        connection.execute("select pg_notify(%s, %s)", (WAKE_READERS, conversation))
    if any(row[6] == "open" for row in rows):
        connection.execute("select pg_notify(%s, '')", (WAKE_SENDERS,))


def claim(  # noqa: PLR0913 - what is claimed has as many sides
    connection: Connection,
    owner: int,
    limit: int,
    paused: Sequence[str] = (),
    seconds: float = 60.0,
    *,
    channel: str | None = None,
    token: uuid.UUID | None = None,
) -> list[ToSend]:
    """Take up to ``limit`` rows to send, each the oldest open one of its conversation.

    Rows of ``paused`` channels stay; with ``channel`` all others do. ``token``: as in :func:`gateway.inbox.claim`.
    """
    connection.execute("set local synchronous_commit = off")
    values = {"paused": list(paused), "channel": channel, "token": token or uuid.uuid4(), "limit": limit,
              "owner": owner, "seconds": seconds}  # fmt: skip
    rows = connection.execute(_CLAIM, values).fetchall()
    return sorted((ToSend(*row) for row in rows), key=lambda item: item.id)


def begin_attempt(connection: Connection, item: ToSend) -> int:
    """Record that a call is about to be made; commit before making it. Returns the attempt's id."""
    row = connection.execute("insert into attempt (outbox_id) values (%s) returning id", (item.id,)).fetchone()
    assert row is not None  # an insert returns its row
    return int(row[0])


def first_attempt(connection: Connection, item: ToSend) -> datetime:
    """Return when a row was first tried."""
    row = connection.execute("select min(at) from attempt where outbox_id = %s", (item.id,)).fetchone()
    assert row is not None  # an aggregate returns its row
    return row[0]  # type: ignore[no-any-return]


def end_attempt(connection: Connection, attempt: int, outcome: Outcome, ms: int) -> None:
    """Record how a call went and how long it took, in milliseconds."""
    connection.execute(
        "update attempt set outcome = %s, ms = %s, http_status = %s, error_code = %s where id = %s",
        (outcome.kind, ms, outcome.http_status, outcome.code, attempt),
    )


# Told of a row that ends without being delivered; true when its matter lives on elsewhere, so it is no dead letter.
TurnBack = Callable[[Connection, ToSend, Settled], bool]


def settle(connection: Connection, item: ToSend, result: Settled, turn_back: TurnBack | None = None) -> bool:
    """Close, bury or postpone an outbox row if its token still fits."""
    values = {"id": item.id, "token": item.token, "state": result.state, "delay": result.delay,
              "counts": int(result.counts), "reference": result.reference}  # fmt: skip
    if connection.execute(_SETTLE, values).rowcount != 1:
        return False
    if result.state == "dead" and not (turn_back and turn_back(connection, item, result)):
        connection.execute(
            "insert into dead_letter (outbox_id, reason, last_response) values (%s, %s, %s)",
            (item.id, result.reason, result.last_response),
        )
    return True
