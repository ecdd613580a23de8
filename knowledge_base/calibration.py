"""From a ranking to a chance: how likely the first candidate is right, and how likely the question is ours at all.

Two logistic models over a few signals, fitted apart for questions with and without marks (``kb fit``). Soft-max shares
alone are no chances: they say which candidate is best, not whether any is good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from knowledge_base.features import COLUMNS
from knowledge_base.lexical import Floats

SIGNALS: Final = ("one", "share", "lead", "second", "known", "dice", "covered", "covers", "cosine", "words", "curated",
                  "meant", "matched", "asked_dice", "told", "told_pairs")  # fmt: skip
SCOPE_SIGNALS: Final = ("one", "known", "dice", "covered", "cosine", "words", "meant", "matched", "share",
                        "curated", "asked_dice", "told", "told_pairs")  # fmt: skip
_COLUMN: Final = {name: place for place, name in enumerate(COLUMNS)}
_PLAIN: Final = ("curated", "meant", "matched", "asked_dice", "told", "told_pairs")
_UNASKED: Final = [place for name, place in _COLUMN.items() if name.endswith(":unasked") and name != "register:unasked"]
_EVERYDAY: Final = 0.8  # popularity 4 or 5
_WHOLE: Final = 0.99
_BARE: Final = 4  # words
_FEW, _TOPIC = 2, 3  # words: one syllable names nothing
_FAVOURED: Final = 0.45  # of the belief: "chứng thực" has no usual case
Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Ranking:
    """The candidates for one question, best first: their places, their shares of belief, and their columns.

    ``known`` 0..1 is the share of the question that some name covers; ``words`` the count of its topic's words.
    """

    places: NDArray[np.intp]
    belief: Floats
    columns: Floats
    known: float
    words: int


def signals(ranking: Ranking) -> dict[str, float]:
    """Return the ``SIGNALS`` of a ranking, each of the order of 1."""
    belief, top = ranking.belief, ranking.columns[0]
    second = float(belief[1]) if len(belief) > 1 else 0.0
    return {
        "one": 1.0,
        "share": float(belief[0]),
        "lead": float(np.log(belief[0] / max(second, 1e-6))) / 5,
        "second": second,
        "known": ranking.known,
        "dice": float(max(top[_COLUMN["dice"]], top[_COLUMN["dice_wide"]])),
        "covered": float(top[_COLUMN["covered"]]),
        "covers": float(top[_COLUMN["covers"]]),
        "cosine": float(top[_COLUMN["cosine"]]),
        "words": min(ranking.words, 10) / 10,
        **{name: float(top[_COLUMN[name]]) for name in _PLAIN},
    }


@dataclass(frozen=True)
class Calibration:
    """Weights of both chances and the borders between answer, clarify and none, for one mode and kind of spelling."""

    right: Mapping[str, float]
    ours: Mapping[str, float]
    answer_from: float
    ours_from: float

    @classmethod
    def of(cls, model: Mapping[str, Any]) -> Calibration:
        """Read from a part of the model file."""
        return cls(model["right"], model["ours"], model["answer_from"], model["ours_from"])

    def chance_right(self, ranking: Ranking) -> float:
        """Return the chance that the first candidate is what was asked for."""
        return _logistic(self.right, signals(ranking))

    def chance_ours(self, ranking: Ranking) -> float:
        """Return the chance that the question is about a procedure at all."""
        return _logistic(self.ours, signals(ranking))


def plain_default(ranking: Ranking) -> bool:
    """Tell whether a bare topic ("khai sinh") is led by the everyday procedure of that name, without any special sign.

    Who says no more means the usual case: asking back about the rare ones first would try his patience.
    """
    top = ranking.columns[0]
    unasked = sum(float(top[place]) for place in _UNASKED)
    everyday = float(top[_COLUMN["popularity"]]) >= _EVERYDAY and float(top[_COLUMN["curated"]]) > 0
    favoured = everyday and not unasked and float(ranking.belief[0]) >= _FAVOURED
    return favoured and float(top[_COLUMN["covered"]]) > _WHOLE and _FEW <= ranking.words <= _BARE


def bare_topic(ranking: Ranking) -> bool:
    """Tell whether a question is nothing but words that stand in one name ("căn cước"), or that the lexicon knows."""
    top = ranking.columns[0]
    named = ranking.words >= _FEW and min(ranking.known, float(top[_COLUMN["covered"]])) >= _WHOLE
    return ranking.words <= _TOPIC and (named or float(top[_COLUMN["meant"]]) >= _WHOLE)


def _logistic(weights: Mapping[str, float], values: Mapping[str, float]) -> float:
    return float(1 / (1 + np.exp(-sum(weight * values[name] for name, weight in weights.items()))))
