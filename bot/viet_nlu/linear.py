"""A linear classifier over named sparse features, stored as arrays and JSON. Knows numpy and scikit-learn, not Rasa."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class LinearModel:
    """Soft-max over ``weights`` [features, labels] and ``bias`` [labels]; ``idf`` [features] weighs each feature."""

    labels: list[str]
    vocabulary: dict[str, int]
    idf: Floats
    weights: Floats
    bias: Floats

    @classmethod
    def fit(
        cls, rows: Sequence[list[str]], labels: Sequence[str], strength: float, min_count: int, iterations: int = 40
    ) -> LinearModel:
        """Learn from rows of feature names and one label a row.

        ``strength`` is scikit-learn's C; a feature must stand in ``min_count`` rows; ``iterations`` ends the search
        (stopping early costs no accuracy here and saves two thirds of the time). Raises ``ValueError`` when there
        are fewer than two labels.
        """
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - heavy, and needed in training only

        vocabulary, idf = _vocabulary(rows, min_count)
        matrix = _matrix(rows, vocabulary, idf)
        learner = LogisticRegression(C=strength, max_iter=iterations, tol=1e-3, class_weight="balanced", solver="lbfgs")
        learner.fit(matrix, list(labels))
        coef, bias = learner.coef_, learner.intercept_
        if len(learner.classes_) == 2:  # scikit-learn keeps one row for two classes
            coef, bias = np.vstack([-coef / 2, coef / 2]), np.array([-bias[0] / 2, bias[0] / 2])
        weights = np.ascontiguousarray(coef.T, dtype=np.float32)
        return cls([str(c) for c in learner.classes_], vocabulary, idf, weights, bias.astype(np.float32))

    @classmethod
    def vocabulary_only(cls, rows: Sequence[list[str]], bias: Sequence[float]) -> LinearModel:
        """Return a model that only weighs features, for likeness between texts; ``bias`` is kept with the rows."""
        vocabulary, idf = _vocabulary(rows, 1)
        flags = np.array(bias, dtype=np.float32)
        return cls([], vocabulary, idf, np.zeros((len(vocabulary), 0), dtype=np.float32), flags)

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


def matrix_of(rows: Sequence[list[str]], model: LinearModel) -> Any:
    """Return the rows as a sparse matrix [rows, features] with rows of length 1."""
    return _matrix(rows, model.vocabulary, model.idf)


def _vocabulary(rows: Sequence[list[str]], min_count: int) -> tuple[dict[str, int], Floats]:
    counts = Counter(name for row in rows for name in set(row))
    names = sorted(name for name, count in counts.items() if count >= min_count)
    idf = np.array([np.log((1 + len(rows)) / (1 + counts[name])) + 1 for name in names], dtype=np.float32)
    return {name: at for at, name in enumerate(names)}, idf


def _vector(features: list[str], vocabulary: dict[str, int], idf: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Return the places and values of one row: 1 + log(count), weighed, each group of features to length 1."""
    counts = Counter(vocabulary[name] for name in features if name in vocabulary)
    places = np.fromiter(counts.keys(), dtype=np.intp, count=len(counts))
    values = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))) * idf[places]
    length = float(np.sqrt((values**2).sum())) or 1.0
    result: Floats = (values / length).astype(np.float32)
    return places, result


def _matrix(rows: Sequence[list[str]], vocabulary: dict[str, int], idf: Floats) -> Any:
    from scipy.sparse import csr_matrix  # noqa: PLC0415

    vectors = [_vector(row, vocabulary, idf) for row in rows]
    ends = np.cumsum([0, *(len(places) for places, _ in vectors)])
    places = np.concatenate([places for places, _ in vectors])
    values = np.concatenate([values for _, values in vectors])
    return csr_matrix((values, places, ends), shape=(len(rows), len(vocabulary)))
