"""Figures of an evaluation: accuracy, macro-F1, out-of-scope recall, entity F1. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import mean
from typing import Any

from viet_nlu.scope import OUTSIDE, auroc, recall_at_loss

Spans = set[tuple[str, int, int]]


def f1_by_label(gold: Sequence[str], read: Sequence[str]) -> dict[str, float]:
    """Return the F1 of each label that stands in ``gold``."""
    hits = Counter(g for g, r in zip(gold, read, strict=True) if g == r)
    golds, reads = Counter(gold), Counter(read)
    return {label: 2 * hits[label] / (golds[label] + reads[label]) for label in sorted(golds)}


def intent_figures(gold: Sequence[str], read: Sequence[str], outside: Sequence[float] | None = None) -> dict[str, Any]:
    """Return accuracy and macro-F1, and with scores of being outside the recall at 5 % loss and the AUROC."""
    if not gold:
        return {"tested": 0}
    out: dict[str, Any] = {
        "tested": len(gold),
        "accuracy": round(mean(g == r for g, r in zip(gold, read, strict=True)), 4),
        "macro_f1": round(mean(f1_by_label(gold, read).values()), 4),
    }
    flags = [label == OUTSIDE for label in gold]
    if outside is not None and any(flags) and not all(flags):
        out["out_of_scope_recall_at_5_percent"] = round(recall_at_loss(outside, flags), 4)
        out["auroc"] = round(auroc(outside, flags), 4)
    return out


def entity_figures(gold: Iterable[Spans], found: Iterable[Spans]) -> dict[str, Any]:
    """Return micro-F1 over exact spans, precision, recall, and the F1 of each entity."""
    hits: Counter[str] = Counter()
    golds: Counter[str] = Counter()
    founds: Counter[str] = Counter()
    for right, read in zip(gold, found, strict=True):
        hits.update(one[0] for one in right & read)
        golds.update(one[0] for one in right)
        founds.update(one[0] for one in read)
    total, right_total, found_total = sum(hits.values()), sum(golds.values()), sum(founds.values())
    return {
        "f1": round(2 * total / max(1, right_total + found_total), 4),
        "precision": round(total / max(1, found_total), 4),
        "recall": round(total / max(1, right_total), 4),
        "by_entity": {name: round(2 * hits[name] / (golds[name] + founds[name]), 4) for name in sorted(golds | founds)},
    }


def confusions(gold: Sequence[str], read: Sequence[str], most: int = 12) -> list[tuple[str, int]]:
    """Return the commonest mistakes as ("right > read", count)."""
    return Counter(f"{g} > {r}" for g, r in zip(gold, read, strict=True) if g != r).most_common(most)
