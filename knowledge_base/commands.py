"""The commands of the knowledge base: ``python -m knowledge_base …``, and ``./motcua kb …``."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

from core.errors import AssistantError
from knowledge_base import quality_commands, report
from knowledge_base.build import Built, EncoderChoice, build
from knowledge_base.catalogue import Catalogue
from knowledge_base.check import check as run_check
from knowledge_base.check import summary
from knowledge_base.compare import compare, read_state
from knowledge_base.encoder import encoder_setting, make_encoder
from knowledge_base.import_commands import import_command
from knowledge_base.load import CURATED_DIR
from knowledge_base.place import imported_dir, index_home
from knowledge_base.progress import bar
from knowledge_base.service import KnowledgeBase
from knowledge_base.tune_commands import tune_command


class _Told(TyperGroup):
    """Ends in one sentence instead of a traceback when the assistant itself raised the error."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except AssistantError as error:
            print(error, file=sys.stderr)
            raise typer.Exit(1) from error


app = typer.Typer(cls=_Told, no_args_is_help=True, help="The knowledge base: build, search, check, evaluate.")
app.command("import")(import_command)
app.command("tune")(tune_command)
app.add_typer(quality_commands.app)
out = Console()

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
CatalogueDir = Annotated[Path | None, typer.Option("--catalogue", help="Directory of imported procedures.")]


def read_catalogue(imported: Path | None) -> Catalogue:
    """Read the curated procedures and the imported ones (of the state directory when not given); say what is wrong."""
    catalogue = Catalogue.read(CURATED_DIR, imported or imported_dir())
    for problem in catalogue.problems[:20]:
        print(f"left out: {problem}", file=sys.stderr)
    return catalogue


def print_json(value: Any) -> None:
    """Print a value as JSON on standard output."""
    print(json.dumps(value, ensure_ascii=False))


@app.command()
def search(text: str, as_json: JsonFlag = False, k: Annotated[int, typer.Option("--k", min=1, max=100)] = 5) -> None:
    """Show what a question finds and what would be decided."""
    base = KnowledgeBase.open(index_home(), make_encoder())
    decision, hits = base.decide(text), base.search(text, k)
    if as_json:
        found = [asdict(hit) for hit in hits]
        print_json({"query": text, "decision": decision.kind, "confidence": round(decision.confidence, 4),
                    "question": decision.question, "hits": found})  # fmt: skip
        return
    out.print(f"[bold]{decision.kind}[/bold] ({decision.confidence:.2f}) {decision.question or ''}")
    for hit in hits:
        out.print(f"{hit.score:6.3f}  {hit.code}  {hit.title}")


@app.command(name="build")
def build_command(
    catalogue: CatalogueDir = None, force: Annotated[bool, typer.Option(help="Build even if nothing changed.")] = False
) -> None:
    """Build the search index of all procedures; what did not change is reused."""
    done = build_index(read_catalogue(catalogue), index_home(), force=force)
    state = "built" if done.fresh else "up to date"
    counts = f"{done.procedures} procedures, {done.encoded} texts encoded, {done.reused} reused"
    out.print(f"index {done.version} {state}: {counts}")


def build_index(catalogue: Catalogue, home: Path, *, force: bool = False) -> Built:
    """Build the index of a catalogue with the encoder of the settings, with a progress bar on standard error."""
    setting = encoder_setting()
    with bar("encoding names") as progress:
        choice = EncoderChoice(make_encoder(setting), setting)
        return build(catalogue, home, choice, progress, force=force)


@app.command(name="check")
def check_command(
    as_json: JsonFlag = False, catalogue: CatalogueDir = None,
    strict: Annotated[bool, typer.Option(help="Warnings count as errors.")] = False,
) -> None:  # fmt: skip
    """Look over the catalogue; the exit code is 1 when something must be mended."""
    read = Catalogue.read(CURATED_DIR, catalogue or imported_dir())
    findings = run_check(read.procedures, read.problems, date.today())
    totals = summary(read.procedures, findings)
    errors = [one for one in findings if one.severity == "error" or strict]
    if as_json:
        print_json({"ok": not errors, **totals, "details": [asdict(one) for one in findings]})
    else:
        report.print_findings(out, findings, totals)
    raise typer.Exit(1 if errors else 0)


@app.command()
def show(code: str, as_json: JsonFlag = False, catalogue: CatalogueDir = None) -> None:
    """Show one procedure as it stands in the catalogue."""
    procedure = report.find(read_catalogue(catalogue).procedures, code)
    if as_json:
        print(procedure.model_dump_json(exclude_defaults=True))
    else:
        report.print_procedure(out, procedure)


@app.command()
def stats(as_json: JsonFlag = False, catalogue: CatalogueDir = None) -> None:
    """Count the catalogue: procedures by field, level and origin, aliases, unknown facts."""
    numbers = report.statistics(read_catalogue(catalogue).procedures)
    if as_json:
        print_json(numbers)
        return
    table = Table("what", "count")
    for key, value in numbers.items():
        for name, count in value.items() if isinstance(value, dict) else [("", value)]:
            table.add_row(f"{key} {name}".strip(), str(count))
    out.print(table)


@app.command()
def diff(old: Path, new: Path, as_json: JsonFlag = False) -> None:
    """Say what changed between two states of the catalogue (directories of YAML files or of imports)."""
    changes = compare(read_state(old), read_state(new))
    if as_json:
        print_json([asdict(change) for change in changes])
        return
    for change in changes:
        out.print(f"{change.code} {change.kind}: {change.sentence}", markup=False, highlight=False)
    out.print(f"{len(changes)} changes")
