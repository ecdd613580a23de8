"""One real stack for all conversations: PostgreSQL, Rasa, action server, gateway and worker, in a home of its own."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from cli.environment import current_model
from cli.paths import Home
from cli.stack import Stack
from core.errors import SetupError
from dossiers.load import load
from dossiers.place import open_secret
from gateway.embedded import start_embedded
from tests.conversations.report import Conversation, write_report
from tests.dossier_set import rows


def borrowed_home(folder: Path) -> Home:
    """Return a fresh state directory that uses the model and the index of this machine's own."""
    own = Home.of_environment()
    home = Home(folder)
    for made in (home.logs, home.run):
        made.mkdir(parents=True)
    home.models.symlink_to(own.models)
    home.kb.symlink_to(own.kb)
    return home


@pytest.fixture(scope="session")
def stack() -> Iterator[tuple[str, Home]]:
    """Address and state directory of the running stack."""
    try:
        current_model(Home.of_environment())
    except SetupError as error:
        pytest.skip(str(error))
    with tempfile.TemporaryDirectory(prefix="motcua-talk-") as folder:
        home = borrowed_home(Path(folder))
        running = Stack(home, lambda text: print(text, file=sys.stderr), port=0)
        try:
            running.start()
            yield running.base, home
        finally:
            running.stop()


@pytest.fixture(scope="session")
def talks() -> Iterator[list[Conversation]]:
    """The conversations of this run; at its end they are written to ``reports/conversations.html``."""
    told: list[Conversation] = []
    yield told
    path = Home.of_environment().path / "reports" / "conversations.html"
    write_report(told, path)
    print(f"\nconversations: {path}", file=sys.stderr)


@pytest.fixture(autouse=True)
def registry_of_a_talk(request: pytest.FixtureRequest) -> None:
    """Fill the registry for conversations named "registry: …"; the others about dossiers meet an empty one."""
    if "registry: " in request.node.name:
        request.getfixturevalue("filled_registry")
    elif "dossier: " in request.node.name:
        empty_registry(request.getfixturevalue("stack")[1])


@pytest.fixture
def filled_registry(stack: tuple[str, Home]) -> None:
    """The few made-up dossiers of ``tests.dossier_set`` in the stack's registry."""
    empty_registry(stack[1])
    secret = open_secret({"MOTCUA_HOME": str(stack[1].path)})
    url = start_embedded(stack[1].path)
    load(lambda: psycopg.connect(url), secret, rows())


def empty_registry(home: Home) -> None:
    """Delete every dossier, and the tries on their codes."""
    with psycopg.connect(start_embedded(home.path)) as connection:
        for table in ("record", "secret_fact", "tries", "verified", "change", "subscription"):
            connection.execute(f"delete from dossier.{table}")
