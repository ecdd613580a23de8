"""The intent classifier itself: features, linear model, scope. Knows numpy and scikit-learn, not Rasa."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from viet_nlu.augment import training_pairs
from viet_nlu.features import ALL_VIEWS, FeatureMaker
from viet_nlu.linear import LinearModel, known_part, matrix_of
from viet_nlu.mentions import Lexicon
from viet_nlu.places import PLACES
from viet_nlu.scope import OUTSIDE, Nearest, ScopeModel, signs_of
from viet_nlu.speller import Speller
from viet_nlu.teencode import ALL_STEPS
from viet_nlu.text import strip_marks

SHIPPED_SCOPE: Final = Path(__file__).with_name("scope.json")
DEFAULTS: Final[Mapping[str, Any]] = {
    "C": 16.0,
    "min_count": 3,
    "iterations": 40,
    "views": list(ALL_VIEWS),
    "steps": list(ALL_STEPS),
    "unmarked_copy": True,
    "swaps": 1,
    "typos": 1,
    "ranking_length": 10,
    "scope": True,
    "spelling": True,
}
# Word features only: fewer, and enough to tell how near a text is to an example.
_NEAR_VIEWS: Final = ("folded", "core")


@dataclass(frozen=True)
class Reading:
    """The intents of one text with their probabilities, best first, and the score of being out of scope (0..1)."""

    ranking: list[tuple[str, float]]
    outside: float


class IntentReader:
    """Reads the intent of a text. Make it with ``learn`` or ``load``."""

    def __init__(
        self,
        phrases: Sequence[str],
        settings: Mapping[str, Any],
        model: LinearModel,
        near: LinearModel,
        rows: Any,
        speller: Speller | None = None,
    ) -> None:
        self._phrases, self._settings, self.model = list(phrases), settings, model
        self._near, self._rows = near, rows  # near: the vocabulary and weights of the rows of examples
        self._speller, lexicon = speller, Lexicon(phrases)
        self._maker = FeatureMaker(lexicon, settings["views"], settings["steps"], speller)
        self._words = FeatureMaker(lexicon, _NEAR_VIEWS, settings["steps"], speller)
        outside = [bool(flag) for flag in near.bias]
        self._nearest = Nearest(rows, outside) if rows is not None else None
        shipped = settings["scope"] and SHIPPED_SCOPE.is_file() and OUTSIDE in model.labels
        self._scope = ScopeModel.load(SHIPPED_SCOPE) if shipped else None

    @classmethod
    def learn(cls, messages: Sequence[Any], phrases: Sequence[str], settings: Mapping[str, Any]) -> IntentReader:
        """Learn from messages (``get("text")``, ``"intent"``, ``"entities"``) and the known names of procedures.

        Raises ``ValueError`` when there are fewer than two intents.
        """
        texts = [one.get("text") for one in messages if one.get("text")]
        speller = Speller.learn([*texts, *phrases, *PLACES]) if settings["spelling"] else None
        maker = FeatureMaker(Lexicon(phrases), settings["views"], settings["steps"], speller)
        pairs = training_pairs(
            messages, phrases, int(settings["swaps"]), bool(settings["unmarked_copy"]), int(settings["typos"])
        )
        model = LinearModel.fit(
            [maker.features(text) for text, _ in pairs],
            [intent for _, intent in pairs],
            float(settings["C"]),
            int(settings["min_count"]),
            int(settings["iterations"]),
        )
        near, rows = cls._examples(messages, phrases, settings)
        return cls(phrases, settings, model, near, rows, speller)

    @staticmethod
    def _examples(
        messages: Sequence[Any], phrases: Sequence[str], settings: Mapping[str, Any]
    ) -> tuple[LinearModel, Any]:
        words = FeatureMaker(Lexicon(phrases), _NEAR_VIEWS, settings["steps"])
        kept = [one for one in messages if one.get("text") and one.get("intent")]
        rows = [words.features(strip_marks(one.get("text"))) for one in kept]
        near = LinearModel.vocabulary_only(rows, [float(one.get("intent") == OUTSIDE) for one in kept])
        return near, matrix_of(rows, near)

    def read(self, text: str) -> Reading:
        """Return what the text says."""
        features = self._maker.features(text)
        scores = self.model.probabilities(features)
        signs = self.signs(text, features, scores)
        outside = self._scope.scores(np.array([signs], dtype=np.float32))[0] if self._scope else signs[0]
        order = np.argsort(scores)[::-1][: int(self._settings["ranking_length"])]
        ranking = [(self.model.labels[at], float(scores[at])) for at in order]
        if self._scope and outside > self._scope.threshold and ranking[0][0] != OUTSIDE:
            ranking = [(OUTSIDE, outside), *(one for one in ranking if one[0] != OUTSIDE)]
        return Reading(ranking, outside)

    def signs(self, text: str, features: list[str], scores: NDArray[np.float32]) -> list[float]:
        """Return the signs of ``scope.SIGNS`` for a text with its features and probabilities."""
        unseen = 1.0 - known_part(features, self.model)
        near = (0.0, 0.0)
        if self._nearest is not None:
            near = self._nearest.likeness(*self._near.vector(self._words.features(strip_marks(text))))
        return signs_of(self.model.labels, scores, unseen, near)

    def signs_and_best(self, text: str) -> tuple[list[float], str]:
        """Return the signs of a text and the intent that the linear model alone gives it."""
        features = self._maker.features(text)
        scores = self.model.probabilities(features)
        return self.signs(text, features, scores), self.model.labels[int(scores.argmax())]

    def save(self, folder: Path) -> None:
        """Write everything into ``folder``: arrays and JSON, never a pickle."""
        from scipy.sparse import save_npz  # noqa: PLC0415

        self.model.save(folder / "intents")
        self._near.save(folder / "near")
        save_npz(folder / "rows.npz", self._rows)
        if self._speller:
            self._speller.save(folder / "speller.json")
        (folder / "phrases.json").write_text(json.dumps(self._phrases, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, settings: Mapping[str, Any]) -> IntentReader:
        """Read what ``save`` wrote; raises ``OSError`` or ``ValueError`` when it is missing or broken."""
        from scipy.sparse import load_npz  # noqa: PLC0415

        phrases = json.loads((folder / "phrases.json").read_text(encoding="utf-8"))
        near, rows = LinearModel.load(folder / "near"), load_npz(folder / "rows.npz")
        kept = folder / "speller.json"
        speller = Speller.load(kept) if kept.is_file() else None
        return cls(phrases, settings, LinearModel.load(folder / "intents"), near, rows, speller)
