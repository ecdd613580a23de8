"""The command line of the assistant: ``./motcua --help``."""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from typing import Annotated

import typer

from cli.paths import ROOT, Home
from core.errors import AssistantError

app = typer.Typer(
    help="Trợ lý Một cửa: the citizens' assistant of a one-stop shop. Start with: ./motcua up",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Force = Annotated[bool, typer.Option("--force", help="Do it even when nothing changed.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Conversation = Annotated[str | None, typer.Option("--conversation", help="Name of the conversation to go on with.")]
_STARTED = time.monotonic()


def report(text: str) -> None:
    """Say on the error stream what is going on, with the seconds since the start."""
    typer.echo(f"[{time.monotonic() - _STARTED:5.1f}s] {text}", err=True)


@app.command()
def up() -> None:
    """Install, train, start everything, and stay until Ctrl-C."""
    from cli.stack import serve

    def ready(base: str) -> None:
        report("ready")
        typer.echo(f"Trang trò chuyện (chat page): {base}/")
        typer.echo("Ctrl-C dừng hệ thống (stops everything).")

    serve(Home.of_environment(), report, ready)


@app.command()
def ask(text: str, conversation: Conversation = None, as_json: AsJson = False) -> None:
    """Ask one question through the running stack (starts one for this question if none runs)."""
    from cli.client import WebClient
    from cli.stack import running
    from core.wording import plain_text

    home = Home.of_environment()
    with running(home, report) as base:
        asked = WebClient(base, home, conversation).ask(text)
    typer.echo(json.dumps(asked.as_json(), ensure_ascii=False) if as_json else plain_text(asked.reply))


@app.command()
def chat(conversation: Conversation = None) -> None:
    """Talk to the assistant in the terminal; a number picks a choice, an empty line ends."""
    from cli.chat import talk
    from cli.stack import running

    home = Home.of_environment()
    with running(home, report) as base:
        talk(base, home, conversation)


@app.command()
def simulate(
    platform: str,
    send: Annotated[str | None, typer.Option("--send", help="Send one text and end; a dialogue when left out.")] = None,
    as_json: AsJson = False,
    scripted: Annotated[
        bool, typer.Option("--scripted", help="Answer with a scripted bot, without the model.")
    ] = False,
) -> None:
    """Be a citizen on a fake platform (zalo, messenger): the real gateway and worker are in between."""
    from cli.simulate import Wish, run

    run(platform, Home.of_environment(), report, Wish(send, as_json, scripted))


@app.command()
def train(force: Force = False) -> None:
    """Train the model when config.yml, nlu_data/ or bot/ changed."""
    from cli import environment

    home = Home.of_environment()
    environment.check_disk(home)
    environment.install_bot(report)
    typer.echo(environment.train(home, force=force))


@app.command()
def status(as_json: AsJson = False) -> None:
    """Tell what runs, and whether it is ready."""
    from cli.status import stack_status, status_text

    found = stack_status(Home.of_environment())
    typer.echo(json.dumps(found, ensure_ascii=False) if as_json else status_text(found))
    raise typer.Exit(0 if found["ready"] else 1)


@app.command()
def check() -> None:
    """Hold the house rules: ruff, mypy, import-linter, rasa data validate, knowledge base check."""
    from cli.quality import run_checks

    raise typer.Exit(run_checks(Home.of_environment(), report))


@app.command()
def test(stages: Annotated[list[str] | None, typer.Argument(help="Stages to run; all by default.")] = None) -> None:
    """Run the tests: unit first, then the slower layers on the real parts."""
    from cli.quality import run_tests

    raise typer.Exit(run_tests(Home.of_environment(), report, stages or []))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def bench(context: typer.Context, name: str, as_json: AsJson = False) -> None:
    """Measure: turn, kb, accept, queue, reply, soak, dossier (docs/performance.md); more words go to the benchmark."""
    from cli.quality import run_bench

    raise typer.Exit(run_bench(Home.of_environment(), report, name, context.args, as_json=as_json))


def main() -> None:
    """Run the command line; an error of ours is one sentence and exit code 1."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.chdir(ROOT)
    try:
        _with_parts()()
    except AssistantError as error:
        typer.echo(f"motcua: {error}", err=True)
        sys.exit(1)


_PARTS = {
    "channel": ("cli.channel", "Set up channels: zalo authorise, messenger profile (./motcua channel --help)."),
    "kb": ("knowledge_base.commands", "The knowledge base: search, check, build, show, eval, import."),
    "nlu": ("cli.nlu", "The understanding: eval, cv, report (./motcua nlu --help)."),
    "dossier": ("cli.dossiers", "Dossiers: import, stats, generate, audit (./motcua dossier --help)."),
    "dead": ("cli.dead", "Dead letters: list, show, replay (./motcua dead --help)."),
    "switch": ("cli.switch", "Kill switches by channel and intent: off, on, list (./motcua switch --help)."),
}


def _with_parts() -> typer.Typer:
    """Mount the commands that parts bring along; imported only when asked for, so that ``up`` stays small."""
    for name, (module, words) in _PARTS.items():
        if sys.argv[1:2] == [name]:
            app.add_typer(importlib.import_module(module).app, name=name)
        else:
            app.command(name, help=words)(lambda: None)
    return app
