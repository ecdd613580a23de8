"""``./motcua nlu``: figures of the understanding, computed in Rasa's own environment."""

from __future__ import annotations

import subprocess
from pathlib import Path

import typer

from cli.environment import install_bot, state_env
from cli.paths import ROOT, Home, bot_python

app = typer.Typer(
    help="Figures of the understanding: eval FILE.jsonl, eval --pipeline-only, cv, report.", no_args_is_help=True
)
_PASS_ON = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}


def _run(command: str, words: list[str]) -> None:
    home = Home.of_environment()
    install_bot(lambda text: typer.echo(text, err=True))
    # The words come from the person at this terminal; a path among them is meant from where they stand.
    words = [str(Path(word).resolve()) if Path(word).exists() else word for word in words]
    models = ["--models", str(home.models)] if command == "eval" and "--models" not in words else []
    argv = [str(bot_python()), "-W", "ignore", "-m", "viet_nlu.evaluation", command, *models, *words]
    done = subprocess.run(argv, cwd=ROOT / "bot", env=state_env(home), check=False)  # noqa: S603 - our own module
    raise typer.Exit(done.returncode)


@app.command("eval", context_settings=_PASS_ON)
def evaluate(context: typer.Context) -> None:
    """Figures on labelled lines (FILE.jsonl), or of the pipeline on a foreign set (--pipeline-only)."""
    _run("eval", context.args)


@app.command("cv", context_settings=_PASS_ON)
def cross_validate(context: typer.Context) -> None:
    """Cross-validate our own components (--folds, --first, --calibrate)."""
    _run("cv", context.args)


@app.command("report", context_settings=_PASS_ON)
def report(context: typer.Context) -> None:
    """Robustness table of three pipelines, written to docs/nlu.md and docs/nlu.svg (--epochs, --limit, --reuse)."""
    _run("report", context.args)
