"""Accepting: messages that arrive at the same time share one transaction, so a commit's wait for the disk is shared."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from concurrent.futures import Future
from typing import NamedTuple

import psycopg

from core.errors import AssistantError, BadInput, StorageUnavailable
from core.message import Incoming
from gateway import inbox
from gateway.database import Pool, persist
from gateway.metrics import ACCEPT_SECONDS, ACCEPT_TOTAL

_log = logging.getLogger(__name__)
BATCH = 100
WAIT_SECONDS = 8.0
# A stop of the database this short is waited out (storing twice is harmless); a longer one is a 503.
AGAIN_SECONDS = 2.0


class _Waiting(NamedTuple):
    message: Incoming
    trace: str | None
    stored: Future[bool]


class Acceptor:
    """Stores messages from one thread; at most ``waiting`` may queue, the next ones are refused at once."""

    def __init__(self, pool: Pool, waiting: int) -> None:
        self._pool = pool
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(waiting)
        self._thread = threading.Thread(target=self._run, name="acceptor")

    def start(self) -> None:
        """Begin to store."""
        self._thread.start()

    def stop(self) -> None:
        """Store what waits, then end."""
        self._queue.put(None)
        self._thread.join()

    async def accept(self, message: Incoming, trace: str | None = None) -> bool:
        """Store a message and, when it is on disk, tell whether it is new.

        Raises:
            StorageUnavailable: not known to be stored; the sender must try again with the same id.
            BadInput: the database cannot hold it.
        """
        started = time.monotonic()
        try:
            new = await self._stored(message, trace)
        except AssistantError as error:
            ACCEPT_TOTAL.labels("invalid" if isinstance(error, BadInput) else "unavailable").inc()
            raise
        ACCEPT_SECONDS.observe(time.monotonic() - started)
        ACCEPT_TOTAL.labels("new" if new else "duplicate").inc()
        return new

    async def _stored(self, message: Incoming, trace: str | None) -> bool:
        waiting = _Waiting(message, trace, Future())
        try:
            self._queue.put_nowait(waiting)
            async with asyncio.timeout(WAIT_SECONDS):
                return await asyncio.wrap_future(waiting.stored)
        except queue.Full:
            raise StorageUnavailable("too many messages wait to be stored") from None
        except TimeoutError:
            raise StorageUnavailable("storing took too long") from None

    def _run(self) -> None:
        running = True
        while running:
            batch = [self._queue.get()]
            while len(batch) < BATCH and not self._queue.empty():
                batch.append(self._queue.get())
            running = None not in batch
            if wanted := [item for item in batch if item and item.stored.set_running_or_notify_cancel()]:
                self._store(wanted)

    def _store(self, batch: list[_Waiting]) -> None:
        try:
            messages, traces = [item.message for item in batch], [item.trace for item in batch]
            new = persist(self._pool, lambda cx: inbox.accept(cx, messages, traces), AGAIN_SECONDS)
        except StorageUnavailable as error:
            _log.error("not accepted", extra={"count": len(batch), "error": str(error)})
            _fail(batch, error)
        except psycopg.Error as error:  # one message that the database refuses must not take the others along
            if len(batch) > 1:
                for item in batch:
                    self._store([item])
            else:
                _fail(batch, _judged(error))
        except Exception as error:  # outer door of the thread: the waiting requests must hear of it
            _log.exception("not accepted", extra={"count": len(batch)})
            _fail(batch, StorageUnavailable(type(error).__name__))
        else:
            for item, is_new in zip(batch, new, strict=True):
                item.stored.set_result(is_new)


def _judged(error: psycopg.Error) -> AssistantError:
    """Only what the data themselves cause is final; a read-only or half-migrated database will be mended."""
    if isinstance(error, psycopg.DataError):
        return BadInput(f"cannot be stored: {error.sqlstate}")
    return StorageUnavailable(f"database: {error.sqlstate}")


def _fail(batch: list[_Waiting], error: AssistantError) -> None:
    for item in batch:
        item.stored.set_exception(error)
