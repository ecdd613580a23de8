"""From changes of status to notices: each change reaches each subscriber exactly once, at a decent hour.

Steps, each wholly in the caller's transaction, so that a kill at any point undoes or keeps both sides of it:

1. ``Feed.gather`` reads the registry's feed behind a cursor and writes one ``dossier.notice`` row for each subscriber.
2. ``release`` hands the notices that are due to ``publish``, which stores them (the gateway's outbox) through the same
   connection, and names those that cannot reach their person now. Three or more for one person go as one digest.
3. What cannot reach its person waits for his next message (``waiting``) and goes with the answer to it, as one notice.
4. What was stored and then surely not delivered is turned back (``turn_back``), and takes its way again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Any

from core.dossier import HANOI, Change, DossierRegistry, Status
from dossiers.facts import Secret
from dossiers.notice_text import Item, notice_text
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
_COLUMNS = "dedupe_key, subscriber, code, version, status, at, procedure_name, tries, shut"
# Whoever holds the lock of a subscriber sends all that is due to him; the other workers pass him by.
_TAKE = f"""
    select {_COLUMNS} from dossier.notice
    where published_at is null and waiting_since is null and deliver_at <= %s and subscriber = any(%s)
    order by subscriber, id
"""  # noqa: S608 - names of ours
_WAITING = f"""
    select {_COLUMNS} from dossier.notice
    where published_at is null and waiting_since is not null and subscriber = any(%s)
    order by subscriber, id for update
"""  # noqa: S608 - names of ours
_TOLD = """
    update dossier.notice as n set published_at = %s, waiting_since = null, told_as = t.told_as
    from unnest(%s::text[], %s::text[]) as t (key, told_as) where n.dedupe_key = t.key
"""
_WAIT = "update dossier.notice set waiting_since = %s where dedupe_key = any(%s)"
# Who has stopped following in the meantime is not told after all.
_TURN_BACK = """
    update dossier.notice as n set published_at = null, tries = tries + 1, shut = shut or %(shut)s,
        deliver_at = %(at)s, waiting_since = case when %(wait)s then %(now)s::timestamptz end
    where told_as = %(told_as)s and published_at is not null and exists (
        select 1 from dossier.subscription as s where s.code = n.code and s.subscriber = n.subscriber)
"""


@dataclass(frozen=True)
class Notice:
    """A message to one subscriber about one change, or a digest of several. ``covers``: the keys of the changes.

    ``dedupe_key`` is ``dossier:<id>:<version>:<subscriber>``, where ``id`` is a keyed hash of the code, with ``~n``
    behind when it was turned back n times: store it with a unique constraint, and a notice stays single.
    ``shut``: the platform has refused an ordinary message about it, whatever our own books say of the reply window.
    """

    dedupe_key: str
    subscriber: str
    text: str
    items: tuple[Item, ...]
    covers: tuple[str, ...]
    shut: bool = False


# Stores notices through the connection; returns the keys of those that cannot reach their person now.
Publish = Callable[[Connection, Sequence[Notice]], Collection[str]]


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
    notices = _by_person(connection.execute(_TAKE, (now, mine)).fetchall(), DIGEST_FROM)
    stay = set(publish(connection, notices)) if notices else set()
    kept = [key for notice in notices if notice.dedupe_key in stay for key in notice.covers]
    if kept:
        connection.execute(_WAIT, (now, kept))
    return told(connection, [notice for notice in notices if notice.dedupe_key not in stay], now)


def waiting(connection: Connection, subscribers: Sequence[str]) -> list[Notice]:
    """Return for each of these people one notice of all that waits for his next message, its rows locked.

    Of a dossier that moved several times the newest change is told. Whoever stores the notice calls :func:`told`.
    """
    return _by_person(connection.execute(_WAITING, (list(subscribers),)).fetchall(), 2, newest=True)


def told(connection: Connection, notices: Sequence[Notice], now: datetime) -> int:
    """Mark what notices cover as told, in the transaction that stored them; returns how many changes that are."""
    pairs = [(key, notice.dedupe_key) for notice in notices for key in notice.covers]
    if pairs:
        connection.execute(_TOLD, (now, [key for key, _ in pairs], [told_as for _, told_as in pairs]))
    return len(pairs)


def turn_back(connection: Connection, told_as: str, now: datetime, *, shut: bool = False, wait: bool = False) -> bool:
    """Take back a notice that was stored under ``told_as`` and surely not delivered; false when nothing is to be told.

    ``wait``: keep it for the person's next message; else it is released again, at once by day and at 07:00 by night.
    ``shut``: then not as an ordinary message.
    """
    values = {"told_as": told_as, "now": now, "at": awake(now), "shut": shut, "wait": wait}
    return connection.execute(_TURN_BACK, values).rowcount > 0


def awake(now: datetime) -> datetime:
    """Return the moment itself by day, and the next 07:00 in Hanoi during quiet hours (21:00 to 07:00)."""
    local = now.astimezone(HANOI)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return now
    day = local.date() + timedelta(days=local.time() >= QUIET_FROM)
    return datetime.combine(day, QUIET_UNTIL, HANOI)


def seconds_by_day(now: datetime) -> float:
    """Return how long until the quiet hours begin; an hour when they have, for who writes at night is awake."""
    local = now.astimezone(HANOI)
    if awake(now) > now:
        return 3600.0
    return (datetime.combine(local.date(), QUIET_FROM, HANOI) - local).total_seconds()


def purge(connection: Connection, before: datetime) -> int:
    """Delete notices published, or waiting for a message, since before a moment; returns how many."""
    return connection.execute(
        "delete from dossier.notice where published_at < %(before)s or waiting_since < %(before)s", {"before": before}
    ).rowcount


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


def _by_person(rows: Sequence[tuple[Any, ...]], digest_from: int, *, newest: bool = False) -> list[Notice]:
    return [
        notice
        for subscriber, group in groupby(rows, key=lambda row: row[1])
        for notice in _notices(subscriber, list(group), digest_from, newest=newest)
    ]


def _notices(subscriber: str, rows: Sequence[tuple[Any, ...]], digest_from: int, *, newest: bool) -> list[Notice]:
    """One notice a change, or from so many changes on one digest of all."""
    items = [Item(row[2], row[3], Status(row[4]), row[5], row[6]) for row in rows]
    if len(rows) < digest_from:
        return [
            Notice(_key(row), subscriber, notice_text((item,)), (item,), (row[0],), row[8])
            for row, item in zip(rows, items, strict=True)
        ]
    shown = tuple({item.code: item for item in items}.values()) if newest else tuple(items)
    shut = any(row[8] for row in rows)
    covers = tuple(row[0] for row in rows)
    return [Notice(f"digest:{_key(rows[-1])}", subscriber, notice_text(shown), shown, covers, shut)]


def _key(row: tuple[Any, ...]) -> str:
    return f"{row[0]}~{row[7]}" if row[7] else str(row[0])
