"""The worker process: handles messages and sends replies until it is asked to stop. ``python -m gateway.worker``."""

from __future__ import annotations

import logging
import math
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping

from connectors.base import Channel
from core.errors import StorageUnavailable
from dossiers.place import open_secret
from dossiers.vault import Vault
from gateway.bot_client import BotClient
from gateway.database import Connection, Pool, open_pool, transaction
from gateway.erasure import erase_due
from gateway.handling import Handling
from gateway.inbox import WAKE_WORKERS, free_orphans, hold_owner
from gateway.lanes import Rate
from gateway.listen import Listener
from gateway.main import build_channels, build_signer, prepare
from gateway.notices import Notices
from gateway.outbox import WAKE_SENDERS
from gateway.retention import purge
from gateway.sending import Sending
from gateway.settings import Settings
from gateway.telling import Publisher, turned_back
from gateway.upkeep import Upkeep
from gateway.vault import Veil, VeiledBot

_log = logging.getLogger("gateway.worker")  # not __main__, whose lines below a warning are not kept
_PURGE_SECONDS = 3600.0
# After a gap the other workers get as long to come back, before who holds no lock is taken for dead: what they have in
# hand would be sent twice.
_GRACE_SECONDS = 3.0


class Worker:
    """One worker: handlers, senders and the listener that wakes them."""

    def __init__(
        self, settings: Settings, channels: Mapping[str, Channel], make_bot: Callable[[], BotClient] | None = None
    ) -> None:
        signer = build_signer(settings)
        owner = secrets.randbelow(2**31 - 1) + 1
        self._pool: Pool = open_pool(settings.database_url, settings.limits.pool_size, "motcua-worker")
        secret = open_secret({**os.environ, "MOTCUA_HOME": str(settings.home)})
        veil = Veil(Vault(lambda: transaction(self._pool), secret))
        limits = settings.limits
        bot = make_bot or (
            lambda: VeiledBot(
                veil, settings.bot_url, settings.bot_token, signer, limits.bot_seconds, needs=settings.actions_url
            )
        )
        publisher = Publisher(channels)
        self._notices = Notices(self._pool, settings.dossiers.feed(lambda: transaction(self._pool), secret), publisher)
        self._judges_from = math.inf
        self.handling = Handling(
            self._pool, channels, bot, owner, threads=settings.handlers, per_minute=limits.messages_per_minute,
            afterwards=publisher.with_answers,
        )  # fmt: skip
        rate = Rate(limits.sends_per_second, limits.sends_per_second)
        self.sending = Sending(self._pool, channels, owner, settings.senders, rate, turn_back=turned_back)
        erasure = (lambda: erase_due(self._pool, secret),)
        self._upkeep = Upkeep(channels, self._pool, limits.silent_minutes, erasure)
        self._listener = Listener(
            settings.database_url,
            "motcua-worker-listener",
            {WAKE_WORKERS: lambda _: self.handling.loop.wake(), WAKE_SENDERS: lambda _: self.sending.loop.wake()},
            prepare=lambda connection: self._prepare(connection, owner),
            tick=self._tick,
        )

    def _prepare(self, connection: Connection, owner: int) -> None:
        hold_owner(connection, owner)
        self._judges_from = time.monotonic() + _GRACE_SECONDS
        self.handling.switches.refresh(connection)

    def _tick(self, connection: Connection) -> None:
        if time.monotonic() >= self._judges_from and (freed := free_orphans(connection)):
            _log.warning("freed the leases of a worker that is gone", extra={"count": freed})
        self.handling.switches.refresh(connection)

    def start(self) -> None:
        """Begin; the owner's lock is held before the first claim, or the claims would look like a dead worker's."""
        self._listener.start()
        self._listener.ready.wait(10)
        self.handling.start()
        self.sending.start()
        self._upkeep.start()
        self._notices.start()

    def stop(self) -> None:
        """Drain: no new claims, what is in hand is finished, connections close."""
        self._notices.stop()
        self._upkeep.stop()
        self.handling.stop()
        self.sending.stop()
        self._listener.stop()
        self._pool.close()

    def purge(self) -> None:
        """Delete what is over its retention period."""
        try:
            gone = purge(self._pool)
        except StorageUnavailable as error:
            _log.warning("cannot purge", extra={"error": str(error)})
        else:
            _log.info("purged", extra={"count": sum(gone.values())})


def main() -> int:
    """Run until SIGTERM or SIGINT; 0 after a clean drain, 2 when the settings or the database are not usable."""
    settings = prepare()
    if settings is None:
        return 2
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    worker = Worker(settings, build_channels(settings))
    worker.start()
    _serve_metrics(settings)
    _log.info("worker ready")
    next_purge = time.monotonic() + 60.0
    while not stopping.wait(5.0):
        if time.monotonic() >= next_purge:
            next_purge = time.monotonic() + _PURGE_SECONDS
            worker.purge()
    _log.info("worker draining")
    worker.stop()
    return 0


def _serve_metrics(settings: Settings) -> None:
    if settings.metrics_port:
        from prometheus_client import start_http_server  # noqa: PLC0415 - only where it is asked for

        start_http_server(settings.metrics_port, addr=settings.host)


if __name__ == "__main__":
    sys.exit(main())
