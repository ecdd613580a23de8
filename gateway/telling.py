"""How a notice reaches its person: by message, by registered template, or with the answer to his next message.

Contracts Zalo A8 and A12, Messenger B5. A notice is one outbox row of the kind ``notice`` (by template one a dossier).
One that was surely not delivered is turned back to ``dossiers.notices`` instead of becoming a dead letter.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from psycopg.types.json import Jsonb

from connectors.base import Body, Channel, Reach
from core.message import Incoming, Reply, ReplyKind
from dossiers import notices
from dossiers.code import masked
from dossiers.notices import Notice
from gateway.database import Connection
from gateway.inbox import lock_conversations
from gateway.outbox import WAKE_READERS, WAKE_SENDERS, Finished, Settled, ToSend

NOTICE = "notice"
_INSERT = """
    insert into outbox (channel, conversation, dedupe_key, kind, body, state, expires_at, finished_at)
    values (%(channel)s, %(conversation)s, %(key)s, %(kind)s, %(body)s, %(state)s,
            clock_timestamp() + make_interval(secs => %(seconds)s),
            case %(state)s when 'sent' then clock_timestamp() end)
    on conflict (dedupe_key) do nothing
"""
_log = logging.getLogger(__name__)


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Publisher:
    """Writes notices to the outbox in the transaction that marks them as told; see ``dossiers.notices.Publish``."""

    channels: Mapping[str, Channel]
    clock: Callable[[], datetime] = _utc_now

    def __call__(self, connection: Connection, due: Sequence[Notice]) -> set[str]:
        """Store each notice that can reach its person now; returns the keys of the others, which wait.

        Raises:
            StorageUnavailable: the books of reply windows cannot be read.
        """
        ways = {notice.dedupe_key: self._way(notice) for notice in due}
        going = [notice for notice in due if ways[notice.dedupe_key] != "closed"]
        if len(going) < len(due):
            _log.info("notices wait for their person's next message", extra={"count": len(due) - len(going)})
        lock_conversations(connection, [notice.subscriber for notice in going])
        for notice in going:
            self._store(connection, notice, ways[notice.dedupe_key])
        return {key for key, way in ways.items() if way == "closed"}

    def with_answers(self, connection: Connection, finished: Sequence[Finished]) -> None:
        """Store what waited for these people behind the answers to their messages, in the same transaction."""
        answered = {done.item.conversation: done.item.id for done in finished if done.parts and not _pulled(self, done)}
        if not answered:
            return
        found = [
            replace(notice, dedupe_key=f"{answered[notice.subscriber]}:{NOTICE}")
            for notice in notices.waiting(connection, list(answered))
        ]
        for notice in found:
            self._store(connection, notice, "open")
        notices.told(connection, found, self.clock())

    def _way(self, notice: Notice) -> Reach:
        channel = self.channels.get(_channel_of(notice))
        if channel is None:
            return "closed"
        reach = getattr(channel, "reach", None)
        way: Reach = reach(notice.subscriber, refused=notice.shut) if reach else "open"
        return way

    def _store(self, connection: Connection, notice: Notice, way: Reach) -> None:
        channel = self.channels[_channel_of(notice)]
        for nth, body in enumerate(_bodies(channel, notice, way)):
            connection.execute(_INSERT, self._row(channel, notice, nth, body))
        wake = (WAKE_READERS, notice.subscriber) if channel.pulled else (WAKE_SENDERS, "")
        connection.execute("select pg_notify(%s, %s)", wake)

    def _row(self, channel: Channel, notice: Notice, nth: int, body: Body) -> dict[str, Any]:
        """A row is worth sending until the quiet hours begin: what is left then is turned back."""
        return {
            "channel": channel.name, "conversation": notice.subscriber, "key": f"{notice.dedupe_key}:{nth}",
            "kind": NOTICE, "body": Jsonb(body), "state": "sent" if channel.pulled else "open",
            "seconds": notices.seconds_by_day(self.clock()),
        }  # fmt: skip


def turned_back(connection: Connection, item: ToSend, result: Settled) -> bool:
    """Take a notice back that was surely not delivered, in the transaction that closes its outbox row.

    Refused: it takes the next way, a template where there is one, else the person's next message. Too late, or its
    channel off: likewise it is kept. False leaves the row to the dead letters: any other kind, or perhaps delivered.
    """
    if item.kind != NOTICE or item.ambiguous or result.reason == "unknown outcome":
        return False
    row = connection.execute("select dedupe_key from outbox where id = %s", (item.id,)).fetchone()
    told_as = str(row[0]).rpartition(":")[0] if row else ""
    if result.reason == "expired":
        return notices.turn_back(connection, told_as, _utc_now())
    return notices.turn_back(connection, told_as, _utc_now(), shut=True, wait="template" in item.body)


def _bodies(channel: Channel, notice: Notice, way: Reach) -> list[Body]:
    if way == "template":
        newest = {item.code: item for item in notice.items}.values()
        data = [{"ma_ho_so": masked(item.code), "trang_thai": item.status.word} for item in newest]
        return [channel.template(one) for one in data]  # type: ignore[attr-defined]  # see connectors.base.Notifier
    number = hashlib.sha256(notice.dedupe_key.encode()).hexdigest()[:32]
    message = Incoming(channel=channel.name, event_id=number, conversation=notice.subscriber)
    return channel.render(Reply(kind=ReplyKind.STATUS, text=notice.text), message)


def _pulled(publisher: Publisher, done: Finished) -> bool:
    channel = publisher.channels.get(done.item.channel)
    return channel is None or channel.pulled


def _channel_of(notice: Notice) -> str:
    return notice.subscriber.partition(":")[0]
