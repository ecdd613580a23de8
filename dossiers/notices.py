"""From changes of status to notices: each change reaches each subscriber exactly once, at a decent hour.

Two steps, each wholly in the caller's transaction, so that a kill at any point undoes or keeps both sides of it:

1. ``Feed.gather`` reads the registry's feed behind a cursor and writes one ``dossier.notice`` row for each subscriber.
2. ``release`` hands the notices that are due to ``publish``, which stores them (the gateway's outbox) through the same
   connection. Three or more for one person go as one digest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Any

from core.dossier import HANOI, Change, DossierRegistry, Status
from dossiers.code import masked
from dossiers.facts import Secret
from dossiers.schema import Connection

QUIET_FROM, QUIET_UNTIL = time(21), time(7)
DIGEST_AT = time(17)
DIGEST_FROM = 3  # as many changes due at once go as one message
FLOOD_FROM = 3  # after as many changes told within the hour, further ones are gathered for an hour
FLOOD_WINDOW = timedelta(hours=1)
_CURSOR = "select cursor from dossier.feed where name = %s for update"
_GATHER = """
    insert into dossier.notice
        (dedupe_key, subscriber, code, version, status, at, procedure_name, deliver_at)
    select 'dossier:' || c.id || ':' || c.version || ':' || s.subscriber, s.subscriber, c.code, c.version, c.status,
           c.at, c.procedure_name,
           case when p.pace = 'digest' then %(digest)s::timestamptz
                when (select count(*) from dossier.notice n where n.subscriber = s.subscriber
                      and n.published_at > %(now)s - interval '1 hour') >= %(flood)s then %(calm)s::timestamptz
                else %(soon)s::timestamptz end
    from unnest(%(id)s::text[], %(code)s::text[], %(version)s::int[], %(status)s::int[], %(at)s::timestamptz[],
                %(procedure_name)s::text[]) with ordinality as c (id, code, version, status, at, procedure_name, nth)
    join dossier.subscription s on s.code = c.code and s.since_version < c.version
    left join dossier.preference p using (subscriber)
    where coalesce(p.pace, 'each') <> 'none'
    order by c.nth, s.subscriber
    on conflict (dedupe_key) do nothing
"""
_PICK = """
    select distinct subscriber from (
        select subscriber from dossier.notice where published_at is null and deliver_at <= %s
        order by deliver_at limit %s) as due
    order by subscriber
"""
# Whoever holds the lock of a subscriber sends all that is due to him; the other workers pass him by.
_TAKE = """
    select id, dedupe_key, subscriber, code, version, status, at, procedure_name from dossier.notice
    where published_at is null and deliver_at <= %s and subscriber = any(%s)
    order by subscriber, id
"""


@dataclass(frozen=True)
class Item:
    """One change inside a notice."""

    code: str
    version: int
    status: Status
    at: datetime
    procedure_name: str


@dataclass(frozen=True)
class Notice:
    """A message to one subscriber about one change, or a digest of several. ``covers``: the keys of the changes.

    ``dedupe_key`` is ``dossier:<id>:<version>:<subscriber>``, where ``id`` is a keyed hash of the code: store it with a
    unique constraint, and a notice stays single whatever happens.
    """

    dedupe_key: str
    subscriber: str
    text: str
    items: tuple[Item, ...]
    covers: tuple[str, ...]


Publish = Callable[[Connection, Sequence[Notice]], None]


@dataclass(frozen=True)
class Feed:
    """A registry's change feed under a name of its own, as each registry has its own cursor."""

    name: str
    registry: DossierRegistry
    secret: Secret

    def gather(self, connection: Connection, now: datetime, limit: int = 500) -> int:
        """Turn the next changes into waiting notices, in the caller's transaction; returns how many were read.

        Raises:
            DossierUnavailable: the registry gave no usable answer; nothing has changed.
        """
        connection.execute(
            "insert into dossier.feed (name, cursor) values (%s, 0) on conflict do nothing", (self.name,)
        )
        row = connection.execute(_CURSOR, (self.name,)).fetchone()
        changes = self.registry.changes(row[0] if row else 0, limit)
        if not changes:
            return 0
        moments = {"now": now, "digest": _digest_at(now), "soon": awake(now), "calm": awake(now + FLOOD_WINDOW)}
        connection.execute(_GATHER, {**moments, "flood": FLOOD_FROM, **_columns(changes, self.secret)})
        connection.execute("update dossier.feed set cursor = %s where name = %s", (changes[-1].cursor, self.name))
        return len(changes)


