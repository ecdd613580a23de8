"""One real stack for all conversations: PostgreSQL, Rasa, action server, gateway and worker, in a home of its own."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.environment import current_model
from cli.paths import Home
from cli.stack import Stack
from core.errors import SetupError


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
