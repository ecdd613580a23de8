"""The feed: what was said in a web conversation by number, and a wake-up for those who wait for more."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from connectors.web import client_id
from gateway.database import Pool, transaction

PAGE = 100

_SINCE = """
    select seq, 'in', event_id, jsonb_build_object('text', coalesce(body ->> 'text', '')), received_at
    from inbox where conversation = %(conversation)s and seq > %(after)s and channel = 'web'
      and body is not null
    union all
    select seq, 'out', dedupe_key, body, created_at
    from outbox where conversation = %(conversation)s and seq > %(after)s and state = 'sent' and body is not null
    order by 1 limit %(limit)s
"""


def read_since(pool: Pool, conversation: str, after: int) -> list[dict[str, Any]]:
    """Return up to 100 entries of a conversation with numbers above ``after``, in order.

    Numbers are taken under the conversation's lock, so none below an entry seen here can come up later.

    Raises:
        StorageUnavailable: the database cannot be read.
    """
    with transaction(pool) as connection:
        rows = connection.execute(_SINCE, {"conversation": conversation, "after": after, "limit": PAGE}).fetchall()
    return [_entry(*row) for row in rows]


def _entry(seq: int, direction: str, key: str, body: dict[str, Any], at: Any) -> dict[str, Any]:
    entry = {"seq": seq, "direction": direction, "at": at.isoformat(timespec="milliseconds"), **body}
    return entry | {"id": client_id(key) if direction == "in" else key}


class Hub:
    """Wakes those who wait for a conversation. Lives on one event loop; :meth:`wake` may come from any thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    @contextmanager
    def subscribe(self, conversation: str) -> Iterator[asyncio.Event]:
        """Give an event that is set whenever the conversation may have news."""
        event = asyncio.Event()
        self._waiting[conversation].add(event)
        try:
            yield event
        finally:
            self._waiting[conversation].discard(event)
            if not self._waiting[conversation]:
                del self._waiting[conversation]

    def wake(self, conversation: str) -> None:
        """Say that a conversation has news; the empty name wakes all (after a gap in listening)."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake, conversation)

    def _wake(self, conversation: str) -> None:
        groups = [self._waiting.get(conversation, set())] if conversation else list(self._waiting.values())
        for group in groups:
            for event in group:
                event.set()
