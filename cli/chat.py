"""A conversation in the terminal."""

from __future__ import annotations

import typer

from cli.client import WebClient
from cli.paths import Home
from core.message import Button
from core.wording import AUTOMATIC_NOTICE, plain_text


def talk(base: str, home: Home, conversation: str | None) -> None:
    """Read lines and print replies until an empty line or end of input; a number picks that choice."""
    client = WebClient(base, home, conversation)
    typer.echo(AUTOMATIC_NOTICE)
    options: tuple[Button, ...] = ()
    while line := _read():
        chosen = options[int(line) - 1] if line.isdecimal() and 1 <= int(line) <= len(options) else None
        reply = client.ask(line, chosen.payload if chosen else None).reply
        options = reply.options
        typer.echo(plain_text(reply) + "\n")


def _read() -> str:
    try:
        return input("Anh/Chị: ").strip()
    except EOFError:
        return ""
