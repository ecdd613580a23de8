"""The second opinion on an intent: a network with one hidden layer over sentence vectors. Knows numpy alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_SCALE: Final = 20.0  # e5's vectors lie close together: centred, their parts are about 0.02
_HIDDEN: Final = 512
_BATCH: Final = 128
_EPOCHS: Final = 30
_LEAST_STEPS: Final = 600  # a few examples need more rounds to be learnt at all
_WARM_UP: Final = 100  # steps in which the rate grows to its full size
_RATE: Final = 2e-3
_DECAY: Final = 1e-4
_DROP_INPUT: Final = 0.1  # share of the vector's parts, and of the hidden layer, left out at random in each step
_DROP_HIDDEN: Final = 0.5


@dataclass(frozen=True)
class DenseModel:
    """Soft-max over a hidden layer over vectors [d] less their ``mean`` [d].

    ``first`` [d, hidden] and ``first_bias`` make the hidden layer, ``second`` [hidden, labels] and ``second_bias`` the
    scores.
    """

    labels: list[str]
    mean: Floats
    first: Floats
    first_bias: Floats
    second: Floats
    second_bias: Floats

    @classmethod
    def fit(cls, vectors: Floats, labels: Sequence[str]) -> DenseModel:
        """Learn from vectors [n, d] and one label each; the same at every run."""
        names = sorted(set(labels))
        places = {name: at for at, name in enumerate(names)}
        right = np.array([places[label] for label in labels])
        mean = vectors.mean(axis=0)
        return cls(names, mean, *_learn((vectors - mean) * np.float32(_SCALE), right, len(names)))

    def probabilities(self, vector: Floats) -> Floats:
        """Return the probability of each label for one vector [d]."""
        hidden = np.maximum((vector - self.mean) * np.float32(_SCALE) @ self.first + self.first_bias, 0)
        return _softmax(hidden @ self.second + self.second_bias)

    def save(self, path: Path) -> None:
        """Write the arrays as ``path`` (.npz)."""
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        np.savez_compressed(path, labels=np.array(self.labels), **arrays)

    @classmethod
    def load(cls, path: Path) -> DenseModel:
        """Read what ``save`` wrote; raises ``OSError`` or ``ValueError`` when it is missing, broken or older."""
        with np.load(path, allow_pickle=False) as stored:
            if not {"labels", *_ARRAYS} <= set(stored.files):
                raise ValueError("the model of the sentence vectors is of another version; train again")
            return cls([str(label) for label in stored["labels"]], *(stored[name] for name in _ARRAYS))


_ARRAYS: Final = ("mean", "first", "first_bias", "second", "second_bias")


def _learn(rows: Floats, right: NDArray[np.intp], labels: int) -> list[Floats]:
    """Return the weights and biases of both layers, learnt by Adam from shuffled batches with drop-out."""
    chance = np.random.default_rng(0)
    layers = _first_weights(rows.shape[1], labels, chance)
    adam = _Adam(layers)
    batches = list(_batches(len(rows), chance))
    for step, batch in enumerate(batches, start=1):
        slopes = _slopes(layers, rows[batch], right[batch], chance)
        adam.step(slopes, _RATE * (1 - step / (len(batches) + 1)) * min(1.0, step / _WARM_UP))
    return layers


def _first_weights(parts: int, labels: int, chance: np.random.Generator) -> list[Floats]:
    first = chance.standard_normal((parts, _HIDDEN)) * np.sqrt(2 / parts)
    second = chance.standard_normal((_HIDDEN, labels)) * np.sqrt(1 / _HIDDEN)
    layers = (first, np.zeros(_HIDDEN), second, np.zeros(labels))
    return [layer.astype(np.float32) for layer in layers]


def _batches(rows: int, chance: np.random.Generator) -> Iterator[NDArray[np.intp]]:
    each = -(-rows // _BATCH)
    for _ in range(max(_EPOCHS, -(-_LEAST_STEPS // each))):
        yield from np.array_split(chance.permutation(rows), each)


def _slopes(
    layers: Sequence[Floats], rows: Floats, right: NDArray[np.intp], chance: np.random.Generator
) -> list[Floats]:
    """Return how the mean loss of a batch changes with each layer."""
    first, first_bias, second, second_bias = layers
    rows = rows * _kept(rows.shape, _DROP_INPUT, chance)
    before: Floats = rows @ first + first_bias
    passes: Floats = (before > 0) * _kept(before.shape, _DROP_HIDDEN, chance)
    hidden: Floats = before * passes
    wrong = _softmax(hidden @ second + second_bias)
    wrong[np.arange(len(right)), right] -= 1
    wrong /= len(right)
    back = (wrong @ second.T) * passes
    return [rows.T @ back, back.sum(axis=0), hidden.T @ wrong, wrong.sum(axis=0)]


def _kept(shape: tuple[int, ...], dropped: float, chance: np.random.Generator) -> Floats:
    stays = chance.random(shape, dtype=np.float32) >= dropped
    return stays.astype(np.float32) / np.float32(1 - dropped)


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    result: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return result


class _Adam:
    """Adam with decay of the weights, in place."""

    def __init__(self, layers: list[Floats]) -> None:
        self._layers, self._steps = layers, 0
        self._means = [np.zeros_like(layer) for layer in layers]
        self._squares = [np.zeros_like(layer) for layer in layers]

    def step(self, slopes: Sequence[Floats], rate: float) -> None:
        """Move every layer against its slope."""
        self._steps += 1
        near, far = np.float32(1 - 0.9**self._steps), np.float32(1 - 0.999**self._steps)
        for at, slope in enumerate(slopes):
            self._means[at] += np.float32(0.1) * (slope - self._means[at])
            self._squares[at] += np.float32(0.001) * (slope * slope - self._squares[at])
            move = (self._means[at] / near) / (np.sqrt(self._squares[at] / far) + np.float32(1e-8))
            self._layers[at] -= np.float32(rate) * (move + np.float32(_DECAY) * self._layers[at])
