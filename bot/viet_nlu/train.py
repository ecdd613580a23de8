"""Training: ``python -m viet_nlu.train --out DIR [--force]``. Reuses the model when nothing it is made of has changed.

Writes DIR/model-<hash>.tar.gz, its .sha256 and DIR/current.json, each at once; progress on stderr, the path on stdout.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import shutil
import sys
import tempfile
import time
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from viet_nlu.encoding import CACHE
from viet_nlu.lookups import procedure_phrases, write_lookup
from viet_nlu.model_file import Current, publish, read_current, sidecar
from viet_nlu.quiet import configure_logging, set_environment
from viet_nlu.without_tensorflow import install, needs_tensorflow

ROOT: Final = Path(__file__).resolve().parents[2]
INPUTS: Final = ("config.yml", "nlu_data", "bot/domain", "bot/viet_nlu", "bot/uv.lock")


class TrainingError(Exception):
    """The model could not be trained; the text says what to do."""


def say(text: str) -> None:
    """Tell the operator how far the training is."""
    print(text, file=sys.stderr, flush=True)


def inputs_hash(root: Path, phrases: list[str]) -> str:
    """Return a hash over everything that the model is made of."""
    digest = hashlib.sha256("\n".join(phrases).encode())
    for name in INPUTS:
        start = root / name
        if not start.exists():
            raise TrainingError(f"{name} is missing: the check-out is not complete")
        files = sorted(start.rglob("*")) if start.is_dir() else [start]
        for path in files:
            if path.suffix in (".py", ".yml", ".json", ".lock"):
                digest.update(str(path.relative_to(root)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def train(root: Path, out: Path, *, force: bool) -> Current:
    """Return the current model, trained when needed. Raises ``TrainingError`` or ``OSError``."""
    out.mkdir(parents=True, exist_ok=True)
    phrases = procedure_phrases(root / "knowledge_base" / "procedures")
    inputs = inputs_hash(root, phrases)
    current = read_current(out)
    if current and not force and current.inputs == inputs and _is_whole(out, current):
        say(f"The model is up to date ({current.model}).")
        return current
    os.environ.setdefault(CACHE, str(out / "vectors"))
    say(f"Training the model: {len(phrases)} names of procedures, {_count_examples(root)} written examples.")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=".train-", dir=out) as work:
        built = _train_with_rasa(root, Path(work), phrases)
        seconds = time.monotonic() - started
        current = publish(built, out, inputs=inputs, train_s=seconds, trained_at=datetime.now(UTC).isoformat())
    _drop_older(out, keep=current.model)
    say(f"Trained in {seconds:.0f} s: {current.model}")
    return current


def _is_whole(out: Path, current: Current) -> bool:
    return (out / current.model).is_file() and sidecar(out / current.model).is_file()


def _count_examples(root: Path) -> int:
    files = (root / "nlu_data" / "nlu").glob("*.yml")
    return sum(line.startswith("      - ") for path in files for line in path.read_text(encoding="utf-8").splitlines())


def _train_with_rasa(root: Path, work: Path, phrases: list[str]) -> Path:
    os.environ["RASA_CACHE_DIRECTORY"] = str(work / "cache")
    write_lookup(phrases, work / "lookups" / "procedure.yml")
    if not needs_tensorflow((root / "config.yml").read_text(encoding="utf-8")):
        install()
    say("  loading Rasa ...")
    from rasa.model_training import train as rasa_train  # noqa: PLC0415 - takes seconds, and only now is it needed

    configure_logging()
    say("  learning ...")
    # stdout is for the path of the model alone, and Rasa's progress bars draw hundreds of lines where no terminal is
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        result = rasa_train(
            domain=str(root / "bot" / "domain"),
            config=str(root / "config.yml"),
            training_files=[str(root / "nlu_data"), str(work / "lookups")],
            output=str(work / "built"),
            force_training=True,
            fixed_model_name="model",
        )
    if result.code != 0 or not result.model:
        raise TrainingError(
            "Rasa trained nothing: run `rasa data validate` to see what is wrong with the training data"
        )
    return Path(result.model)


def _drop_older(out: Path, keep: str, spare: int = 1) -> None:
    """Keep the current model and the one before it; the rest only fills the disk."""
    older = sorted((p for p in out.glob("model-*.tar.gz") if p.name != keep), key=lambda p: p.stat().st_mtime)
    for path in older[: max(0, len(older) - spare)]:
        path.unlink()
        sidecar(path).unlink(missing_ok=True)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns 0, or 1 after one sentence on stderr."""
    parser = argparse.ArgumentParser(prog="python -m viet_nlu.train", description="Train the model of the assistant.")
    parser.add_argument("--out", type=Path, required=True, help="directory of the models")
    parser.add_argument("--root", type=Path, default=ROOT, help="check-out with config.yml and nlu_data")
    parser.add_argument("--force", action="store_true", help="train even when nothing has changed")
    options = parser.parse_args(arguments)
    set_environment()
    try:
        current = train(options.root.resolve(), options.out.resolve(), force=options.force)
    except (TrainingError, ValueError) as problem:
        say(f"Training failed: {problem}")
        return 1
    except OSError as problem:
        free = shutil.disk_usage(options.out if options.out.exists() else Path.cwd()).free // 2**20
        say(f"Training failed: {problem.strerror or problem} ({free} MB free on the disk of the models).")
        return 1
    print(options.out.resolve() / current.model)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
