"""The learned part: a linear ranker over features, and the calibration that turns its scores into a decision.

Both are small JSON files beside this module, made by `./motcua kb fit` (docs/search.md); nothing here trains.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import SetupError
from knowledge_base.features import COLUMNS
from knowledge_base.lexical import Floats

MODEL_FILE = Path(__file__).parent / "ranker.json"


@dataclass(frozen=True)
class Ranker:
    """Weights [len(COLUMNS)] of one way of searching (with or without encoder)."""

    weights: Floats

    def scores(self, table: Floats) -> Floats:
        """Return [n] scores of a table of features [n, len(COLUMNS)]."""
        scores: Floats = table @ self.weights
        return scores


def read_model(path: Path = MODEL_FILE) -> Mapping[str, Any]:
    """Read the model file; raises ``SetupError`` when it does not fit this code's features."""
    try:
        model: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SetupError(f"The ranker file {path.name} cannot be read; run `./motcua kb fit`.") from error
    return model


def ranker_of(model: Mapping[str, Any], mode: str) -> Ranker:
    """Return the ranker of a mode, ``lexical`` or ``encoder``; a feature that the file does not name weighs nothing."""
    weights: Mapping[str, float] = model[mode]["weights"]
    strange = set(weights) - set(COLUMNS)
    if strange:
        raise SetupError(f"The ranker file names unknown features ({sorted(strange)[0]}, …); run `./motcua kb fit`.")
    return Ranker(np.array([weights.get(column, 0.0) for column in COLUMNS], dtype=np.float32))
