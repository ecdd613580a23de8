"""What a search ends in: hits, and the decision to answer, to ask back, or to say that nothing fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DecisionKind = Literal["answer", "clarify", "none"]


@dataclass(frozen=True)
class Hit:
    """One procedure found; ``score`` 0..1 is its share of belief among all procedures."""

    code: str
    title: str
    name: str
    score: float


@dataclass(frozen=True)
class Decision:
    """What to do with a question.

    ``answer``: the first hit is meant; ``clarify``: offer the 2–4 hits, with ``question`` when one question tells them
    apart; ``none``: nothing here fits. ``confidence`` 0..1 is the calibrated chance that the first hit is right.
    """

    kind: DecisionKind
    hits: tuple[Hit, ...]
    confidence: float
    question: str | None = None
