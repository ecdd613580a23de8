"""Silent unsubscribe: a platform that stops delivering says nothing, so a channel without any event raises an alarm.

Only minutes in which offices are open count: nights, days off and holidays are silent by themselves.
"""

from __future__ import annotations

from datetime import datetime

from dossiers.workdays import Workdays, workdays_of
from gateway.database import Pool, transaction

_LAST = """
    select greatest((select max(received_at) from inbox where channel = %(channel)s and received_at > %(since)s),
                    (select max(received_at) from platform_event
                     where channel = %(channel)s and received_at > %(since)s))
"""


def last_event(pool: Pool, channel: str, since: datetime) -> datetime:
    """Return when a channel last delivered anything, not before ``since``.

    Raises:
        StorageUnavailable: the database cannot be read.
    """
    with transaction(pool) as connection:
        row = connection.execute(_LAST, {"channel": channel, "since": since}).fetchone()
    return row[0] if row and row[0] else since


def office_minutes(start: datetime, end: datetime, days: Workdays | None = None) -> float:
    """Return how many minutes of opening hours lie between two moments; days as of the city's default calendar."""
    minutes = 0.0
    for opens, closes in (days or workdays_of("")).spans(start):
        if opens >= end:
            break
        minutes += (min(closes, end) - opens).total_seconds() / 60
    return minutes
