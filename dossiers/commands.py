"""Commands over the embedded registry: ``dossier import``, ``stats``, ``generate`` and ``audit``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from core.dossier import HANOI, DossierUnavailable, Tally
from dossiers import audit, statistics
from dossiers.facts import Secret
from dossiers.load import ImportReport, load
from dossiers.plot import svg
from dossiers.reading import read_rows
from dossiers.schema import Connection, migrate
from dossiers.synthetic import exact_shares, generate, write

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Day = Annotated[str | None, typer.Option(help="A day: 2026-11-23.")]
TITLE = "Tỷ lệ hồ sơ trả đúng hạn và trước hạn"


@dataclass(frozen=True)
class Store:
    """How the commands reach the registry: the database's address and the secret, each fetched when needed."""

    url: Callable[[], str]
    secret: Callable[[], Secret]

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Give a connection in one transaction.

        Raises:
            DossierUnavailable: the database cannot be reached.
        """
        try:
            with psycopg.connect(self.url(), connect_timeout=5, application_name="motcua-dossier") as connection:
                yield connection
        except psycopg.OperationalError as error:
            raise DossierUnavailable("the database of dossiers cannot be reached") from error


def dossier_app(store: Store) -> typer.Typer:
    """Return the commands, to be mounted as ``dossier``; the schema is made when a command first needs it."""
    app = typer.Typer(help="Dossiers: import, statistics, made-up data, audit.", no_args_is_help=True)

    @app.command("import")
    def import_(file: Path, as_json: AsJson = False) -> None:
        """Import dossiers from FILE.csv or FILE.jsonl; a bad line is told and left out (exit code 2)."""
        migrate(store.url())
        report = load(store.transaction, store.secret(), read_rows(file, datetime.now(HANOI)))
        typer.echo(json.dumps(_plain(report), ensure_ascii=False) if as_json else _told(report))
        raise typer.Exit(2 if report.failed else 0)

    @app.command()
    def stats(
        by: Annotated[list[str] | None, typer.Option(help="all, level, field, unit, month; may be repeated.")] = None,
        since: Day = None,
        until: Day = None,
        as_json: AsJson = False,
        plot: Annotated[Path | None, typer.Option(help="Write the chart of the last grouping as SVG.")] = None,
    ) -> None:
        """Count dossiers early, on time, late and in progress, with the share returned in time."""
        groups = _groups(store, by or ["all", "level"], since, until)
        if plot:
            plot.write_text(svg(list(groups.values())[-1], TITLE), encoding="utf-8")
        typer.echo(json.dumps(statistics.as_json(groups), ensure_ascii=False) if as_json else _table(groups))

    @app.command("generate")
    def generate_(
        file: Path,
        count: Annotated[int, typer.Option(min=1, help="How many dossiers.")] = 100_000,
        seed: int = 2026,
        until: Annotated[str, typer.Option(help="The last day.")] = "2026-11-23",
        document: Annotated[bool, typer.Option(help="The set built to the source document's shares.")] = False,
    ) -> None:
        """Write made-up dossiers as JSON lines, the same for the same seed."""
        rows = exact_shares() if document else generate(count, _day(until), seed)
        typer.echo(f"{write(rows, file)} dossiers in {file.name}")

    @app.command("audit")
    def audit_() -> None:
        """Check the chain of the audit log; exit code 1 when a line was changed."""
        migrate(store.url())
        with store.transaction() as connection:
            broken = audit.first_broken(connection)
        typer.echo("The audit log is whole." if broken is None else f"The audit log was changed at line {broken}.")
        raise typer.Exit(0 if broken is None else 1)

    return app


def _groups(store: Store, by: list[str], since: str | None, until: str | None) -> dict[str, list[Tally]]:
    migrate(store.url())
    first, last = (_day(text) if text else None for text in (since, until))
    now = datetime.now(HANOI)
    with store.transaction() as connection:
        return {name: statistics.tallies(connection, statistics.grouping(name), now, first, last) for name in by}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no day such as 2026-11-23") from error


def _plain(report: ImportReport) -> dict[str, object]:
    return {**vars(report), "errors": [vars(error) for error in report.errors]}


def _told(report: ImportReport) -> str:
    lines = [f"line {error.line}: {error.reason}" for error in report.errors]
    if report.failed > len(report.errors):
        lines.append(f"… and {report.failed - len(report.errors)} more lines left out")
    counts = f"{report.added} added, {report.changed} changed, {report.unchanged} unchanged, {report.failed} left out"
    return "\n".join([*lines, counts])


def _table(groups: dict[str, list[Tally]]) -> str:
    head = f"{'':36}{'early':>9}{'on time':>9}{'late':>7}{'share %':>9}{'open':>8}{'overdue':>9}{'closed':>8}"
    lines = [head]
    for by, tallies in groups.items():
        lines.append(by)
        lines += [
            f"  {(t.key or '(none)')[:33]:34}{t.early:>9}{t.on_time:>9}{t.late:>7}"
            f"{'-' if t.share is None else format(t.share, '.2f'):>9}{t.in_progress:>8}{t.overdue:>9}{t.closed:>8}"
            for t in tallies
        ]
    return "\n".join(lines)
