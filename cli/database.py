"""The assistant's database for commands: the configured one, the embedded one, or that started for the command."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from cli.paths import Home
from gateway.database import Connection, connect_options
from gateway.embedded import is_running, start_embedded, stop_embedded
from gateway.migrate import migrate


@contextmanager
def database(home: Home) -> Iterator[Connection]:
    """Give a connection in one transaction."""
    external = os.environ.get("DATABASE_URL")
    started = not external and not is_running(home.path)
    url = external or start_embedded(home.path)
    try:
        migrate(url)
        with psycopg.connect(url, **connect_options("motcua-cli")) as connection, connection.transaction():
            yield connection
    finally:
        if started:
            stop_embedded(home.path)


def operator() -> str:
    """Return who acts, for the audit log: the user of the machine."""
    return os.environ.get("SUDO_USER") or getpass.getuser()
