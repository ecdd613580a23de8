"""``./motcua dead``: dead letters, which are messages that could not be handled or sent."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from cli.database import database, operator
from cli.paths import Home
from gateway.dead import Attempt, DeadLetter, as_json, list_dead, read_text, replay, show_dead

app = typer.Typer(help="Dead letters: messages that could not be handled or sent.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_(
    as_json_: AsJson = False,
    resolved: Annotated[bool, typer.Option("--all", help="Those already settled too.")] = False,
) -> None:
    """List the newest hundred, without anybody's words."""
    with database(Home.of_environment()) as connection:
        letters = list_dead(connection, resolved=resolved)
    if as_json_:
        typer.echo(json.dumps([as_json(letter) for letter in letters], ensure_ascii=False))
        return
    for letter in letters:
        typer.echo(_line(letter))
    typer.echo(f"{len(letters)} dead letter(s)", err=True)


@app.command()
def show(
    number: int,
    as_json_: AsJson = False,
    text: Annotated[bool, typer.Option("--text", help="Print the words too; that you looked is logged.")] = False,
) -> None:
    """Show one with its calls; the words only with --text."""
    with database(Home.of_environment()) as connection:
        letter, attempts = show_dead(connection, number)
        words, response = read_text(connection, number, operator()) if text else (None, None)
    if as_json_:
        found = as_json(letter) | {"calls": [_attempt(item) for item in attempts]}
        found |= {"text": words, "last_response": response} if text else {}
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    typer.echo(_line(letter))
    for item in attempts:
        typer.echo("  " + " ".join(f"{name}={value}" for name, value in _attempt(item).items() if value is not None))
    if text:
        typer.echo(words or "(the words are purged)")
        typer.echo(response or "")


@app.command("replay")
def replay_(
    number: int,
    reason: Annotated[str, typer.Option("--reason", help="Why; it goes on the audit log.")] = "",
    even_if_sent: Annotated[bool, typer.Option("--even-if-sent", help="Although it may have arrived.")] = False,
) -> None:
    """Put one back under its old ids: it is handled or sent once more, and nothing can happen twice."""
    with database(Home.of_environment()) as connection:
        letter = replay(connection, number, operator(), reason, even_if_sent=even_if_sent)
    typer.echo(f"{letter.table} {letter.row} is open again")


def _line(letter: DeadLetter) -> str:
    state = "settled" if letter.resolved_at else "open"
    return (f"{letter.id:6}  {letter.at:%d/%m/%Y %H:%M}  {letter.channel:10} {letter.kind:10} {state:8} "
            f"{letter.table} {letter.row}, {letter.attempts} tries: {letter.reason}")  # fmt: skip


def _attempt(item: Attempt) -> dict[str, object]:
    return {**vars(item), "at": item.at.isoformat(timespec="seconds")}
