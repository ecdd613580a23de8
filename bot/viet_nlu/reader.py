"""The intent classifier itself: features, linear model, sentence vectors, scope. Knows no Rasa."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from viet_nlu.augment import training_pairs
from viet_nlu.dense import DenseModel
from viet_nlu.encoding import Encoder, encode, make_encoder, mixed, new_encoder
from viet_nlu.features import ALL_VIEWS, FeatureMaker
from viet_nlu.linear import LinearModel, known_part
from viet_nlu.mentions import Lexicon
from viet_nlu.places import PLACES
from viet_nlu.restored import restored_copies
from viet_nlu.scope import OUTSIDE, Nearest, ScopeModel, signs_of
from viet_nlu.speller import Speller
from viet_nlu.teencode import ALL_STEPS
from viet_nlu.text import strip_marks

SHIPPED_SCOPE: Final = Path(__file__).with_name("scope.json")
DEFAULTS: Final[Mapping[str, Any]] = {
    "C": 1.0,
    "min_count": 3,
    "views": list(ALL_VIEWS),
    "steps": list(ALL_STEPS),
    "unmarked_copy": True,
    "swaps": 1,
    "typos": 4,
    "ranking_length": 10,
    "scope": True,
    "spelling": True,
    "encoder": "none",
    "encoder_weight": 0.45,  # the encoder's share of the verdict
}
# Word features only: fewer, and enough to tell how near a text is to an example.
_NEAR_VIEWS: Final = ("folded", "core")


@dataclass(frozen=True)
class Reading:
    """The intents of one text with their probabilities, best first, and the score of being out of scope (0..1)."""

    ranking: list[tuple[str, float]]
    outside: float


class Parts(NamedTuple):
    """What is learnt: weights of the features, the examples' own features [n], speller, weights of sentence vectors."""

    model: LinearModel
    near: LinearModel
    rows: Any
    speller: Speller | None = None
    dense: DenseModel | None = None


