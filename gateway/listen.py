"""LISTEN/NOTIFY: a thread with a connection of its own that passes signals on and comes back by itself."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

import psycopg
from psycopg import sql

from gateway.database import Connection, connect_options

_log = logging.getLogger(__name__)
TICK_SECONDS = 1.0
_AGAIN_SECONDS = 0.5


class Listener:
    """Calls ``signals[channel](payload)`` for every notification, and every one with ``""`` after a gap.

    ``tick`` runs about every second on the listening connection, ``prepare`` once on each new one.
    """

    def __init__(
        self,
        url: str,
        name: str,
        signals: Mapping[str, Callable[[str], None]],
        prepare: Callable[[Connection], None] | None = None,
        tick: Callable[[Connection], object] | None = None,
    ) -> None:
        self._url, self._name, self._signals = url, name, signals
        self._prepare, self._tick = prepare, tick
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="listener", daemon=True)
        self.ready = threading.Event()

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """End within a tick."""
        self._stopping.set()
        self._thread.join(TICK_SECONDS * 3)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with psycopg.connect(self._url, **connect_options(self._name)) as connection:
                    self._listen(connection)
            except psycopg.Error as error:
                _log.warning("listening again soon", extra={"error": type(error).__name__, "sqlstate": error.sqlstate})
                self._stopping.wait(_AGAIN_SECONDS)

    def _listen(self, connection: Connection) -> None:
        if self._prepare:
            self._prepare(connection)
        for channel in self._signals:
            connection.execute(sql.SQL("listen {}").format(sql.Identifier(channel)))
        for signal in self._signals.values():  # what came during the gap told nobody
            signal("")
        self.ready.set()
        while not self._stopping.is_set():
            for note in connection.notifies(timeout=TICK_SECONDS, stop_after=64):
                self._signals[note.channel](note.payload)
            if self._tick:
                self._tick(connection)
