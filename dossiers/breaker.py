"""A circuit breaker: after failures in a row, calls fail at once for a while, then one may try."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Breaker:
    """Opens after ``failures`` in a row for ``seconds``; then lets one caller through, whose outcome decides."""

    failures: int = 5
    seconds: float = 30.0
    clock: Callable[[], float] = field(default=time.monotonic)
    _failed: int = 0
    _closed_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def allows(self) -> bool:
        """Tell whether a call may be made now; the one that tests an open circuit keeps others out meanwhile."""
        with self._lock:
            if self._failed < self.failures:
                return True
            if self.clock() < self._closed_until:
                return False
            self._closed_until = self.clock() + self.seconds
            return True

    def succeeded(self) -> None:
        """Close the circuit."""
        with self._lock:
            self._failed = 0

    def failed(self) -> None:
        """Count a failure, and open the circuit at the last one allowed."""
        with self._lock:
            self._failed += 1
            if self._failed >= self.failures:
                self._closed_until = self.clock() + self.seconds
