"""The books of pushed channels in PostgreSQL: reply windows, charges, people who cannot be reached, echoes."""

from __future__ import annotations

import logging
from datetime import datetime

from connectors.events import Charge
from core.errors import StorageUnavailable
from gateway.database import Pool, transaction

_log = logging.getLogger(__name__)

# A provider's clock may run ahead of ours: a message is never younger than its arrival. Late retries may stand behind
# younger ones, so the last few are looked at.
_LAST = """
    select greatest(
        (select max(least(provider_time, received_at)) from (
            select provider_time, received_at from inbox where conversation = %(conversation)s
            order by seq desc limit 20) as recent),
        (select last_interaction from contact where conversation = %(conversation)s))
"""
# An echo whose id is already the reference of a sent row belongs to that row.
_ECHO = """
    select coalesce(data ->> 'message_id', event_id) from platform_event as e
    where kind = 'echo' and conversation = %(conversation)s and received_at >= %(since)s
      and data ->> 'text_hash' = %(hash)s
      and not exists (select 1 from outbox where conversation = e.conversation and reference = data ->> 'message_id')
    order by received_at limit 1
"""
_UNREACHABLE = """
    insert into contact (conversation, channel, unreachable_code, unreachable_at)
    values (%(conversation)s, split_part(%(conversation)s, ':', 1), %(code)s, clock_timestamp())
    on conflict (conversation) do update set unreachable_code = excluded.unreachable_code,
        unreachable_at = excluded.unreachable_at, updated_at = clock_timestamp()
"""


class PostgresLedger:
    """The ledger of :class:`connectors.events.Ledger`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def last_interaction(self, conversation: str) -> datetime | None:
        """When the person last wrote, pressed, followed or called."""
        with transaction(self._pool) as connection:
            row = connection.execute(_LAST, {"conversation": conversation}).fetchone()
        return row[0] if row else None

    def charged(self, channel: str, conversation: str, charge: Charge) -> None:
        """Write down what a sent message was charged to."""
        self._write(
            "insert into send_charge (channel, conversation, quota, remain, total)"
            " values (%(channel)s, %(conversation)s, %(quota)s, %(remain)s, %(total)s)",
            {"channel": channel, "conversation": conversation, "quota": charge.quota, "remain": charge.remain,
             "total": charge.total},
        )  # fmt: skip

    def unreachable(self, conversation: str, code: str) -> None:
        """Mark that the person cannot be written to."""
        self._write(_UNREACHABLE, {"conversation": conversation, "code": code})

    def echoed(self, conversation: str, text_hash: str, since: datetime) -> str | None:
        """Return the id of an echo with this text that came after ``since`` and belongs to no other message."""
        values = {"conversation": conversation, "hash": text_hash, "since": since}
        with transaction(self._pool) as connection:
            row = connection.execute(_ECHO, values).fetchone()
        return str(row[0]) if row else None

    def _write(self, query: str, values: dict[str, object]) -> None:
        """Write a line of the books; one that cannot be written is said in the log and given up."""
        try:
            with transaction(self._pool) as connection:
                connection.execute(query.encode(), values)
        except StorageUnavailable as error:
            _log.warning("a line of the ledger is missing", extra={"error": str(error)})