def release(connection: Connection, publish: Publish, now: datetime, limit: int = 200) -> int:
    """Publish what is due, in the caller's transaction; returns how many changes were told.

    Nothing leaves in quiet hours, whenever it became due.
    """
    if awake(now) > now:
        return 0
    found = [row[0] for row in connection.execute(_PICK, (now, limit)).fetchall()]
    mine = [name for name in found if _lock(connection, name)]
    rows = connection.execute(_TAKE, (now, mine)).fetchall()
    notices = [
        notice
        for subscriber, group in groupby(rows, key=lambda row: row[2])
        for notice in _notices(subscriber, list(group))
    ]
    if notices:
        publish(connection, notices)
        connection.execute(
            "update dossier.notice set published_at = %s where id = any(%s)", (now, [row[0] for row in rows])
        )
    return len(rows)


def awake(now: datetime) -> datetime:
    """Return the moment itself by day, and the next 07:00 in Hanoi during quiet hours (21:00 to 07:00)."""
    local = now.astimezone(HANOI)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return now
    day = local.date() + timedelta(days=local.time() >= QUIET_FROM)
    return datetime.combine(day, QUIET_UNTIL, HANOI)


def purge(connection: Connection, before: datetime) -> int:
    """Delete notices published before a moment; returns how many."""
    return connection.execute("delete from dossier.notice where published_at < %s", (before,)).rowcount


def _digest_at(now: datetime) -> datetime:
    """Return the next 17:00 in Hanoi: when a daily digest leaves."""
    local = now.astimezone(HANOI)
    return datetime.combine(local.date() + timedelta(days=local.time() >= DIGEST_AT), DIGEST_AT, HANOI)


def _columns(changes: Sequence[Change], secret: Secret) -> dict[str, list[object]]:
    return {
        "id": [secret.code(change.code).hex()[:16] for change in changes],
        "code": [change.code for change in changes],
        "version": [change.version for change in changes],
        "status": [int(change.status) for change in changes],
        "at": [change.at for change in changes],
        "procedure_name": [change.procedure_name for change in changes],
    }


def _lock(connection: Connection, subscriber: str) -> bool:
    row = connection.execute(
        "select pg_try_advisory_xact_lock(hashtextextended('dossier.notice:' || %s, 0))", (subscriber,)
    ).fetchone()
    return bool(row and row[0])


def _notices(subscriber: str, rows: Sequence[tuple[Any, ...]]) -> list[Notice]:
    items = [(str(row[1]), Item(row[3], row[4], Status(row[5]), row[6], row[7])) for row in rows]
    if len(items) < DIGEST_FROM:
        return [Notice(key, subscriber, notice_text((item,)), (item,), (key,)) for key, item in items]
    keys = tuple(key for key, _ in items)
    every = tuple(item for _, item in items)
    return [Notice(f"digest:{keys[-1]}", subscriber, notice_text(every), every, keys)]


def notice_text(items: Sequence[Item]) -> str:
    """Return what the citizen reads; the code without its running number, as others may see the screen."""
    if len(items) == 1:
        item = items[0]
        return (
            f"Thông báo hồ sơ: {item.procedure_name} ({masked(item.code)}) chuyển sang trạng thái "
            f"“{item.status.word}” lúc {_moment(item.at)}.{_next(item.status)}\n"
            "Để ngừng nhận thông báo, Anh/Chị nhắn: hủy theo dõi."
        )
    lines = [f"• {item.procedure_name} ({masked(item.code)}): {item.status.word}, {_moment(item.at)}" for item in items]
    return (
        f"Anh/Chị có {len(items)} thay đổi về hồ sơ đang theo dõi:\n" + "\n".join(lines)
        + "\nĐể ngừng nhận thông báo, Anh/Chị nhắn: hủy theo dõi."
    )  # fmt: skip


def _next(status: Status) -> str:
    words = {
        Status.SUPPLEMENT: " Mời Anh/Chị tra cứu hồ sơ để xem giấy tờ cần bổ sung.",
        Status.PAYMENT: " Mời Anh/Chị tra cứu hồ sơ để xem khoản cần nộp.",
        Status.DONE: " Mời Anh/Chị đến nhận kết quả, mang theo phiếu tiếp nhận và giấy tờ tùy thân.",
    }
    return words.get(status, "")


def _moment(at: datetime) -> str:
    return f"{at.astimezone(HANOI):%H:%M ngày %d/%m/%Y}"
