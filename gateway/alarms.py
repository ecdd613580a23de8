"""Alarms: what an operator has to see to. Alerts hang on the counter ``alarm_total{channel, reason}``."""

from __future__ import annotations

import logging

from gateway.metrics import ALARM_TOTAL

_log = logging.getLogger(__name__)


def raise_alarm(channel: str, reason: str) -> None:
    """Count and log an alarm; ``reason`` is a fixed word."""
    ALARM_TOTAL.labels(channel, reason).inc()
    _log.error("alarm", extra={"channel": channel, "error": reason})
