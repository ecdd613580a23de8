"""Fitting the ranker: a conditional logit over the candidates of each question, by plain numpy.

Nothing of the running service imports this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge_base.features import COLUMNS
from knowledge_base.lexical import Floats

_STEPS: Final = 400
_RATE: Final = 0.05
Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """One question's candidates: columns [k, f], which of them are right [k], its weight, and its right code."""

    columns: Floats
    right: NDArray[np.bool_]
    weight: float
    code: str


def fit_weights(examples: Sequence[Example], penalty: float) -> Floats:
    """Return [f] weights that make the right candidates most likely; ``penalty`` is that of their squares.

    Examples whose right answer is no candidate teach nothing and are passed over.
    """
    usable = [one for one in examples if one.right.any()]
    size = max(len(one.right) for one in usable)
    columns = np.zeros((len(usable), size, len(COLUMNS)), dtype=np.float32)
    right = np.zeros((len(usable), size), dtype=bool)
    there = np.zeros((len(usable), size), dtype=bool)
    for place, one in enumerate(usable):
        k = len(one.right)
        columns[place, :k], right[place, :k], there[place, :k] = one.columns, one.right, True
    weight = np.array([one.weight for one in usable])
    return _descend(columns, right, there, weight / weight.sum(), penalty)


def _descend(
    columns: Floats, right: NDArray[np.bool_], there: NDArray[np.bool_], weight: Doubles, penalty: float
) -> Floats:
    """Minimise by Adam: the loss is convex but for several right answers, and small."""
    weights = np.zeros(columns.shape[2])
    momentum, spread = np.zeros_like(weights), np.zeros_like(weights)
    flat = columns.reshape(-1, columns.shape[2])
    for step in range(1, _STEPS + 1):
        scores = (flat @ weights.astype(np.float32)).reshape(right.shape).astype(np.float64)
        belief = _soft(np.where(there, scores, -np.inf))
        target = _soft(np.where(right, scores, -np.inf))
        pull = ((belief - target) * weight[:, None]).astype(np.float32)
        gradient = pull.reshape(-1) @ flat + 2 * penalty * weights
        momentum = 0.9 * momentum + 0.1 * gradient
        spread = 0.999 * spread + 0.001 * gradient**2
        rate = _RATE * min(1.0, 2 * (1 - step / _STEPS))
        weights -= rate * (momentum / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.999**step)) + 1e-9)
    return weights.astype(np.float32)


def _soft(scores: Doubles) -> Doubles:
    odds: Doubles = np.exp(scores - scores.max(axis=1, keepdims=True))
    share: Doubles = odds / odds.sum(axis=1, keepdims=True)
    return share


def fit_logistic(features: Doubles, labels: Doubles, penalty: float = 1e-3, weights: Doubles | None = None) -> Doubles:
    """Return [f] weights of a logistic regression by Newton's steps; add a column of ones for the constant.

    ``weights`` [n] says how much each row counts, all alike without.
    """
    fitted = np.zeros(features.shape[1])
    ridge = np.eye(features.shape[1]) * penalty
    share = np.full(len(labels), 1.0) if weights is None else weights
    share = share / share.sum()
    for _ in range(30):
        chance = 1 / (1 + np.exp(-features @ fitted))
        gradient = features.T @ (share * (chance - labels)) + ridge @ fitted
        curve = (features * (share * chance * (1 - chance))[:, None]).T @ features + ridge
        fitted -= np.linalg.solve(curve, gradient)
    return fitted