class IntentReader:
    """Reads the intent of a text. Make it with ``learn`` or ``load``."""

    def __init__(self, phrases: Sequence[str], settings: Mapping[str, Any], parts: Parts) -> None:
        self._phrases, self._settings, self._parts = list(phrases), settings, parts
        self.model, self._near = parts.model, parts.near
        self._encoder: Encoder | None = make_encoder(settings["encoder"]) if parts.dense else None
        self._maker = _maker(phrases, settings, parts.speller)
        self._words = _maker(phrases, {**settings, "views": _NEAR_VIEWS}, parts.speller)
        outside = [bool(flag) for flag in parts.near.bias]
        self._nearest = Nearest(parts.rows, outside) if parts.rows is not None else None
        shipped = settings["scope"] and SHIPPED_SCOPE.is_file() and OUTSIDE in self.model.labels
        self._scope = ScopeModel.load(SHIPPED_SCOPE) if shipped else None

    @classmethod
    def learn(cls, messages: Sequence[Any], phrases: Sequence[str], settings: Mapping[str, Any]) -> IntentReader:
        """Learn from messages (``get("text")``, ``"intent"``, ``"entities"``) and the known names of procedures.

        Raises ``ValueError`` when there are fewer than two intents or the encoder of the settings is missing.
        """
        kept = [one for one in messages if one.get("text") and one.get("intent")]
        texts = [one.get("text") for one in kept]
        speller = Speller.learn([*texts, *phrases, *PLACES]) if settings["spelling"] else None
        maker = _maker(phrases, settings, speller)
        pairs = training_pairs(
            kept, phrases, int(settings["swaps"]), bool(settings["unmarked_copy"]), int(settings["typos"])
        )
        model = LinearModel.fit(
            (maker.features(text) for text, _ in pairs),
            [intent for _, intent in pairs],
            float(settings["C"]),
            int(settings["min_count"]),
        )
        words = _maker(phrases, {**settings, "views": _NEAR_VIEWS}, speller)
        outside = [float(one.get("intent") == OUTSIDE) for one in kept]
        near, rows = LinearModel.likeness((words.features(strip_marks(text)) for text in texts), outside)
        dense = _learn_dense(kept, maker, [*phrases, *PLACES], speller, settings)
        return cls(phrases, settings, Parts(model, near, rows, speller, dense))

    def read(self, text: str) -> Reading:
        """Return what the text says."""
        features = self._maker.features(text)
        scores = self.probabilities(text, features)
        signs = self.signs(text, features, scores)
        outside = self._scope.scores(np.array([signs], dtype=np.float32))[0] if self._scope else signs[0]
        order = np.argsort(scores)[::-1][: int(self._settings["ranking_length"])]
        ranking = [(self.model.labels[at], float(scores[at])) for at in order]
        if self._scope and outside > self._scope.threshold and ranking[0][0] != OUTSIDE:
            ranking = [(OUTSIDE, outside), *(one for one in ranking if one[0] != OUTSIDE)]
        return Reading(ranking, outside)

    def probabilities(self, text: str, features: list[str]) -> NDArray[np.float32]:
        """Return the probability of each label of ``model`` for a text with its features."""
        scores = self.model.probabilities(features)
        if self._encoder is None or self._parts.dense is None:
            return scores
        clean = self._maker.clean(text).lower()
        vector = np.asarray(self._encoder.query(_with_marks(clean, self._parts.speller)), dtype=np.float32)
        return mixed(scores, self._parts.dense.probabilities(vector), float(self._settings["encoder_weight"]))

    def without_step(self, step: str) -> IntentReader:
        """Return a reader of the same weights that leaves one step of the normalisation out, ``slips`` the speller."""
        settings = {**self._settings, "steps": [one for one in self._settings["steps"] if one != step]}
        parts = self._parts._replace(speller=None) if step == "slips" else self._parts
        return IntentReader(self._phrases, settings, parts)

    def signs(self, text: str, features: list[str], scores: NDArray[np.float32]) -> list[float]:
        """Return the signs of ``scope.SIGNS`` for a text with its features and probabilities."""
        unseen = 1.0 - known_part(features, self.model)
        near = (0.0, 0.0)
        if self._nearest is not None:
            near = self._nearest.likeness(*self._near.vector(self._words.features(strip_marks(text))))
        return signs_of(self.model.labels, scores, unseen, near)

    def signs_and_best(self, text: str) -> tuple[list[float], str]:
        """Return the signs of a text and the intent that it has before its scope is judged."""
        features = self._maker.features(text)
        scores = self.probabilities(text, features)
        return self.signs(text, features, scores), self.model.labels[int(scores.argmax())]

    def save(self, folder: Path) -> None:
        """Write everything into ``folder``: arrays and JSON, never a pickle."""
        from scipy.sparse import save_npz  # noqa: PLC0415

        self.model.save(folder / "intents")
        self._near.save(folder / "near")
        save_npz(folder / "rows.npz", self._parts.rows)
        if self._parts.speller:
            self._parts.speller.save(folder / "speller.json")
        if self._parts.dense:
            self._parts.dense.save(folder / "dense.npz")
        (folder / "phrases.json").write_text(json.dumps(self._phrases, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, settings: Mapping[str, Any]) -> IntentReader:
        """Read what ``save`` wrote; raises ``OSError`` or ``ValueError`` when it is missing or broken."""
        from scipy.sparse import load_npz  # noqa: PLC0415

        phrases = json.loads((folder / "phrases.json").read_text(encoding="utf-8"))
        spelling = folder / "speller.json"  # none where the training texts are not Vietnamese
        parts = Parts(
            LinearModel.load(folder / "intents"),
            LinearModel.load(folder / "near"),
            load_npz(folder / "rows.npz"),
            Speller.load(spelling) if spelling.is_file() else None,
            DenseModel.load(folder / "dense.npz") if settings["encoder"] != "none" else None,
        )
        return cls(phrases, settings, parts)


def _maker(phrases: Sequence[str], settings: Mapping[str, Any], speller: Speller | None) -> FeatureMaker:
    return FeatureMaker(Lexicon(phrases), settings["views"], settings["steps"], speller)


def _with_marks(clean: str, speller: Speller | None) -> str:
    """Return the text as the encoder reads it: with marks, which it cannot do without."""
    return speller.restore(clean) if speller else clean


def _learn_dense(
    kept: Sequence[Any],
    maker: FeatureMaker,
    words: Sequence[str],
    speller: Speller | None,
    settings: Mapping[str, Any],
) -> DenseModel | None:
    encoder = make_encoder(settings["encoder"])
    if encoder is None:
        return None
    texts, intents = [one.get("text") for one in kept], [one.get("intent") for one in kept]
    read = [_with_marks(maker.clean(text).lower(), speller) for text in texts]
    if speller:
        read += restored_copies(texts, words, settings["steps"])
    vectors = encode(encoder, read, lambda: new_encoder(settings["encoder"]))
    return DenseModel.fit(vectors, intents * (len(read) // len(intents)))
