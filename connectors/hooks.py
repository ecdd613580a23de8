"""What a channel is given from outside: whom it tells of calls and alarms, and what time it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.outbound import Observer
from connectors.tokens import Alarm


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _no_alarm(channel: str, reason: str) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Hooks:
    """``observer`` hears of every outbound call, ``alarm`` of what an operator has to see to."""

    observer: Observer | None = None
    alarm: Alarm = _no_alarm
    now: Callable[[], datetime] = _utc_now
