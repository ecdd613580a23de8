"""Fixtures shared by all layers: one embedded PostgreSQL a session, an empty database a test."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from tests.gateway_stack import Stack


_NAMES = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Address of a running embedded PostgreSQL; stopped at the end of the session."""
    from gateway.embedded import start_embedded, stop_embedded

    with tempfile.TemporaryDirectory(prefix="motcua-test-") as folder:
        home = Path(folder)
        # Tests kill processes, not the machine: without waiting for the disk the suite takes half the time.
        yield start_embedded(home, durable=False)
        stop_embedded(home, "immediate")


@pytest.fixture
def database_url(postgres_server: str) -> Iterator[str]:
    """Address of a fresh database with our schema."""
    from gateway.migrate import migrate

    name = f"test_{next(_NAMES)}"
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute(f"create database {name}")
    url = postgres_server.replace("/motcua?", f"/{name}?")
    migrate(url)
    yield url
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute(f"drop database {name} with (force)")


@pytest.fixture
def stack(database_url: str, tmp_path: Path) -> Iterator[Stack]:
    """Gateway and worker as processes around the scripted bot."""
    from tests.gateway_stack import Stack

    with Stack(database_url, tmp_path / "home") as running:
        yield running
