"""A linear classifier over named sparse features, stored as arrays and JSON. Knows numpy and scikit-learn, not Rasa."""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
# Margins times this are the scores of the soft-max: the probabilities that fit held-out texts best (likelihood).
_SHARPNESS: Final = 6.0
_ROUNDS: Final = 100


class Counted(NamedTuple):
    """Rows of feature names as numbers: each row's features in the order met, and how often each stands there."""

    names: list[str]
    places: NDArray[np.int32]
    counts: NDArray[np.float32]
    ends: NDArray[np.int64]


def count_features(rows: Iterable[list[str]]) -> Counted:
    """Count rows of feature names, one row in memory at a time: numbers take a twentieth of the names' room."""
    numbers: dict[str, int] = {}
    places, counts, ends = array("i"), array("f"), array("q", [0])
    for row in rows:
        found = Counter(row)
        places.extend([numbers.setdefault(name, len(numbers)) for name in found])
        counts.extend(found.values())
        ends.append(len(places))
    return Counted(
        list(numbers),
        np.frombuffer(places, dtype=np.int32) if places else np.zeros(0, dtype=np.int32),
        np.frombuffer(counts, dtype=np.float32) if counts else np.zeros(0, dtype=np.float32),
        np.frombuffer(ends, dtype=np.int64),
    )


@dataclass(frozen=True)
class LinearModel:
    """Soft-max over ``weights`` [features, labels] and ``bias`` [labels]; ``idf`` [features] weighs each feature."""

    labels: list[str]
    vocabulary: dict[str, int]
    idf: Floats
    weights: Floats
    bias: Floats

    @classmethod
    def fit(cls, rows: Iterable[list[str]], labels: Sequence[str], strength: float, min_count: int) -> LinearModel:
        """Learn from rows of feature names and one label a row.

        Support vectors, one label against the rest: as exact as a soft-max regression here and ten times faster.
        ``strength`` is scikit-learn's C; a feature must stand in ``min_count`` rows. Raises ``ValueError`` when there
        are fewer than two labels.
        """
        from sklearn.svm import LinearSVC  # noqa: PLC0415 - heavy, and needed in training only

        matrix, vocabulary, idf = _weigh(count_features(rows), min_count)
        learner = LinearSVC(C=strength, tol=1e-2, max_iter=_ROUNDS, random_state=0)
        learner.fit(matrix, list(labels))
        coef, bias = learner.coef_ * _SHARPNESS, learner.intercept_ * _SHARPNESS
        if len(learner.classes_) == 2:  # scikit-learn keeps one row for two classes
            coef, bias = np.vstack([-coef / 2, coef / 2]), np.array([-bias[0] / 2, bias[0] / 2])
        weights = np.ascontiguousarray(coef.T, dtype=np.float32)
        return cls([str(c) for c in learner.classes_], vocabulary, idf, weights, bias.astype(np.float32))

    @classmethod
    def likeness(cls, rows: Iterable[list[str]], bias: Sequence[float]) -> tuple[LinearModel, Any]:
        """Return a model that only weighs features, and the rows as its sparse matrix [rows, features].

        It serves likeness between texts; ``bias`` is kept with the rows.
        """
        matrix, vocabulary, idf = _weigh(count_features(rows), 1)
        flags = np.array(bias, dtype=np.float32)
        return cls([], vocabulary, idf, np.zeros((len(vocabulary), 0), dtype=np.float32), flags), matrix

    def vector(self, features: list[str]) -> tuple[NDArray[np.intp], Floats]:
        """Return the places and values of one text's known features, length 1."""
        return _vector(features, self.vocabulary, self.idf)

    def probabilities(self, features: list[str]) -> Floats:
        """Return the probability of each label for one text's features; features never seen count for nothing."""
        places, values = _vector(features, self.vocabulary, self.idf)
        scores = self.bias + values @ self.weights[places] if len(places) else self.bias
        powers = np.exp(scores - scores.max())
        result: Floats = powers / powers.sum()
        return result

    def save(self, path: Path) -> None:
        """Write ``path``.npz and ``path``.json."""
        np.savez_compressed(path.with_suffix(".npz"), idf=self.idf, weights=self.weights, bias=self.bias)
        words = sorted(self.vocabulary, key=self.vocabulary.__getitem__)
        content = {"labels": self.labels, "vocabulary": words}
        path.with_suffix(".json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> LinearModel:
        """Read what ``save`` wrote; raises ``OSError`` or ``ValueError`` when it is missing, broken or does not fit."""
        content = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        with np.load(path.with_suffix(".npz"), allow_pickle=False) as arrays:
            idf, weights, bias = arrays["idf"], arrays["weights"], arrays["bias"]
        if weights.shape != (len(content["vocabulary"]), len(content["labels"])):
            raise ValueError("the intent model's arrays do not fit its vocabulary; train again")
        vocabulary = {word: at for at, word in enumerate(content["vocabulary"])}
        return cls(content["labels"], vocabulary, idf, weights, bias)


def known_part(features: Sequence[str], model: LinearModel) -> float:
    """Return the share of a text's features that the model has seen, 0 to 1."""
    return sum(name in model.vocabulary for name in features) / len(features) if features else 0.0


def _vector(features: list[str], vocabulary: dict[str, int], idf: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Return the places and values of one row: 1 + log(count), weighed, each group of features to length 1."""
    counts = Counter(vocabulary[name] for name in features if name in vocabulary)
    places = np.fromiter(counts.keys(), dtype=np.intp, count=len(counts))
    values = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))) * idf[places]
    length = float(np.sqrt((values**2).sum())) or 1.0
    result: Floats = (values / length).astype(np.float32)
    return places, result


def _weigh(counted: Counted, min_count: int) -> tuple[Any, dict[str, int], Floats]:
    """Return the rows as a sparse matrix [rows, features], each of length 1, with the vocabulary and its weights."""
    from scipy.sparse import csr_matrix, diags  # noqa: PLC0415

    shape = (len(counted.ends) - 1, len(counted.names))
    matrix = csr_matrix((counted.counts, counted.places, counted.ends), shape=shape)
    stands_in = np.bincount(counted.places, minlength=shape[1])
    kept = np.flatnonzero(stands_in >= min_count)
    idf = (np.log((1 + shape[0]) / (1 + stands_in[kept])) + 1).astype(np.float32)
    matrix = matrix[:, kept]
    matrix.data = 1 + np.log(matrix.data)
    matrix = matrix @ diags(idf)
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    matrix = (diags(1 / np.maximum(lengths, 1e-9)) @ matrix).astype(np.float32).tocsr()
    return matrix, {counted.names[place]: at for at, place in enumerate(kept)}, idf
