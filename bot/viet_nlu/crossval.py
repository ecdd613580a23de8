"""Cross-validation of our own components on the written examples, without Rasa around them.

The folds are stratified by intent and the same at every run. The scope model is judged on a fold with weights from the
other folds; what was learnt from a fold never judges it.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from viet_nlu.examples import Entity, Example
from viet_nlu.figures import Spans, confusions, entity_figures, f1_by_label, intent_figures
from viet_nlu.patterns import find_patterns
from viet_nlu.perturb import CHANGES, changed
from viet_nlu.places import PLACES
from viet_nlu.reader import IntentReader
from viet_nlu.scope import OUTSIDE, ScopeModel
from viet_nlu.tagger import CRF, LEARNT, Tagger, tag_examples

STEP_CHANGES: Final = ("as is", "no marks", "teencode", "typo of one letter", "Telex leftovers")


class Plan(NamedTuple):
    """What to test: ``first`` of the folds (each learnt from all the others, ``None`` for all) and these changes."""

    folds: int
    first: int | None = None
    changes: Sequence[str] = tuple(CHANGES)


class Held(NamedTuple):
    """What one held-out text gave: its fold, the right intent, the one read, and the signs of scope."""

    fold: int
    gold: str
    read: str
    signs: list[float]


class Row:
    """An example as the learners read it: ``get("text" | "intent" | "entities")``, like a Rasa message."""

    def __init__(self, example: Example) -> None:
        self._content = {
            "text": example.text,
            "intent": example.intent,
            "entities": [one._asdict() for one in example.entities],
        }

    def get(self, name: str) -> Any:
        """Return one part of the example, ``None`` when it has none of that name."""
        return self._content.get(name)


def folds_of(examples: Sequence[Example], folds: int) -> list[tuple[list[Example], list[Example]]]:
    """Return (train, test) for each fold, every intent spread evenly; the same at every run."""
    groups: dict[str, list[Example]] = defaultdict(list)
    for example in sorted(set(examples), key=lambda one: (one.intent, one.text)):
        groups[example.intent].append(example)
    places: dict[Example, int] = {}
    for intent, group in sorted(groups.items()):
        random.Random(intent).shuffle(group)  # noqa: S311 - repeatable folds
        places |= {example: at % folds for at, example in enumerate(group)}
    return [([e for e in places if places[e] != at], [e for e in places if places[e] == at]) for at in range(folds)]


def held_out(
    examples: Sequence[Example],
    phrases: Sequence[str],
    settings: Mapping[str, Any],
    plan: Plan,
) -> dict[str, list[Held]]:
    """Return for each change of the plan what the classifier read on texts that it did not learn from."""
    out: dict[str, list[Held]] = {name: [] for name in plan.changes}
    for at, (train, test) in enumerate(folds_of(examples, plan.folds)):
        if plan.first is not None and at >= plan.first:
            break
        started = time.monotonic()
        reader = IntentReader.learn([Row(one) for one in train], phrases, settings)
        for name in plan.changes:
            for example, text in zip(test, changed(name, [one.text for one in test]), strict=True):
                signs, read = reader.signs_and_best(text)
                out[name].append(Held(at, example.intent, read, signs))
        print(f"fold {at}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    return out


def worth_of_steps(
    examples: Sequence[Example], phrases: Sequence[str], settings: Mapping[str, Any], folds: int
) -> dict[str, dict[str, float]]:
    """Return the accuracy on fold 0 by change with every step of the normalisation, and with each one left out.

    The weights are learnt once, with every step; a step is left out in reading only.
    """
    train, test = folds_of(examples, folds)[0]
    whole = IntentReader.learn([Row(one) for one in train], phrases, settings)
    out = {}
    for step in ("", *settings["steps"], "slips"):
        reader = whole.without_step(step) if step else whole
        out[f"without {step}" if step else "every step"] = {
            name: round(_accuracy(reader, test, changed(name, [one.text for one in test])), 4) for name in STEP_CHANGES
        }
    return out


def _accuracy(reader: IntentReader, test: Sequence[Example], texts: Sequence[str]) -> float:
    right = [reader.signs_and_best(text)[1] == one.intent for one, text in zip(test, texts, strict=True)]
    return sum(right) / len(right)


def with_scope(held: Mapping[str, Sequence[Held]]) -> dict[str, tuple[list[str], list[str], list[float]]]:
    """Return (gold, read, score of being outside) for each change; scope weights come from the other folds."""
    models = {at: _scope_without(held["as is"], at) for at in {one.fold for one in held["as is"]}}
    out = {}
    for name, rows in held.items():
        scores = [models[one.fold].scores(np.array([one.signs], dtype=np.float32))[0] for one in rows]
        read = [
            OUTSIDE if score > models[one.fold].threshold else one.read for one, score in zip(rows, scores, strict=True)
        ]
        out[name] = ([one.gold for one in rows], read, scores)
    return out


def _scope_without(rows: Sequence[Held], fold: int) -> ScopeModel:
    kept = [one for one in rows if one.fold != fold] or list(rows)
    return fit_scope(kept)


def fit_scope(rows: Sequence[Held]) -> ScopeModel:
    """Return the scope model of held-out rows."""
    return ScopeModel.fit(
        np.array([one.signs for one in rows], dtype=np.float32), [one.gold == OUTSIDE for one in rows]
    )


def intent_report(held: Mapping[str, Sequence[Held]]) -> dict[str, Any]:
    """Return the figures of every change, the weakest intents and the commonest mistakes."""
    rows = with_scope(held)
    plain = held["as is"]
    gold, read = [one.gold for one in plain], [one.read for one in plain]
    table = {}
    for name, (right, scoped, scores) in rows.items():
        table[name] = intent_figures(right, [one.read for one in held[name]], scores)
        table[name]["macro_f1_with_scope"] = intent_figures(right, scoped)["macro_f1"]
    return {
        "rows": table,
        "weakest": sorted(f1_by_label(gold, read).items(), key=lambda one: one[1])[:12],
        "confused": confusions(gold, read, 20),
    }


def entity_report(
    examples: Sequence[Example], phrases: Sequence[str], folds: int, first: int | None = None
) -> dict[str, Any]:
    """Return the entity figures over all folds: patterns for what has a shape, the CRF for names."""
    gold: list[Spans] = []
    found: list[Spans] = []
    for train, test in folds_of(examples, folds)[:first]:
        with tempfile.TemporaryDirectory() as work:
            names = {"procedure": list(phrases), "place": list(PLACES)}
            rows = tag_examples([Row(one) for one in train])
            tagger = Tagger.train(rows, names, Path(work) / "crf", CRF)
        for example in test:
            gold.append({(one.entity, one.start, one.end) for one in example.entities if one.entity in LEARNT})
            found.append({(one.entity, one.start, one.end) for one in _find(tagger, example.text)})
    return entity_figures(gold, found)


def _find(tagger: Tagger, text: str) -> list[Entity]:
    shaped = find_patterns(text)
    learnt = tagger.find(text)
    return [
        Entity(one.entity, one.start, one.end)
        for one in learnt
        if all(one.end <= other.start or other.end <= one.start for other in shaped)
    ]
