"""Notices of dossiers: the worker gathers changes of status and writes what is due to the outbox, exactly once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from core.dossier import DossierUnavailable
from core.errors import AssistantError
from dossiers import guard, notices, vault
from dossiers.notices import Feed
from gateway.database import Pool, transaction
from gateway.telling import Publisher

EVERY_SECONDS = 5.0
_PURGE_EVERY = timedelta(hours=1)
_KEPT = timedelta(days=90)  # as long as the outbox keeps what was sent, and no notice waits for longer
_log = logging.getLogger(__name__)


class Notices:
    """A thread of the worker; any number of workers share the work through the database's locks."""

    def __init__(
        self, pool: Pool, feed: Feed, publish: Publisher, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._pool, self._feed, self._publish, self._clock = pool, feed, publish, clock
        self._next_purge = clock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="notices", daemon=True)

    def start(self) -> None:
        """Begin, with a first round at once."""
        self._thread.start()

    def stop(self) -> None:
        """End; a round in hand is finished, or undone by the database when it takes too long."""
        self._stopping.set()
        self._thread.join(5.0)

    def round(self) -> int:
        """Gather all new changes and tell what is due; returns how many changes were told.

        Raises:
            StorageUnavailable: nothing of the step in hand has happened.
        """
        self._gather()
        with transaction(self._pool) as connection:
            told = notices.release(connection, self._publish, self._clock())
        self._purge()
        return told

    def _gather(self) -> None:
        """Read all new changes; while their system is away, what was read before is told all the same."""
        gathered = 1
        try:
            while gathered:
                with transaction(self._pool) as connection:
                    gathered = self._feed.gather(connection, self._clock())
        except DossierUnavailable as error:
            _log.warning("changes of dossiers later", extra={"error": str(error)})

    def _purge(self) -> None:
        now = self._clock()
        if now < self._next_purge:
            return
        self._next_purge = now + _PURGE_EVERY
        with transaction(self._pool) as connection:
            guard.purge(connection, now)
            vault.purge(connection, now)
            notices.purge(connection, now - _KEPT)

    def _run(self) -> None:
        while True:
            try:
                self.round()
            except AssistantError as error:
                _log.warning("notices later", extra={"error": str(error)})
            except Exception:  # outer door of the thread: the next round is tried whatever this one met
                _log.exception("notices failed")
            if self._stopping.wait(EVERY_SECONDS):
                return
