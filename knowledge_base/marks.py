"""Putting the marks back on text typed without them, by a bigram model of our own catalogue's words.

The encoder was trained on Vietnamese as it is written: on unmarked text its hits fell from 0.65 to 0.17. The model is
small (counts of marked syllables and of their pairs in names, aliases and content, and a few everyday questions), built
with the index and saved beside it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import log
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from viet_nlu.text import fold, has_marks, nfc, syllables

_SHIFT: Final = 1 << 20
_START: Final = "\n"
_SMOOTHING: Final = 0.1  # share of belief left to the syllable on its own, whatever stands before it
_RARE_PAIR: Final = 2
_WIDEST: Final = 12  # readings of one folded syllable that are tried

Ints = NDArray[np.int64]


class MarkModel:
    """Counts of marked syllables [v] and of neighbouring pairs (sorted keys ``first * 2**20 + second``) [p]."""

    def __init__(self, words: Sequence[str], counts: Ints, pairs: Ints, pair_counts: Ints) -> None:
        self._words, self._counts, self._pairs, self._pair_counts = words, counts, pairs, pair_counts
        self._ids = {word: index for index, word in enumerate(words)}
        self._total = int(counts.sum())
        self._readings: dict[str, list[int]] = defaultdict(list)
        for index in np.argsort(-counts, kind="stable"):
            readings = self._readings[fold(words[index])]
            if len(readings) < _WIDEST:
                readings.append(int(index))

    @classmethod
    def learn(cls, texts: Iterable[str]) -> MarkModel:
        """Count the syllables and pairs of these texts; texts without any mark are passed over."""
        singles: Counter[str] = Counter()
        pairs: Counter[tuple[str, str]] = Counter()
        for text, times in Counter(texts).items():
            if not has_marks(text):
                continue
            words = [_START, *(span.text.lower() for span in syllables(nfc(text)))]
            for word in words:
                singles[word] += times
            for pair in pairwise(words):
                pairs[pair] += times
        words = sorted(singles)
        ids = {word: index for index, word in enumerate(words)}
        kept = sorted(
            (ids[first] * _SHIFT + ids[second], count)
            for (first, second), count in pairs.items()
            if count >= _RARE_PAIR or min(singles[first], singles[second]) < 50
        )
        table = np.array(kept, dtype=np.int64).reshape(-1, 2)
        return cls(words, np.array([singles[word] for word in words], dtype=np.int64), table[:, 0], table[:, 1])

    def restore(self, text: str) -> str:
        """Return the text with the likeliest marks (Viterbi over pairs); what it has never seen stays as it is.

        A syllable that already has a mark is kept; case is kept where the letters allow.
        """
        spans = syllables(text)
        if not spans:
            return text
        chosen = self._best_path([span.text.lower() for span in spans])
        out, at = [], 0
        for span, word in zip(spans, chosen, strict=True):
            out += [text[at : span.start], _cased(span.text, word)]
            at = span.end
        return "".join(out) + text[at:]

    def _best_path(self, words: Sequence[str]) -> list[str]:
        beam: dict[str, tuple[float, list[str]]] = {_START: (0.0, [])}
        for word in words:
            beam = {
                option: max((score + self._cost(before, option), [*path, option])
                            for before, (score, path) in beam.items())
                for option in self._options(word)
            }  # fmt: skip
        return max(beam.values())[1]

    def _options(self, word: str) -> list[str]:
        if has_marks(word) or word not in self._readings:
            return [word]
        return [self._words[index] for index in self._readings[word]]

    def _cost(self, before: str, word: str) -> float:
        first, second = self._ids.get(before), self._ids.get(word)
        if second is None:
            return -20.0
        alone = int(self._counts[second]) / self._total
        if first is None:
            return log(_SMOOTHING * alone)
        together = self._pair_count(first * _SHIFT + second) / int(self._counts[first])
        return log((1 - _SMOOTHING) * together + _SMOOTHING * alone)

    def _pair_count(self, key: int) -> int:
        at = int(np.searchsorted(self._pairs, key))
        return int(self._pair_counts[at]) if at < len(self._pairs) and self._pairs[at] == key else 0

    def save(self, directory: Path) -> None:
        """Write the model's files into an index directory."""
        (directory / "marks.txt").write_text("\t".join(self._words), encoding="utf-8")
        for name, array in (("counts", self._counts), ("pairs", self._pairs), ("pair_counts", self._pair_counts)):
            np.save(directory / f"marks.{name}.npy", array)

    @classmethod
    def load(cls, directory: Path) -> MarkModel:
        """Map the files that ``save`` wrote; raises ``OSError`` or ``ValueError`` when they are not whole."""
        words = (directory / "marks.txt").read_text(encoding="utf-8").split("\t")
        counts, pairs, pair_counts = (
            np.load(directory / f"marks.{name}.npy", mmap_mode="r") for name in ("counts", "pairs", "pair_counts")
        )
        return cls(words, counts, pairs, pair_counts)


def _cased(typed: str, word: str) -> str:
    if typed.isupper() and len(typed) > 1:
        return word.upper()
    return word.capitalize() if typed[:1].isupper() else word
