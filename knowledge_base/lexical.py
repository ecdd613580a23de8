"""BM25 over folded syllables and their bigrams, as plain arrays: saved as ``.npy``, mapped into memory when read.

A syllable's id is its place in one vocabulary of all fields; a bigram's key is ``(first + 1) * 2**20 + second``.
Weights are computed when the index is built (Robertson's BM25 with the idf that is never negative), so queries add.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
_SHIFT = 1 << 20


class Vocabulary:
    """Ids of folded syllables, in order of first use."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._ids = {word: index for index, word in enumerate(words)}

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, word: str) -> int:
        """Return the id of the word, a new one when it was not known."""
        return self._ids.setdefault(word, len(self._ids))

    def get(self, word: str) -> int | None:
        """Return the id of the word, or ``None``."""
        return self._ids.get(word)

    def words(self) -> list[str]:
        """Return all words in order of id."""
        return list(self._ids)

    def terms(self, runs: Iterable[Sequence[str]], *, grow: bool = False) -> list[int]:
        """Return the keys of the syllables and bigrams of these runs; unknown ones are left out unless ``grow``."""
        keys: list[int] = []
        for run in runs:
            previous: int | None = None
            for word in run:
                current = self.add(word) if grow else self.get(word)
                if current is not None:
                    keys.append(current)
                    if previous is not None:
                        keys.append((previous + 1) * _SHIFT + current)
                previous = current
        return keys


def is_bigram(key: int) -> bool:
    """Tell whether a term's key is a bigram's."""
    return key >= _SHIFT


def _idf(table: Ints, n: int, owners: Ints | None) -> NDArray[np.float64]:
    """Return [t] the idf of each distinct term of postings (key, document, count) sorted by key."""
    if owners is not None:
        n = len(np.unique(owners))
        table = np.unique(np.stack([table[:, 0], owners[table[:, 1]]], axis=1), axis=0)
    _, frequency = np.unique(table[:, 0], return_counts=True)
    idf: NDArray[np.float64] = np.log1p((n - frequency + 0.5) / (frequency + 0.5))
    return idf


def _counted(documents: Sequence[Sequence[int] | Ints]) -> tuple[Ints, NDArray[np.float64]]:
    """Return postings (key, document, count) [p, 3] by key and document, and [n] the lengths of the documents."""
    sizes = np.array([len(terms) for terms in documents], dtype=np.int64)
    parts = [np.asarray(terms, dtype=np.int64) for terms in documents]
    keys = np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
    docs = np.repeat(np.arange(len(documents)), sizes)
    order = np.lexsort((docs, keys))
    keys, docs = keys[order], docs[order]
    fresh = np.ones(len(keys), dtype=bool)
    fresh[1:] = (keys[1:] != keys[:-1]) | (docs[1:] != docs[:-1])
    first = np.nonzero(fresh)[0]
    counts = np.diff(np.append(first, len(keys)))
    return np.stack([keys[first], docs[first], counts], axis=1), sizes.astype(np.float64)


