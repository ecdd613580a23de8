"""Who wants notices of which dossier, and how: each at once, gathered in a digest, or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from core.dossier import Dossier
from dossiers.schema import Connection

Pace = Literal["each", "digest", "none"]
PACES: tuple[Pace, ...] = get_args(Pace)
MOST = 50  # subscriptions of one conversation


@dataclass(frozen=True)
class Subscription:
    """One dossier that a conversation follows."""

    code: str
    procedure_name: str


def subscribe(connection: Connection, subscriber: str, dossier: Dossier) -> bool:
    """Follow a dossier from its present version on; false when it is followed already or 50 are.

    The caller has verified that the dossier is the person's. ``subscriber`` is a conversation's name.
    """
    row = connection.execute(
        "insert into dossier.subscription (code, subscriber, procedure_name, since_version) select %s, %s, %s, %s"
        " where (select count(*) from dossier.subscription where subscriber = %s) < %s"
        " on conflict (code, subscriber) do nothing returning 1",
        (dossier.code, subscriber, dossier.procedure_name, dossier.version, subscriber, MOST),
    ).fetchone()
    return row is not None


def unsubscribe(connection: Connection, subscriber: str, code: str | None = None) -> int:
    """Stop following one dossier, or all; returns how many. Notices that still wait are withdrawn too."""
    values = {"subscriber": subscriber, "code": code}
    connection.execute(
        "delete from dossier.notice where subscriber = %(subscriber)s and published_at is null"
        " and (%(code)s::text is null or code = %(code)s)",
        values,
    )
    return connection.execute(
        "delete from dossier.subscription where subscriber = %(subscriber)s"
        " and (%(code)s::text is null or code = %(code)s)",
        values,
    ).rowcount


def subscriptions(connection: Connection, subscriber: str) -> list[Subscription]:
    """Return what a conversation follows, the oldest first."""
    rows = connection.execute(
        "select code, procedure_name from dossier.subscription where subscriber = %s order by created_at, code",
        (subscriber,),
    ).fetchall()
    return [Subscription(*row) for row in rows]


def prefer(connection: Connection, subscriber: str, pace: Pace) -> None:
    """Keep how a person wants notices; it outlives the conversation's session and its subscriptions."""
    connection.execute(
        "insert into dossier.preference (subscriber, pace) values (%s, %s)"
        " on conflict (subscriber) do update set pace = excluded.pace, changed_at = clock_timestamp()",
        (subscriber, pace),
    )


def preference(connection: Connection, subscriber: str) -> Pace:
    """Return how a person wants notices; ``each`` when nothing was said."""
    row = connection.execute("select pace from dossier.preference where subscriber = %s", (subscriber,)).fetchone()
    return row[0] if row else "each"


def erase(connection: Connection, subscriber: str) -> None:
    """Delete everything kept about a subscriber: subscriptions, waiting and sent notices, preference."""
    unsubscribe(connection, subscriber)
    connection.execute("delete from dossier.notice where subscriber = %s", (subscriber,))
    connection.execute("delete from dossier.preference where subscriber = %s", (subscriber,))
