"""Parse times of the current model: ``python -m viet_nlu.parse_bench --models DIR``, a JSON list of texts on stdin.

Loads the model that DIR/current.json names as ``serve`` does, parses each text ``--rounds`` times after a warm-up and
prints one JSON object with ``p50_ms`` and ``p95_ms`` as its last line. The texts are never printed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from viet_nlu.model_file import ModelFileError, read_current, verify
from viet_nlu.quiet import configure_logging, set_environment
from viet_nlu.serve import model_metadata
from viet_nlu.without_tensorflow import install, needs_tensorflow


def current_model(folder: Path) -> Path:
    """Return the model that is current in ``folder``; raises ``ModelFileError`` when it is missing or broken."""
    current = read_current(folder)
    if current is None:
        raise ModelFileError("no model is current there: train one first")
    model = folder / current.model
    verify(model)
    return model


def texts_of(raw: str) -> list[str]:
    """Return the texts of a JSON list; raises ``ValueError`` saying what is expected."""
    texts = json.loads(raw)
    if not isinstance(texts, list) or not texts or not all(isinstance(one, str) and one for one in texts):
        raise ValueError("a JSON list of texts, none of them empty, is expected on stdin")
    return texts


def load_agent(model: Path) -> Any:
    """Return Rasa's agent with the model, without TensorFlow where the model does not need it."""
    if not needs_tensorflow(model_metadata(model)):
        install()
    from rasa.core.agent import Agent  # noqa: PLC0415 - only after the shells are in place

    configure_logging(level=50)
    return Agent.load(str(model))


async def parse_times(agent: Any, texts: list[str], rounds: int) -> list[float]:
    """Return the sorted milliseconds of ``rounds`` parses of each text, after one round that is not counted."""
    for text in texts:
        await agent.parse_message(text)
    times = []
    for _ in range(rounds):
        for text in texts:
            started = time.perf_counter()
            await agent.parse_message(text)
            times.append((time.perf_counter() - started) * 1000)
    return sorted(times)


def percentile(times: list[float], share: float) -> float:
    """Return a percentile of sorted times, rounded to 0.001 ms."""
    return round(times[min(len(times) - 1, int(len(times) * share))], 3)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns 0, or 1 after one sentence on stderr."""
    parser = argparse.ArgumentParser(prog="python -m viet_nlu.parse_bench", description="Measure parsing.")
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args(arguments)
    set_environment()
    try:
        texts = texts_of(sys.stdin.read())
        with redirect_stdout(sys.stderr):
            agent = load_agent(current_model(options.models))
    except (ModelFileError, ValueError) as problem:
        print(f"No measurement: {problem}", file=sys.stderr)
        return 1
    times = asyncio.run(parse_times(agent, texts, options.rounds))
    print(json.dumps({"p50_ms": percentile(times, 0.5), "p95_ms": percentile(times, 0.95)}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