@dataclass(frozen=True)
class Field:
    """Postings of one field over ``n`` documents.

    ``keys`` [t] sorted; the documents of term i are ``docs[starts[i]:starts[i+1]]`` with BM25 ``weights``; ``idf`` [t];
    ``mass`` [n] = sum of idf over a document's distinct syllables (without bigrams), for measures of coverage.
    """

    n: int
    keys: Ints
    starts: Ints
    docs: NDArray[np.int32]
    weights: Floats
    idf: Floats
    mass: Floats

    @classmethod
    def build(
        cls, documents: Sequence[Sequence[int] | Ints], k1: float = 1.2, b: float = 0.5, owners: Ints | None = None
    ) -> Field:
        """Build from each document's term keys. ``k1`` and ``b`` are BM25's; names are short, so ``b`` is low.

        With ``owners`` [n], a term's rarity is counted over owners: many names of one procedure make no word common.
        """
        table, lengths = _counted(documents)
        keys, starts = np.unique(table[:, 0], return_index=True)
        frequency = np.diff(np.append(starts, len(table)))
        n = len(documents)
        idf = _idf(table, n, owners)
        norm = k1 * (1 - b + b * lengths / max(lengths.mean() if n else 1.0, 1e-9))
        tf, docs = table[:, 2], table[:, 1]
        idf_rows = np.repeat(idf, frequency)
        weights = idf_rows * tf * (k1 + 1) / (tf + norm[docs])
        single = table[:, 0] < _SHIFT
        mass = np.bincount(docs[single], weights=idf_rows[single], minlength=n)
        return cls(n, keys, np.append(starts, len(table)), docs.astype(np.int32), weights.astype(np.float32),
                   idf.astype(np.float32), mass.astype(np.float32))  # fmt: skip

    def find(self, key: int) -> int | None:
        """Return the place of a term in ``keys``, or ``None``."""
        at = int(np.searchsorted(self.keys, key))
        return at if at < len(self.keys) and self.keys[at] == key else None

    def _spans(self, query: Mapping[int, float]) -> Iterator[tuple[int, float, int, slice]]:
        """Yield (key, weight, place or -1, span of postings) of each term of a query; all are looked up at once."""
        keys = np.fromiter(query, dtype=np.int64, count=len(query))
        at = np.minimum(np.searchsorted(self.keys, keys), max(len(self.keys) - 1, 0))
        known = (self.keys[at] == keys).tolist() if len(self.keys) else [False] * len(keys)
        starts, ends = (self.starts[at].tolist(), self.starts[at + 1].tolist()) if len(self.keys) else (known, known)
        rows = zip(query.items(), at.tolist(), known, starts, ends, strict=True)
        for (key, weight), place, there, start, end in rows:
            yield key, weight, place if there else -1, slice(start, end) if there else slice(0, 0)

    def scores(self, query: Mapping[int, float]) -> Floats:
        """Return [n] BM25 scores of a query given as weight by term key."""
        out = np.zeros(self.n, dtype=np.float32)
        for _, weight, _, span in self._spans(query):
            out[self.docs[span]] += weight * self.weights[span]
        return out

    def overlap(self, query: Mapping[int, float]) -> tuple[Floats, float]:
        """Return [n] idf mass of the query's syllables found in each document, and the query's whole mass.

        A syllable that no document has counts with the greatest idf: it is a word that nothing here speaks of.
        """
        return self._mass({key: weight for key, weight in query.items() if not is_bigram(key)})

    def paired(self, query: Mapping[int, float]) -> tuple[Floats, float]:
        """Return the same of the query's bigrams."""
        return self._mass({key: weight for key, weight in query.items() if is_bigram(key)})

    def _mass(self, query: Mapping[int, float]) -> tuple[Floats, float]:
        out = np.zeros(self.n, dtype=np.float32)
        total, unknown = 0.0, float(np.log1p(2 * self.n + 1))
        for _, weight, place, span in self._spans(query):
            idf = float(self.idf[place]) if place >= 0 else unknown
            out[self.docs[span]] += weight * idf
            total += weight * idf
        return out, total

    def save(self, directory: Path, name: str) -> None:
        """Write the arrays as ``<name>.<array>.npy``."""
        for array in ("keys", "starts", "docs", "weights", "idf", "mass"):
            np.save(directory / f"{name}.{array}.npy", getattr(self, array))

    @classmethod
    def load(cls, directory: Path, name: str) -> Field:
        """Map the arrays that ``save`` wrote; raises ``OSError`` or ``ValueError`` when they are not whole."""
        arrays = {
            # A plain view of the mapped file: indexing a memmap itself costs more than adding up what it holds.
            array: np.load(directory / f"{name}.{array}.npy", mmap_mode="r").view(np.ndarray)
            for array in ("keys", "starts", "docs", "weights", "idf", "mass")
        }
        return cls(n=len(arrays["mass"]), **arrays)
