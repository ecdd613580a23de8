"""Upkeep, once a minute: channels do what is due (tokens), silent ones raise an alarm, erasure is carried out."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from connectors.base import Channel
from core.errors import StorageUnavailable
from gateway.alarms import raise_alarm
from gateway.database import Pool
from gateway.metrics import SILENT, TOKEN_EXPIRES

UPKEEP_SECONDS = 60.0
_log = logging.getLogger(__name__)


class Upkeep:
    """A thread of the worker; with several workers the channels' own locks keep the work single."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        pool: Pool | None = None,
        silent_minutes: int = 0,
        chores: Sequence[Callable[[], object]] = (),
    ) -> None:
        self._channels, self._pool, self._silent_minutes, self._chores = channels, pool, silent_minutes, chores
        self._since, self._silent = datetime.now(UTC), set[str]()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)

    def start(self) -> None:
        """Begin, with a first round at once."""
        self._thread.start()

    def stop(self) -> None:
        """End; a round in hand is left to itself, as its steps are safe to cut."""
        self._stopping.set()
        self._thread.join(1.0)

    def _run(self) -> None:
        while True:
            for name, channel in self._channels.items():
                _maintain(name, channel)
                if self._pool and self._silent_minutes and not channel.pulled:
                    self.watch_silence(self._pool, name, datetime.now(UTC))
            for chore in self._chores:
                _do(chore)
            if self._stopping.wait(UPKEEP_SECONDS):
                return

    def watch_silence(self, pool: Pool, name: str, now: datetime) -> None:
        """Raise one alarm when a channel has had no event for too many office minutes, counted from our start."""
        from gateway.silence import last_event, office_minutes  # noqa: PLC0415 - calendars only for pushed channels

        try:
            silent = office_minutes(last_event(pool, name, self._since), now)
        except StorageUnavailable as error:
            _log.warning("upkeep later", extra={"channel": name, "error": str(error)})
            return
        SILENT.labels(name).set(silent)
        if silent < self._silent_minutes:
            self._silent.discard(name)
        elif name not in self._silent:
            self._silent.add(name)
            raise_alarm(name, "silent")


def _do(chore: Callable[[], object]) -> None:
    try:
        chore()
    except Exception:  # outer door of the thread, as below
        _log.exception("a chore failed")


def _maintain(name: str, channel: Channel) -> None:
    try:
        if work := getattr(channel, "maintain", None):
            work()
        expires: datetime | None = channel.token_expires() if hasattr(channel, "token_expires") else None
        if expires is not None:
            TOKEN_EXPIRES.labels(name).set((expires - datetime.now(UTC)).total_seconds())
    except StorageUnavailable as error:
        _log.warning("upkeep later", extra={"channel": name, "error": str(error)})
    except Exception:  # outer door of the thread: one channel's fault must not end the upkeep of all
        _log.exception("upkeep failed", extra={"channel": name})
