"""The command ``kb tune``: tune a sentence encoder on the catalogue's own words and show what it changed."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from knowledge_base.build import Progress
from knowledge_base.catalogue import Catalogue
from knowledge_base.evaluation import read_questions
from knowledge_base.load import CURATED_DIR
from knowledge_base.place import imported_dir
from knowledge_base.progress import bar
from knowledge_base.tune import Exam, Settings, tune

out = Console()
_KEYS: Final = ("n", "r1", "r3", "r5", "mrr", "answered", "clarified", "none", "wrong_when_answered")
_STANDARD: Final = Settings()


def tune_command(  # noqa: PLR0913, PLR0917 - one option of the command line each
    base: Annotated[Path, typer.Option("--base", help="Folder of the SentenceTransformer to start from.")],
    target: Annotated[Path, typer.Option("--out", help="New folder for the tuned model.")],
    epochs: Annotated[int, typer.Option("--epochs", min=1, help="Times over all pairs.")] = _STANDARD.epochs,
    max_pairs: Annotated[int | None, typer.Option("--max-pairs", min=2, help="The most pairs taken.")] = None,
    file: Annotated[Path | None, typer.Option("--eval", help="Labelled questions to measure with as well.")] = None,
    catalogue: Annotated[Path | None, typer.Option("--catalogue", help="Directory of imported procedures.")] = None,
    curated: Annotated[Path, typer.Option("--curated", help="Directory of the written procedures.")] = CURATED_DIR,
    batch: Annotated[int, typer.Option("--batch", min=2, help="Pairs a step.")] = _STANDARD.batch,
    unmarked: Annotated[float, typer.Option(min=0, max=1, help="Share repeated without marks.")] = _STANDARD.unmarked,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Tune a local SentenceTransformer on names, aliases and template questions; measure before and after.

    The new folder is used with MOTCUA_ENCODER=sentence-transformers:FOLDER; its figures are kept in its tuning.json.
    """
    asked = read_questions(file) if file else []
    settings = Settings(epochs=epochs, max_pairs=max_pairs, batch=batch, unmarked=unmarked)
    with ExitStack() as bars:

        def watch(what: str) -> Progress:
            bars.close()  # one bar at a time
            return bars.enter_context(bar(what))

        read = Catalogue.read(curated, catalogue or imported_dir())
        report = tune(base, target, Exam(read, asked, watch), settings)
    if as_json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        _print(report, target)


def _print(report: dict[str, Any], target: Path) -> None:
    trained = ("pairs", "steps", "loss", "seconds")
    out.print("  ".join(f"{key} {report[key]}" for key in trained), highlight=False)
    table = Table("questions", "ranking", "tuned", *_KEYS)
    for asked in report["before"]:
        for when in ("before", "after"):
            figures = report[when][asked]
            for ranking, row in (("search", figures), ("encoder alone", figures["baselines"]["encoder"])):
                table.add_row(asked, ranking, when, *(str(row.get(key, "")) for key in _KEYS))
    out.print(table)
    out.print(f"Use it: MOTCUA_ENCODER=sentence-transformers:{target} ./motcua kb build", highlight=False)
