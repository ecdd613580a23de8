"""``./motcua switch``: turn a channel or an intent off and on, with a reason, on the audit log."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from cli.database import database, operator
from cli.paths import Home
from core.errors import BadInput
from gateway.switches import Kind, read_switches, turn_off, turn_on

app = typer.Typer(help="Kill switches: a channel (web, zalo, messenger) or intent:NAME.", no_args_is_help=True)
CHANNELS = ("web", "zalo", "messenger")
Reason = Annotated[str, typer.Option("--reason", help="Why; it goes on the audit log.")]


@app.command()
def off(target: str, reason: Reason) -> None:
    """Turn a channel or intent:NAME off: citizens get a courteous notice with the hotline."""
    kind, name = _target(target)
    with database(Home.of_environment()) as connection:
        turn_off(connection, kind, name, reason, operator())
    typer.echo(f"{kind} {name} is off; workers follow within two seconds")


@app.command()
def on(target: str, reason: Reason = "") -> None:
    """Turn it on again."""
    kind, name = _target(target)
    with database(Home.of_environment()) as connection:
        was_off = turn_on(connection, kind, name, reason, operator())
    typer.echo(f"{kind} {name} {'is on again' if was_off else 'was not off'}")


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List what is off."""
    with database(Home.of_environment()) as connection:
        found = read_switches(connection)
    if as_json:
        rows = [{**vars(item), "at": item.at.isoformat(timespec="seconds")} for item in found]
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for item in found:
        typer.echo(f"{item.kind:8} {item.name:24} {item.at:%d/%m/%Y %H:%M}  {item.actor}: {item.reason}")
    typer.echo(f"{len(found)} off", err=True)


def _target(text: str) -> tuple[Kind, str]:
    kind, _, name = text.rpartition(":")
    if kind == "intent":
        return "intent", name
    if not kind and name in CHANNELS:
        return "channel", name
    raise BadInput(f"Name a channel ({', '.join(CHANNELS)}) or intent:NAME.")
