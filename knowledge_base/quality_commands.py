"""Commands that measure and tune search: ``kb eval``, ``kb fit``, ``kb bench``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from core.errors import SetupError
from knowledge_base.baselines import baselines
from knowledge_base.bench import bench
from knowledge_base.build import EncoderChoice, build
from knowledge_base.catalogue import Catalogue
from knowledge_base.encoder import encoder_setting, make_encoder
from knowledge_base.evaluation import Half, balanced, evaluate, evaluate_baselines, read_questions
from knowledge_base.fitting import Fitter
from knowledge_base.load import CURATED_DIR
from knowledge_base.place import imported_dir, index_home, state_home
from knowledge_base.progress import bar
from knowledge_base.ranker import MODEL_FILE, forget_unknown, read_model, write_model
from knowledge_base.service import KnowledgeBase

app = typer.Typer()
out = Console()
JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
CatalogueDir = Annotated[Path | None, typer.Option("--catalogue", help="Directory of imported procedures.")]
HalfOption = Annotated[str, typer.Option("--half", help="all, tune or held-out; fixed by each question's words.")]
_QUESTIONS = Path(__file__).parent.parent / "tests" / "retrieval"
_OUTSIDE = [_QUESTIONS / "questions_outside.jsonl", _QUESTIONS / "questions_outside2.jsonl"]


def measured_base(catalogue: Path | None) -> tuple[KnowledgeBase, int]:
    """Build (or reuse) an index of the curated procedures and this import, apart from the one in service.

    Returns it opened, with its size in bytes.
    """
    setting = encoder_setting()
    encoder = make_encoder(setting)
    home = state_home() / "kb-measured"
    read = Catalogue.read(CURATED_DIR, catalogue or imported_dir())
    with bar("encoding names") as progress:
        done = build(read, home, EncoderChoice(encoder, setting, index_home()), progress)
    size = sum(path.stat().st_size for path in (home / done.version).iterdir())
    return KnowledgeBase.open(home, encoder), size


@app.command(name="eval")
def eval_command(  # noqa: PLR0913, PLR0917 - one option of the command line each
    file: Path,
    catalogue: CatalogueDir = None,
    as_json: JsonFlag = False,
    no_marks: Annotated[bool, typer.Option("--no-marks", help="Strip all marks first.")] = False,
    baseline: Annotated[bool, typer.Option("--baseline", help="Measure the peers in the same run.")] = False,
    half: HalfOption = "all",
) -> None:
    """Measure search and decisions on labelled questions, JSON lines {"q", "codes", "style"}."""
    questions = read_questions(file, _half(half), no_marks=no_marks)
    base, size = measured_base(catalogue)
    base.search("khởi động")  # the first query loads pages; it is not what is measured
    report = evaluate(base, questions, size)
    if baseline:
        names = base.index.meta["names"]
        report["baselines"] = evaluate_baselines(baselines(base.codes(), names, make_encoder()), questions)
    if as_json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        _print_report(report)


def _half(name: str) -> Half:
    halves: tuple[Half, ...] = ("all", "tune", "held-out")
    for half in halves:
        if name == half:
            return half
    raise typer.BadParameter("use all, tune or held-out")


def _print_report(report: dict[str, Any]) -> None:
    by_style, peers = report.pop("by_style"), report.pop("baselines", {})
    out.print("  ".join(f"{key} {value}" for key, value in report.items()), highlight=False)
    keys = ("n", "r1", "r3", "r5", "mrr", "answered", "clarified", "none", "wrong_when_answered")
    table = Table("", *keys)
    for name, row in [*by_style.items(), *((f"baseline {name}", row) for name, row in peers.items())]:
        table.add_row(name, *(str(row.get(key, "")) for key in keys))
    out.print(table)


@app.command()
def fit(
    files: list[Path],
    catalogue: CatalogueDir = None,
    outside: Annotated[list[Path], typer.Option(help="Questions that are about no procedure.")] = _OUTSIDE,
    half: HalfOption = "tune",
) -> None:
    """Train the ranker and set the borders of deciding, into ranker.json; by default on each FILE's tuning half."""
    asked = balanced([read_questions(file, _half(half)) for file in files])
    strangers = [one for file in outside for one in read_questions(file)]
    write_model(forget_unknown(read_model()))
    base, _ = measured_base(catalogue)
    if base.index.vectors is None:
        raise SetupError("Fitting needs the encoder; unset MOTCUA_ENCODER.")
    lexical = KnowledgeBase.open(state_home() / "kb-measured")
    model = {}
    for mode, one in (("lexical", lexical), ("encoder", base)):
        with bar(f"measuring questions ({mode})") as step:
            fitter = Fitter(one.index, one.searcher, encode=mode == "encoder", step=step)
            model[mode] = fitter.fit(asked, strangers, fitter.made(one.stored))
    write_model(model)
    out.print(f"wrote {MODEL_FILE.name}")


@app.command(name="bench")
def bench_command(as_json: JsonFlag = False, catalogue: CatalogueDir = None) -> None:
    """Measure the time of search, of loading, and how both grow with the catalogue."""
    base, _ = measured_base(catalogue)
    figures = bench(base, state_home() / "kb-measured", make_encoder())
    if as_json:
        print(json.dumps(figures))
        return
    table = Table("what", "figure")
    for name, value in figures.items():
        table.add_row(name, str(value))
    out.print(table)
