"""When Zalo lets an OA write to a person (contract A8), counted from the person's last interaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

FREE = timedelta(hours=48)
LAST = timedelta(days=7)
# Our clock and Zalo's differ, and a call takes its time: what is this close to the end is taken as over.
MARGIN = timedelta(minutes=1)


class Window(StrEnum):
    """What a message to a person would be now."""

    FREE = "free"
    PAID = "paid"
    CLOSED = "closed"
    UNKNOWN = "unknown"  # nothing of this person is on record: let Zalo judge


def window(last_interaction: datetime | None, now: datetime) -> Window:
    """Return what a message would be; exactly 48 hours after the interaction is still free, 7 days still allowed."""
    if last_interaction is None:
        return Window.UNKNOWN
    age = now - last_interaction
    if age <= FREE - MARGIN:
        return Window.FREE
    return Window.PAID if age <= LAST - MARGIN else Window.CLOSED
