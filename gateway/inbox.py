"""The inbox: what citizens sent, stored before it is acknowledged and handled once, in order within a conversation.

Order: numbers are handed out before commit, so every insert first takes the conversation's lock and keeps it until
commit; two writers of one conversation can then not commit in the other order than their numbers.
Fence: a claim writes a fresh random token and finishing must find it again: a worker taken for dead has no say.
A claim whose answer was lost has perhaps happened: repeated under its token it takes the same rows, which nobody holds.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from core.message import Incoming
from gateway.database import Connection

WAKE_WORKERS = "motcua_inbox"
LEASE_SECONDS = 60.0
OWNER_LOCKS = 0x6D63  # class of the advisory locks that living workers hold, by owner number

# Sorted by lock number, so that two batches that share conversations cannot wait for each other in a circle.
LOCK_CONVERSATIONS = """
    select pg_advisory_xact_lock(n) from (
        select distinct hashtextextended(c, 0) as n from unnest(%s::text[]) as c order by n) as sorted
"""

_INSERT = """
    insert into inbox (channel, event_id, conversation, provider_time, body, trace)
    select channel, event_id, conversation, provider_time, body, trace
    from unnest(%s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::jsonb[], %s::text[])
        with ordinality as m (channel, event_id, conversation, provider_time, body, trace, nth)
    order by nth
    on conflict (channel, event_id) do nothing
    returning channel, event_id
"""

# An older open message bars its conversation whether it is waiting, leased or backing off: that is what keeps order.
# A row that another worker takes first is checked again under its lock and drops out (its lease is then alive).
_CLAIM = """
    with picked as (
        select id from inbox as i
        where state = 'open' and next_at <= clock_timestamp()
          and (lease_until is null or lease_until <= clock_timestamp() or lease_token = %(token)s)
          and not exists (select 1 from inbox as o
                          where o.conversation = i.conversation and o.state = 'open' and o.id < i.id)
        order by id limit %(limit)s for update skip locked)
    update inbox set lease_token = %(token)s, lease_owner = %(owner)s,
                     attempts = attempts + (lease_token is distinct from %(token)s)::integer,
                     lease_until = clock_timestamp() + make_interval(secs => %(seconds)s)
    from picked where inbox.id = picked.id
    returning inbox.id, channel, conversation, body, attempts, lease_token, received_at, trace, (
        select count(*) from (
            select received_at from inbox as r where r.conversation = inbox.conversation and r.seq < inbox.seq
            order by seq desc limit %(count_to)s) as before
        where before.received_at > inbox.received_at - interval '1 minute')
"""

_FINISH = """
    update inbox set state = 'done', lease_token = null, lease_until = null, finished_at = clock_timestamp()
    from unnest(%s::bigint[], %s::uuid[]) as f (id, token)
    where inbox.id = f.id and inbox.lease_token = f.token and inbox.state = 'open'
    returning inbox.id
"""

_POSTPONE = """
    update inbox set lease_token = null, lease_until = null, attempts = attempts - %s,
                     next_at = clock_timestamp() + make_interval(secs => %s)
    where id = %s and lease_token = %s and state = 'open'
"""

_BURY = """
    update inbox set state = 'dead', lease_token = null, lease_until = null, finished_at = clock_timestamp()
    where id = %s and lease_token = %s and state = 'open'
"""

_FREE_ORPHANS = """
    update {table} set lease_until = clock_timestamp()
    where state = 'open' and lease_until > clock_timestamp() and lease_owner not in (
        select objid::bigint::integer from pg_locks where locktype = 'advisory' and classid = %s and granted)
