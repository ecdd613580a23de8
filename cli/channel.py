"""Commands that set up channels: ``./motcua channel --help``."""

from __future__ import annotations

import typer

from cli.channel_messenger import app as messenger
from cli.channel_zalo import app as zalo

app = typer.Typer(help="Set up channels.", no_args_is_help=True)
app.add_typer(zalo, name="zalo")
app.add_typer(messenger, name="messenger")
