"""The loop under handling and sending: claim as many rows as there is room for, give each to a thread, wait."""

from __future__ import annotations

import logging
import math
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Generic, TypeVar

from core.errors import StorageUnavailable

T = TypeVar("T")
POLL_SECONDS = 1.0
_log = logging.getLogger(__name__)


class ClaimTokens:
    """Tokens of claims, for one thread: that of a claim which broke off is used again, as it may be committed.

    Otherwise its rows belonged to a living worker that does not know of them, and waited for their leases to end.
    """

    def __init__(self) -> None:
        self._open: dict[str | None, uuid.UUID] = {}

    @contextmanager
    def claiming(self, lane: str | None = None) -> Iterator[uuid.UUID]:
        """Give the token of the next claim of a lane; it is used up when the block ends without an error."""
        yield self._open.setdefault(lane, uuid.uuid4())
        del self._open[lane]


class ClaimLoop(Generic[T]):
    """Runs ``work`` on claimed rows in ``threads`` threads, at most ``room`` rows in hand at a time.

    Whoever ends a row calls :meth:`release`, after its end is committed: only then may the conversation's next row
    be claimed, so only then is looking again worth it. ``due``: seconds until time alone gives something to claim.
    """

    def __init__(  # noqa: PLR0913 - a loop is made of as much
        self,
        name: str,
        threads: int,
        room: int,
        claim: Callable[[int], Sequence[T]],
        work: Callable[[T], None],
        *,
        due: Callable[[], float] = lambda: math.inf,
    ) -> None:
        self._name, self._claim, self._work, self._due = name, claim, work, due
        self._free = room
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._runner = threading.Thread(target=self._run, name=f"{name}-claims")
        self.stopping = False

    def start(self) -> None:
        """Begin to claim."""
        self._runner.start()

    def wake(self) -> None:
        """Look for rows now."""
        self._wake.set()

    def release(self, count: int = 1) -> None:
        """Say that rows have ended."""
        with self._lock:
            self._free += count
        self.wake()

    def stop(self) -> None:
        """Claim no more and wait for the rows in hand."""
        self.stopping = True
        self.wake()
        self._runner.join()
        self._threads.shutdown(wait=True)

    def _run(self) -> None:
        while not self.stopping:
            self._wake.clear()
            room = self._free
            taken = self._take(room) if room else []
            for item in taken:
                self._threads.submit(self._guarded, item)
            # A full claim means there may be more; anything less means waiting for a message, a release or the poll.
            if not taken or len(taken) < room or not self._free:
                self._wake.wait(min(POLL_SECONDS, self._due()))

    def _take(self, room: int) -> Sequence[T]:
        try:
            taken = self._claim(room)
        except StorageUnavailable as error:
            _log.warning("cannot claim", extra={"worker": self._name, "error": str(error)})
            return []
        except Exception:  # outer door of the thread: a claim that fails once must not end all claiming
            _log.exception("cannot claim", extra={"worker": self._name})
            return []
        with self._lock:
            self._free -= len(taken)
        return taken

    def _guarded(self, item: T) -> None:
        try:
            self._work(item)
        except Exception:  # outer door of a thread: the row stays leased, and is claimed again when the lease ends
            _log.exception("a row was left in mid-work", extra={"worker": self._name})
            self.release()
