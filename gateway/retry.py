"""When to try again: the two tables of the reliability page, with full jitter."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

# Seconds before attempt 2, 3, …; after the last one the message is a dead letter.
HANDLING = (0.0, 1.0, 5.0, 20.0, 60.0)
SENDING = (1.0, 5.0, 30.0, 120.0, 600.0, 1800.0, 7200.0, 18000.0)


def handling_delay(attempts: int, uniform: Callable[[float, float], float] = random.uniform) -> float | None:
    """Seconds until the next handling after ``attempts`` failed ones, or ``None`` when it is to be buried."""
    return HANDLING[attempts - 1] and uniform(0.0, HANDLING[attempts - 1]) if attempts <= len(HANDLING) else None


def sending_delay(
    attempts: int, retry_after: float | None = None, uniform: Callable[[float, float], float] = random.uniform
) -> float:
    """Seconds until the next sending after ``attempts`` failed ones; never sooner than the platform asked for.

    The table's last step repeats: only ``expires_at`` of the message ends the trying.
    """
    return max(retry_after or 0.0, uniform(0.0, _step(SENDING, attempts)))


def _step(table: Sequence[float], attempts: int) -> float:
    return table[min(attempts, len(table)) - 1]
