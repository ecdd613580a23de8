"""Counts and shares of dossiers: SQL for the table, and the same rules in Python for what is in memory.

A returned dossier is *early* when it was finished on a day (Hanoi's) before the appointed one, *late* when after the
appointed moment (that of an apology does not excuse), else *on time*. The share is (early + on time) over returned
dossiers with an appointed time. Refused, withdrawn and stopped dossiers are counted apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final, get_args

from core.dossier import CLOSED, FINISHED, HANOI, Dossier, Grouping, Status, Tally
from core.errors import BadInput
from dossiers.schema import Connection

GROUPINGS: Final = get_args(Grouping)
_KEYS: Final[dict[str, str]] = {
    "all": "'all'",
    "level": "level",
    "field": "coalesce(field, '')",
    "unit": "unit",
    "month": "to_char(received_at at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM')",
}
_DAY = "({} at time zone 'Asia/Ho_Chi_Minh')::date"
_SQL = f"""
    select {{key}} as key,
        count(*) filter (where done and {_DAY.format("finished_at")} < {_DAY.format("due_at")}),
        count(*) filter (where done and {_DAY.format("finished_at")} >= {_DAY.format("due_at")}
                                    and finished_at <= due_at),
        count(*) filter (where done and finished_at > due_at),
        count(*) filter (where status in (9, 10) and (due_at is null or finished_at is null)),
        count(*) filter (where status in (1, 2, 4, 5, 6)),
        count(*) filter (where status in (1, 2, 4, 6) and due_at < %(now)s),
        count(*) filter (where status in (3, 7, 8))
    from (select *, status in (9, 10) and due_at is not null and finished_at is not null as done from dossier.record) r
    where (%(since)s::date is null or received_at >= %(since)s::timestamp at time zone 'Asia/Ho_Chi_Minh')
      and (%(until)s::date is null or received_at < (%(until)s::date + 1)::timestamp at time zone 'Asia/Ho_Chi_Minh')
    group by 1
"""  # noqa: S608 - expressions of ours


def grouping(text: str) -> Grouping:
    """Read a grouping.

    Raises:
        BadInput: there is none of that name.
    """
    for name in GROUPINGS:
        if name == text:
            return name  # type: ignore[no-any-return]
    raise BadInput(f"There is no grouping {text!r}: use one of {', '.join(GROUPINGS)}.")


def tallies(
    connection: Connection, by: Grouping, now: datetime, since: date | None = None, until: date | None = None
) -> list[Tally]:
    """Count the dossiers of the table received from ``since`` to ``until``, sorted by key."""
    query = _SQL.replace("{key}", _KEYS[by])
    rows = connection.execute(query.encode(), {"now": now, "since": since, "until": until}).fetchall()
    return sorted((Tally(*row) for row in rows), key=lambda tally: tally.key)


def count(
    dossiers: Iterable[Dossier], by: Grouping, now: datetime, since: date | None = None, until: date | None = None
) -> list[Tally]:
    """Count dossiers in memory by the same rules."""
    groups: dict[str, Counter[str]] = {}
    for dossier in dossiers:
        day = dossier.received_at.astimezone(HANOI).date()
        if (since is None or day >= since) and (until is None or day <= until):
            groups.setdefault(_key(dossier, by), Counter()).update(_kinds(dossier, now))
    return [Tally(key, **groups[key]) for key in sorted(groups)]


def as_json(groups: Mapping[str, Sequence[Tally]]) -> dict[str, list[dict[str, str | int | float | None]]]:
    """Return tallies as plain values: ``{"level": [{"key": "city", "share": 99.46, …}]}``."""
    return {by: [{**vars(tally), "share": tally.share} for tally in tallies_of] for by, tallies_of in groups.items()}


def _key(dossier: Dossier, by: Grouping) -> str:
    received = f"{dossier.received_at.astimezone(HANOI):%Y-%m}"
    keys: dict[Grouping, str] = {
        "all": "all", "level": dossier.level, "field": dossier.field or "", "unit": dossier.unit, "month": received,
    }  # fmt: skip
    return keys[by]


def _kinds(dossier: Dossier, now: datetime) -> list[str]:
    if dossier.status in FINISHED:
        return [_finished(dossier)]
    if dossier.status in CLOSED:
        return ["closed"]
    waits = dossier.status is Status.SUPPLEMENT
    overdue = dossier.due_at is not None and dossier.due_at < now and not waits
    return ["in_progress", "overdue"] if overdue else ["in_progress"]


def _finished(dossier: Dossier) -> str:
    if dossier.due_at is None or dossier.finished_at is None:
        return "undated"
    if dossier.finished_at > dossier.due_at:
        return "late"
    early = dossier.finished_at.astimezone(HANOI).date() < dossier.due_at.astimezone(HANOI).date()
    return "early" if early else "on_time"
