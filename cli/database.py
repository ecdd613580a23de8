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
def database_address(home: Home) -> Iterator[str]:
    """Give the address of the running database, brought to the newest schema."""
    external = os.environ.get("DATABASE_URL")
    started = not external and not is_running(home.path)
    url = external or start_embedded(home.path)
    try:
        migrate(url)
        yield url
    finally:
        if started:
            stop_embedded(home.path)


@contextmanager
def database(home: Home) -> Iterator[Connection]:
    """Give a connection in one transaction."""
    with (
        database_address(home) as url,
        psycopg.connect(url, **connect_options("motcua-cli")) as connection,
        connection.transaction(),
    ):
        yield connection


def operator() -> str:
    """Return who acts, for the audit log: the user of the machine."""
    return os.environ.get("SUDO_USER") or getpass.getuser()
