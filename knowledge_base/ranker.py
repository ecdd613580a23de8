"""The learned part: two linear scores over features, and the calibration that turns them into a decision.

All numbers stand in one small JSON file beside this module, made by `./motcua kb fit` (docs/search.md); nothing here
trains. A *mode* is a way of searching with numbers of its own: ``lexical`` or ``encoder``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from core.errors import SetupError
from knowledge_base.calibration import SCOPE_SIGNALS, SIGNALS
from knowledge_base.features import COLUMNS, FIRST
from knowledge_base.lexical import Floats

MODEL_FILE: Final = Path(__file__).parent / "ranker.json"
# The first score is a convex combination set by hand: it only has to let the right one through to the ranker.
_FIRST_WEIGHTS: Final = {
    "say": 0.2, "say_wide": 0.2, "content": 0.06, "content_wide": 0.06, "dice": 0.1, "dice_wide": 0.1, "covers": 0.08,
    "cosine": 0.05, "cosine_gap": 0.05, "popularity": 0.05, "curated": 0.05,
    "meant": 0.1, "exact": 1.0,
    "asked": 0.15, "asked_three": 0.1, "asked_dice": 0.15, "asked_gap": 0.1, "asked_near": 0.05,
}  # fmt: skip
# Not learned: the questions made for learning hide the very name they were made of. Who says a name means it.
_FIXED: Final = {"exact": 6.0}
FIRST_WEIGHTS: Final = np.array([_FIRST_WEIGHTS.get(column, 0.0) for column in FIRST], dtype=np.float32)


def read_model(path: Path = MODEL_FILE) -> Mapping[str, Any]:
    """Read the model file; raises ``SetupError`` when it cannot be read."""
    try:
        model: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SetupError(f"The ranker file {path.name} cannot be read; run `./motcua kb fit`.") from error
    return model


def write_model(model: Mapping[str, Any], path: Path = MODEL_FILE) -> None:
    """Write the model file in one step."""
    fresh = path.with_suffix(".tmp")
    fresh.write_text(json.dumps(model, indent=1) + "\n", encoding="utf-8")
    fresh.replace(path)


def forget_unknown(model: Mapping[str, Any]) -> dict[str, Any]:
    """Return a model without the columns and signals that this code no longer has, for ``kb fit`` to start from."""
    known = {"weights": set(COLUMNS), "right": set(SIGNALS), "ours": set(SCOPE_SIGNALS)}

    def kept(name: str, value: Any) -> Any:
        if name in known:
            return {one: weight for one, weight in value.items() if one in known[name]}
        return {one: kept(one, part) for one, part in value.items()} if isinstance(value, dict) else value

    return {mode: kept(mode, part) for mode, part in model.items()}


def ranker_weights(model: Mapping[str, Any], mode: str) -> Floats:
    """Return [len(COLUMNS)] weights of a mode; a column that the file does not name weighs nothing.

    Raises:
        SetupError: the file names a column that this code does not have.
    """
    weights: Mapping[str, float] = model[mode]["weights"]
    strange = sorted(set(weights) - set(COLUMNS))
    if strange:
        raise SetupError(f"The ranker file names an unknown feature ({strange[0]}); run `./motcua kb fit`.")
    return np.array([{**weights, **_FIXED}.get(column, 0.0) for column in COLUMNS], dtype=np.float32)