"""


@dataclass(frozen=True)
class Claimed:
    """An inbox row in the hands of one worker; ``token`` is its right to finish it.

    ``minute``: how many messages of the conversation came in the minute before it, counted up to the caller's limit.
    """

    id: int
    channel: str
    conversation: str
    incoming: Incoming
    attempts: int
    token: uuid.UUID
    received_at: datetime
    trace: str | None
    minute: int = 0


def lock_conversations(connection: Connection, conversations: Sequence[str]) -> None:
    """Take the order locks of conversations until the transaction ends."""
    connection.execute(LOCK_CONVERSATIONS, (list(conversations),))


def accept(connection: Connection, messages: Sequence[Incoming], traces: Sequence[str | None] = ()) -> list[bool]:
    """Store messages and tell for each whether it is new (``False`` = this event was stored before).

    Call it in a transaction; the messages are accepted when that has committed.
    """
    if not messages:
        return []
    lock_conversations(connection, [message.conversation for message in messages])
    columns = (
        [message.channel for message in messages],
        [message.event_id for message in messages],
        [message.conversation for message in messages],
        [message.provider_time for message in messages],
        [Jsonb(message.model_dump(mode="json", exclude_defaults=True)) for message in messages],
        list(traces) or [None] * len(messages),
    )
    fresh = {(row[0], row[1]) for row in connection.execute(_INSERT, columns)}
    if fresh:
        connection.execute("select pg_notify(%s, '')", (WAKE_WORKERS,))
    new = []
    for message in messages:
        key = (message.channel, message.event_id)
        new.append(key in fresh)
        fresh.discard(key)  # the second copy in one batch is a duplicate
    return new


def claim(  # noqa: PLR0913 - what is claimed has as many sides
    connection: Connection,
    owner: int,
    limit: int,
    seconds: float = LEASE_SECONDS,
    count_to: int = 0,
    *,
    token: uuid.UUID | None = None,
) -> list[Claimed]:
    """Take up to ``limit`` messages, each the oldest open one of its conversation, for ``seconds``.

    ``token``: the claim's right to finish them, a fresh one or that of a claim whose answer never came.
    """
    # Losing a claim in a crash is harmless (the row is simply free again), so it need not wait for the disk.
    connection.execute("set local synchronous_commit = off")
    values = {"token": token or uuid.uuid4(), "owner": owner, "limit": limit, "seconds": seconds, "count_to": count_to}
    rows = connection.execute(_CLAIM, values).fetchall()
    return sorted((_claimed(row) for row in rows), key=lambda item: item.id)


def _claimed(row: tuple[Any, ...]) -> Claimed:
    return Claimed(
        id=row[0], channel=row[1], conversation=row[2], incoming=Incoming.model_validate(row[3]), attempts=row[4],
        token=row[5], received_at=row[6], trace=row[7], minute=row[8],
    )  # fmt: skip


def mark_done(connection: Connection, items: Sequence[Claimed]) -> set[int]:
    """Close the rows whose token still fits and return their ids; the others belong to somebody else by now."""
    ids, tokens = [item.id for item in items], [item.token for item in items]
    return {row[0] for row in connection.execute(_FINISH, (ids, tokens))}


def postpone(connection: Connection, item: Claimed, seconds: float, *, counted: bool = True) -> bool:
    """Give a message back for a later try; ``counted`` is false when the try says nothing about the message."""
    return connection.execute(_POSTPONE, (0 if counted else 1, seconds, item.id, item.token)).rowcount == 1


def mark_dead(connection: Connection, item: Claimed, reason: str, last_response: str | None) -> bool:
    """Move a message to the dead letters if its token still fits."""
    if connection.execute(_BURY, (item.id, item.token)).rowcount != 1:
        return False
    connection.execute(
        "insert into dead_letter (inbox_id, reason, last_response) values (%s, %s, %s)",
        (item.id, reason, last_response),
    )
    return True


def hold_owner(connection: Connection, owner: int) -> None:
    """Show on this connection that the worker lives; the lock goes when the process or the connection does."""
    connection.execute("select pg_advisory_lock(%s, %s)", (OWNER_LOCKS, owner))


def free_orphans(connection: Connection) -> int:
    """Free the leases of workers that are gone; a wrong guess is harmless, as tokens fence. Returns how many."""
    freed = 0
    for table in ("inbox", "outbox"):
        freed += connection.execute(_FREE_ORPHANS.format(table=table), (OWNER_LOCKS,)).rowcount
    return freed
