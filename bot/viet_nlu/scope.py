"""Telling what does not belong here: one calibrated score from what the classifier and its examples say. Knows numpy.

The signs of a text: the probability of ``out_of_scope``, the largest probability of another intent, the margin between
the two best, the evidence left unread (share of features never seen), and the likeness to the nearest examples inside
and outside. A logistic regression weighs them; it is fitted on folds that the classifier did not learn from.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
OUTSIDE: Final = "out_of_scope"
SIGNS: Final = ("outside", "best", "margin", "unseen", "near_inside", "near_outside")
LOSS: Final = 0.05  # the loss at which the recall is reported
# The share of questions inside the scope that the shipped threshold takes for outside: a citizen turned away is worse
# than an idle question that reaches the retrieval, which judges once more.
SHIPPED_LOSS: Final = 0.02


@dataclass(frozen=True)
class ScopeModel:
    """Weights over ``SIGNS`` and the score from which a text counts as outside."""

    weights: tuple[float, ...]
    bias: float
    threshold: float

    @classmethod
    def fit(cls, signs: Floats, outside: Sequence[bool]) -> ScopeModel:
        """Learn from held-out texts: ``signs`` [n, 6] and the truth; ``SHIPPED_LOSS`` sets the threshold."""
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - heavy, and needed in training only

        learner = LogisticRegression(C=10.0, max_iter=500, class_weight="balanced").fit(signs, list(outside))
        model = cls(tuple(map(float, learner.coef_[0])), float(learner.intercept_[0]), 0.5)
        inside = [score for score, out in zip(model.scores(signs), outside, strict=True) if not out]
        return cls(model.weights, model.bias, float(np.quantile(inside, 1 - SHIPPED_LOSS)))

    def scores(self, signs: Floats) -> list[float]:
        """Return the score of each text, 0 (inside) to 1 (outside)."""
        raw = signs @ np.array(self.weights) + self.bias
        return [float(one) for one in 1 / (1 + np.exp(-raw))]

    def save(self, path: Path) -> None:
        """Write the model as JSON."""
        content = {"weights": self.weights, "bias": self.bias, "threshold": self.threshold, "signs": SIGNS}
        path.write_text(json.dumps(content), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> ScopeModel:
        """Read what ``save`` wrote; raises ``OSError`` or ``ValueError`` when it is missing or of other signs."""
        content = json.loads(path.read_text(encoding="utf-8"))
        if tuple(content["signs"]) != SIGNS:
            raise ValueError("the scope model was made for other signs; train again")
        return cls(tuple(content["weights"]), content["bias"], content["threshold"])


class Nearest:
    """Likeness to the training examples: cosine between rows of the classifier's own weighed features."""

    def __init__(self, matrix: Any, outside: Sequence[bool]) -> None:
        self._columns = matrix.tocsc()  # [examples, features], rows of length 1
        self._outside = np.array(outside, dtype=bool)

    def likeness(self, places: NDArray[np.intp], values: Floats) -> tuple[float, float]:
        """Return the largest cosine to an example inside and to one outside, 0 to 1."""
        if not len(places):
            return 0.0, 0.0
        cosines = np.asarray(self._columns[:, places] @ values).ravel()
        inside, outside = cosines[~self._outside], cosines[self._outside]
        return float(inside.max(initial=0.0)), float(outside.max(initial=0.0))


def signs_of(labels: Sequence[str], scores: Floats, unseen: float, near: tuple[float, float]) -> list[float]:
    """Return the signs of one text in the order of ``SIGNS``."""
    out = labels.index(OUTSIDE) if OUTSIDE in labels else -1
    others = np.delete(scores, out) if out >= 0 else scores
    first, second = np.sort(scores)[::-1][:2] if len(scores) > 1 else (float(scores[0]), 0.0)
    outside = float(scores[out]) if out >= 0 else 0.0
    return [outside, float(others.max(initial=0.0)), float(first - second), unseen, *near]


def auroc(scores: Sequence[float], outside: Sequence[bool]) -> float:
    """Return the area under the ROC curve, ties counted as half; 0.5 when one kind is missing."""
    order = np.argsort(scores, kind="stable")
    sorted_scores = np.array(scores)[order]
    ranks = np.empty(len(scores))
    _, starts, counts = np.unique(sorted_scores, return_index=True, return_counts=True)
    for start, count in zip(starts, counts, strict=True):
        ranks[order[start : start + count]] = start + (count + 1) / 2
    flags = np.array(outside, dtype=bool)
    positives, negatives = int(flags.sum()), int((~flags).sum())
    if not positives or not negatives:
        return 0.5
    return float((ranks[flags].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def recall_at_loss(scores: Sequence[float], outside: Sequence[bool], loss: float = LOSS) -> float:
    """Return the share of outside texts caught when at most ``loss`` of the inside texts score as high."""
    inside = [score for score, out in zip(scores, outside, strict=True) if not out]
    caught = [score for score, out in zip(scores, outside, strict=True) if out]
    if not inside or not caught:
        return 0.0
    threshold = np.quantile(inside, 1 - loss)
    return float(np.mean([score > threshold for score in caught]))
