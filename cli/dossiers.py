"""``./motcua dossier``: where the commands find the database and the secret."""

from __future__ import annotations

import atexit
import fcntl
import os
from functools import cache

import typer

from cli.paths import Home
from dossiers.commands import Store, dossier_app
from dossiers.place import open_secret
from gateway.embedded import is_running, start_embedded, stop_embedded


def commands(home: Home) -> typer.Typer:
    """Return the commands over the database of a state directory, or that of ``DATABASE_URL``."""

    @cache
    def url() -> str:
        return _database(home)

    found = dossier_app(Store(url, lambda: open_secret({**os.environ, "MOTCUA_HOME": str(home.path)})))

    @found.command()
    def faults() -> None:
        """Talk to the fake portal through every fault and print docs/dossier-faults.md."""
        from cli.dossier_faults import markdown  # noqa: PLC0415 - the actions are loaded for this command only
        from cli.sandbox import sandbox_database  # noqa: PLC0415 - as above

        with sandbox_database(home.path, "motcua_faults") as database:
            typer.echo(markdown(database), nl=False)

    return found


def _database(home: Home) -> str:
    """The database's address; an embedded server that does not run is started, and stopped when the command ends."""
    external = os.environ.get("DATABASE_URL")
    if external:
        return external
    if not is_running(home.path):
        atexit.register(_stop, home)
    return start_embedded(home.path)


def _stop(home: Home) -> None:
    """Stop the server we started, unless a stack has begun to use it meanwhile: it stops it itself."""
    with (home.run / "stack.lock").open("a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        stop_embedded(home.path)


app = commands(Home.of_environment())
