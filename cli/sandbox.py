"""A gateway and a worker in this process on a database of their own, for a fake platform."""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import uvicorn
from psycopg.conninfo import make_conninfo

from cli.specs import answers, free_port
from connectors.base import Channel
from core.errors import SetupError
from gateway.app import create_app
from gateway.embedded import is_running, start_embedded, stop_embedded
from gateway.main import build_channels
from gateway.migrate import migrate
from gateway.settings import Settings
from gateway.worker import Worker

_BUSY = """
    select (select count(*) from inbox where state = 'open') + (select count(*) from outbox where state = 'open')
"""


class Sandbox:
    """The running parts; ``channels`` are those of the settings."""

    def __init__(self, settings: Settings) -> None:
        migrate(settings.database_url)
        self.channels: dict[str, Channel] = build_channels(settings)
        self._url, self._base = settings.database_url, f"http://127.0.0.1:{settings.port}"
        self._worker = Worker(settings, self.channels)
        config = uvicorn.Config(create_app(settings, self.channels), host="127.0.0.1", port=settings.port,
                                log_level="error", access_log=False)  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="gateway", daemon=True)

    def start(self) -> None:
        """Start, and wait until the gateway answers.

        Raises:
            SetupError: it does not.
        """
        self._thread.start()
        self._worker.start()
        deadline = time.monotonic() + 20
        while not answers(f"{self._base}/livez"):
            if time.monotonic() > deadline:
                raise SetupError("The gateway of the simulation did not start: read the lines above.")
            time.sleep(0.05)

    def stop(self) -> None:
        """Finish what is in hand and stop."""
        self._worker.stop()
        self._server.should_exit = True
        self._thread.join(10)

    def idle(self) -> bool:
        """Whether every message is handled and every reply sent."""
        with psycopg.connect(self._url) as connection:
            row = connection.execute(_BUSY).fetchone()
        return row is not None and row[0] == 0


def sandbox_settings(database_url: str, home: Path, bot_url: str, bot_token: str) -> Settings:
    """Return settings with secrets of this run only."""
    key = secrets.token_hex(32).encode()
    return Settings(database_url, home, "127.0.0.1", free_port(), bot_url, bot_token, (key,), token_keys=(key,))


@contextmanager
def sandbox_database(home: Path, name: str = "motcua_simulate") -> Iterator[str]:
    """Give an empty database beside the assistant's own: on its server, or on the embedded one of this home."""
    external = os.environ.get("DATABASE_URL")
    started = not external and not is_running(home)
    url = external or start_embedded(home)
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f'drop database if exists "{name}" with (force)'.encode())
        admin.execute(f'create database "{name}"'.encode())
    try:
        yield make_conninfo(url, dbname=name)
    finally:
        if started:
            stop_embedded(home)
