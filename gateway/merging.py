"""Merging: texts of a person over the pace become one turn, in order and each once, whoever is killed in between.

The set is fixed in one transaction before the bot is asked: the answering message takes a mark, the merged ones are
closed with its number. Handled again, it has the same texts, so the bot's stored answer is to all of them.
"""

from __future__ import annotations

from core.errors import StorageUnavailable
from core.message import Incoming
from gateway.database import Connection
from gateway.inbox import Claimed
from gateway.pace import Sort, sort_of

MOST = 50
MAX_CHARS = 4000  # of a text, as in core.message.Incoming

_FIX = """
    update inbox set merged_into = id
    where id = %s and lease_token = %s and state = 'open' and merged_into is null
"""
_OURS = "select 1 from inbox where id = %s and lease_token = %s and state = 'open'"
# Whatever was ever claimed may be known to the bot already (a dead letter replayed in front of it): it stays apart.
_BEHIND = """
    select id, body, lease_owner is null from inbox
    where conversation = %s and state = 'open' and id > %s order by id limit %s
"""
_CLOSE = """
    update inbox set state = 'done', merged_into = %s, finished_at = clock_timestamp() where id = any(%s)
"""
_MERGED = "select body from inbox where merged_into = %s and id <> %s and body is not null order by id"


class NotOurs(StorageUnavailable):
    """The lease was lost: another worker has the message by now, and nothing may be done with it here."""


def behind(connection: Connection, item: Claimed) -> Sort | None:
    """Return what the next message that waits in the conversation is, ``None`` when there is none."""
    row = connection.execute(_BEHIND, (item.conversation, item.id, 1)).fetchone()
    return sort_of(Incoming.model_validate(row[1])) if row else None


def merge(connection: Connection, item: Claimed) -> Incoming:
    """Return one message with all the texts, fixing them on the first call: the newest one, which its reply names.

    Call it in a transaction.

    Raises:
        NotOurs: the lease was lost.
    """
    if connection.execute(_FIX, (item.id, item.token)).rowcount == 1:
        if closed := _fitting(connection, item):
            connection.execute(_CLOSE, (item.id, closed))
    elif connection.execute(_OURS, (item.id, item.token)).fetchone() is None:
        raise NotOurs("the lease of a message was lost")
    more = [Incoming.model_validate(row[0]) for row in connection.execute(_MERGED, (item.id, item.id))]
    all_of_it = [item.incoming, *more]
    return all_of_it[-1].model_copy(update={"text": "\n".join(message.text for message in all_of_it)})


def _fitting(connection: Connection, item: Claimed) -> list[int]:
    """Numbers of the texts right behind a message that go into one turn with it."""
    chars, fitting = len(item.incoming.text), []
    for number, body, untouched in connection.execute(_BEHIND, (item.conversation, item.id, MOST)).fetchall():
        message = Incoming.model_validate(body)
        chars += len(message.text) + 1
        if not untouched or chars > MAX_CHARS or sort_of(message) is not Sort.TEXT:
            break
        fitting.append(number)
    return fitting
