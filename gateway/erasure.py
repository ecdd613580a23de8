"""Erasure: what a person asked to be erased in chat, or withdrew consent for on Zalo, goes, and that is audited.

Emptied: the words of both directions, the bot's tracker, what platforms told about the person, dead letters'
responses. Deleted: contact, verifications, subscriptions, notices, sealed values. Kept: times and numbers of messages
without their content, which fence off late copies of the same events (they go after 90 days); tries, which guard the
dossiers of others (a day); the request itself and both audit logs.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from core.dossier import DossierUnavailable
from core.errors import StorageUnavailable
from dossiers import audit, guard, subscriptions
from dossiers.facts import Secret
from gateway.audit import write_audit
from gateway.database import Connection, Pool, transaction
from gateway.inbox import lock_conversations

_MOST = 100  # requests a round
# While something of the person is in hand or on its way, the answer to his request among it, the erasure waits.
_NEXT = """
    select id, conversation, kind, received_at from subject_request as r
    where state = 'open' and kind in ('erase', 'withdraw') and id > %s
      and not exists (select 1 from inbox where conversation = r.conversation and state = 'open')
      and not exists (select 1 from outbox where conversation = r.conversation and state = 'open')
    order by id limit 1
"""
_IN_HAND = """
    select 1 where exists (select 1 from inbox where conversation = %(conversation)s and state = 'open')
                or exists (select 1 from outbox where conversation = %(conversation)s and state = 'open')
"""
_EMPTIED = (
    "update dead_letter set last_response = null, resolved_at = coalesce(resolved_at, clock_timestamp())"
    " where inbox_id in (select id from inbox where conversation = %(conversation)s and received_at <= %(until)s)"
    " or outbox_id in (select id from outbox where conversation = %(conversation)s and created_at <= %(until)s)",
    "update inbox set body = null, raw = null where conversation = %(conversation)s and received_at <= %(until)s",
    "update outbox set body = null where conversation = %(conversation)s and created_at <= %(until)s",
    "update platform_event set data = '{}', private = null, key_id = null"
    " where conversation = %(conversation)s and received_at <= %(until)s",
    "delete from contact where conversation = %(conversation)s",
    "update send_charge set conversation = '' where conversation = %(conversation)s",
)
_TRACKER = "delete from rasa.events where sender_id = %(conversation)s"
_log = logging.getLogger(__name__)


def erase_due(pool: Pool, secret: Secret, now: datetime | None = None) -> int:
    """Carry out the requests that wait, each in one transaction; returns how many were carried out."""
    done, last = 0, 0
    try:
        while done < _MOST:
            with transaction(pool) as connection:
                row = connection.execute(_NEXT, (last,)).fetchone()
                if row is None:
                    break
                last = row[0]
                done += _carry_out(connection, secret, row, now or datetime.now(UTC))
    except (StorageUnavailable, DossierUnavailable) as error:
        _log.warning("erasure later", extra={"error": str(error)})
    return done


def _carry_out(connection: Connection, secret: Secret, row: tuple[Any, ...], now: datetime) -> bool:
    """Erase under the conversation's order lock, so that no message of the person comes in between."""
    number, conversation, kind, received_at = row
    lock_conversations(connection, [conversation])
    values = {"conversation": conversation, "until": received_at}
    if connection.execute(_IN_HAND, values).fetchone():
        return False
    closed = "update subject_request set state = 'done', finished_at = %s where id = %s and state = 'open'"
    if connection.execute(closed, (now, number)).rowcount != 1:
        return False
    for statement in _EMPTIED:
        connection.execute(statement.encode(), values)
    _forget_turns(connection, values)
    person = secret.person(conversation)
    guard.forget(connection, person)
    connection.execute("delete from dossier.vault where person_key = %s", (person,))
    subscriptions.erase(connection, conversation)
    audit.append(connection, audit.Entry(now, "erase", "done", person))
    write_audit(connection, "assistant", "erase", f"subject_request:{number}", kind)
    return True


def _forget_turns(connection: Connection, values: dict[str, Any]) -> None:
    """The bot's own table, in a schema of its own that is not there before the bot's first start."""
    row = connection.execute("select to_regclass('rasa.events') is not null").fetchone()
    if row and row[0]:
        connection.execute(_TRACKER, values)
