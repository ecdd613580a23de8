"""Platform events that are not messages: kept once, each with its effect in the same transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

from connectors.events import STORED, EventKind, PlatformEvent
from gateway.database import Connection
from gateway.metrics import HANDOFF_WAIT

if TYPE_CHECKING:
    from gateway.sealing import Sealer

# While a member of staff talks with a person the assistant keeps silent; each further reply prolongs it.
STAFF_PAUSE = timedelta(minutes=60)
# A thread that another app owns comes back to ours when that app passes it on, or is idle for a day.
OTHER_OWNER_PAUSE = timedelta(hours=24)
# Withdrawal of consent is carried out within 15 days (reliability page §3).
WITHDRAW_DAYS = timedelta(days=15)

_INSERT = """
    insert into platform_event (channel, event_id, kind, name, conversation, at, data, key_id, private)
    values (%(channel)s, %(event_id)s, %(kind)s, %(name)s, %(conversation)s, %(at)s, %(data)s, %(key_id)s, %(private)s)
    on conflict (channel, event_id) do nothing
"""
_INTERACTION = """
    insert into contact (conversation, channel, last_interaction)
    values (%(conversation)s, %(channel)s, least(%(at)s::timestamptz, clock_timestamp()))
    on conflict (conversation) do update set
        last_interaction = greatest(contact.last_interaction, excluded.last_interaction),
        unreachable_code = null, unreachable_at = null, updated_at = clock_timestamp()
"""
_FOLLOWS = """
    insert into contact (conversation, channel, follows) values (%(conversation)s, %(channel)s, %(follows)s)
    on conflict (conversation) do update set follows = excluded.follows, updated_at = clock_timestamp()
"""
_PAUSE = """
    insert into thread_pause (conversation, until, reason)
    values (%(conversation)s, least(%(at)s::timestamptz, clock_timestamp()) + %(pause)s, %(kind)s)
    on conflict (conversation) do update set
        until = greatest(thread_pause.until, excluded.until), reason = excluded.reason
"""
# The wait ends with the first word of staff after a hand-off; later words find an earlier one in between.
_HANDED_OVER = """
    select extract(epoch from clock_timestamp() - max(o.created_at)) from outbox as o
    where o.conversation = %(conversation)s and o.kind = 'handoff'
      and o.created_at > clock_timestamp() - interval '1 day'
      and not exists (select 1 from platform_event as e where e.conversation = o.conversation
                      and e.kind = 'staff_reply' and e.received_at > o.created_at
                      and (e.channel, e.event_id) <> (%(channel)s, %(event_id)s))
"""
_SUBJECT_REQUEST = """
    insert into subject_request (channel, event_id, conversation, kind, due_at)
    values (%(channel)s, %(event_id)s, %(conversation)s, 'withdraw', clock_timestamp() + %(due)s)
    on conflict (channel, event_id) do nothing
"""


def record(connection: Connection, events: Sequence[PlatformEvent], sealer: Sealer | None) -> int:
    """Store the events that have an effect, carry it out for those that are new, and return how many were.

    Call it in one transaction.
    """
    return sum(_record(connection, event, sealer) for event in events if event.kind in STORED)


def is_paused(connection: Connection, conversation: str) -> bool:
    """Tell whether a member of staff has this conversation in hand."""
    row = connection.execute(
        "select 1 from thread_pause where conversation = %s and until > clock_timestamp()", (conversation,)
    ).fetchone()
    return row is not None


def _record(connection: Connection, event: PlatformEvent, sealer: Sealer | None) -> bool:
    values = {"channel": event.channel, "event_id": event.event_id, "kind": event.kind.value, "name": event.name,
              "conversation": event.conversation, "at": event.at, "data": Jsonb(dict(event.data)),
              **_sealed(event, sealer)}  # fmt: skip
    if connection.execute(_INSERT, values).rowcount != 1:
        return False
    effect = _EFFECTS.get(event.kind)
    if effect and event.conversation:
        effect(connection, values)
    return True


def _sealed(event: PlatformEvent, sealer: Sealer | None) -> dict[str, Any]:
    if not event.private or sealer is None:
        return {"key_id": None, "private": None}
    text = json.dumps(dict(event.private), ensure_ascii=False)
    sealed = sealer.seal(text, f"event:{event.channel}:{event.event_id}")
    return {"key_id": sealed.key_id, "private": sealed.data}


def _interaction(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(_INTERACTION, values)


def _follow(connection: Connection, values: Mapping[str, Any]) -> None:
    _interaction(connection, values)
    connection.execute(_FOLLOWS, {**values, "follows": True})


def _unfollow(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(_FOLLOWS, {**values, "follows": False})


def _staff_reply(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(_PAUSE, {**values, "pause": STAFF_PAUSE})
    row = connection.execute(_HANDED_OVER, values).fetchone()
    if row and row[0] is not None:
        HANDOFF_WAIT.observe(float(row[0]))


def _handover(connection: Connection, values: Mapping[str, Any]) -> None:
    """Answer again when the thread is ours, and keep silent while it is another app's (``data.owner``)."""
    owner = values["data"].obj.get("owner")
    if owner == "ours":
        connection.execute("delete from thread_pause where conversation = %(conversation)s", values)
    elif owner:
        connection.execute(_PAUSE, {**values, "pause": OTHER_OWNER_PAUSE})


def _withdraw(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(_SUBJECT_REQUEST, {**values, "due": WITHDRAW_DAYS})


_EFFECTS: dict[EventKind, Callable[[Connection, Mapping[str, Any]], None]] = {
    EventKind.FOLLOW: _follow,
    EventKind.UNFOLLOW: _unfollow,
    EventKind.CONTACT: _interaction,
    EventKind.INFO: _interaction,
    EventKind.FEEDBACK: _interaction,
    EventKind.STAFF_REPLY: _staff_reply,
    EventKind.WITHDRAW: _withdraw,
    EventKind.HANDOVER: _handover,
}
