"""The command ``kb import``; also runs alone as ``python -m knowledge_base.import_commands``."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from core.errors import BadInput
from knowledge_base.importers import FORMATS, Outcome, run_import
from knowledge_base.quality import print_report, write_report

app = typer.Typer(help="Import procedures from outside sources.", no_args_is_help=True)


def import_file(path: Path, form: str, out: Path, *, gathered: date | None = None, console: Console) -> Outcome:
    """Import a file with a progress bar, write the records and the quality report into ``out``, print the table.

    Raises:
        BadInput: no such format or file, or the file is not of that format.
    """
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(f"Đọc {path.name}", total=None)
        outcome = run_import(path, form, out, gathered=gathered, on_record=lambda: progress.advance(task))
        progress.update(task, total=outcome.read, completed=outcome.read)
    json_path, html_path = write_report(outcome, out)
    print_report(outcome, console)
    console.print(f"Báo cáo: {html_path} và {json_path}")
    return outcome


@app.command("import")
def import_command(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="the file (plain or .gz), or a folder of .docx files")],
    form: Annotated[str, typer.Option("--format", help=f"one of: {', '.join(FORMATS)}")],
    out: Annotated[Path, typer.Option("--out", help="folder for procedures.jsonl and the quality report")],
    gathered: Annotated[
        datetime | None,
        typer.Option(
            "--gathered", formats=["%Y-%m-%d"], help="day on which the source was gathered, where it has none"
        ),
    ] = None,
) -> None:
    """Import procedures from FILE into a folder, and report what needs an editor's eye."""
    console = Console()
    try:
        outcome = import_file(path, form, out, gathered=gathered.date() if gathered else None, console=console)
    except BadInput as error:
        console.print(f"[red]{error}[/red]")
        raise typer.Exit(2) from error
    if outcome.read and not outcome.written:
        raise typer.Exit(1)


if __name__ == "__main__":
    app()
