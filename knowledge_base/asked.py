"""How people asked: whole sentences kept with each procedure, laid one by one beside a new question.

Names and aliases say what a procedure is called; these say in which situations it is wanted. A question is compared
with every line by its words and by its vector; a procedure is judged by its best line and by its best three, for one
line alone may fit by chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from viet_nlu.text import has_marks

from core.ports import Vectors
from core.procedure import Procedure
from knowledge_base.lexical import Field, Floats, Vocabulary
from knowledge_base.lexicon import Phrase, read_lexicon
from knowledge_base.query import read_query

_BEST: Final = 3
_FIELD: Final = "asked"


def topic_of(line: str) -> tuple[Phrase, ...]:
    """Return what a line is about, as runs of folded syllables: read just as a question is."""
    query = read_query(line, read_lexicon())
    return query.topic or (query.words,)


def spoken_lines(procedures: Sequence[Procedure]) -> list[str]:
    """Return what is encoded of each line, in the order of ``write``; empty where the marks are missing."""
    lexicon = read_lexicon()
    read = [read_query(line, lexicon) for one in procedures for line in one.asked]
    return [(query.spoken or query.text) if has_marks(query.text) else "" for query in read]


def write(
    procedures: Sequence[Procedure], vocabulary: Vocabulary, directory: Path, vectors: Vectors | None
) -> list[tuple[int, list[int]]]:
    """Write the lines of these procedures into an index's directory; ``vectors`` [q, d] has a row of zeros for none.

    Return for each line the place of its procedure and its terms.
    """
    owner = np.array([place for place, one in enumerate(procedures) for _ in one.asked], dtype=np.int32)
    said = [vocabulary.terms(topic_of(line), grow=True) for one in procedures for line in one.asked]
    Field.build(said, owners=owner.astype(np.int64)).save(directory, _FIELD)
    np.save(directory / "asked_owner.npy", owner)
    if vectors is not None:
        np.save(directory / "asked_vectors.npy", vectors)
    return list(zip(owner.tolist(), said, strict=True))


@dataclass(frozen=True)
class Asked:
    """The q lines of an index over n procedures.

    ``owners`` [k] are the procedures that have any, ``table`` [k, most] the places of their lines, filled up with q;
    ``vectors`` [q, d] unit rows, zeros for a line that was not encoded.
    """

    n: int
    field: Field
    owner: NDArray[np.int32]
    owners: NDArray[np.intp]
    table: NDArray[np.intp]
    vectors: Vectors | None

    @classmethod
    def load(cls, directory: Path, n: int) -> Asked:
        """Map what ``write`` wrote; raises ``OSError`` or ``ValueError`` when it is not whole."""
        owner = np.load(directory / "asked_owner.npy")
        owners, first, counts = np.unique(owner, return_index=True, return_counts=True)
        table = np.full((len(owners), max(int(counts.max(initial=0)), _BEST)), len(owner), dtype=np.intp)
        for row, (start, count) in enumerate(zip(first, counts, strict=True)):
            table[row, :count] = np.arange(start, start + count)
        path = directory / "asked_vectors.npy"
        vectors = np.load(path, mmap_mode="r").view(np.ndarray) if path.exists() else None
        return cls(n, Field.load(directory, _FIELD), owner, owners.astype(np.intp), table, vectors)

    def worded(self, terms: Mapping[int, float], hidden: Sequence[int]) -> Iterator[Floats]:
        """Yield [n] BM25 of the best line, mean BM25 of the best three, and the best line's Dice share."""
        scores = self.field.scores(terms)
        shared, mass = self.field.overlap(terms)
        dice: Floats = (2 * shared / np.maximum(self.field.mass + np.float32(mass), 1e-6)).astype(np.float32)
        for array in (scores, dice):
            array[list(hidden)] = 0.0
        one, three = self._best(scores)
        top = np.float32(max(float(one.max(initial=0.0)), 1e-6))
        yield self._spread(one / top, np.zeros(self.n, dtype=np.float32))
        yield self._spread(three / top, np.zeros(self.n, dtype=np.float32))
        yield self._spread(self._best(dice)[0], np.zeros(self.n, dtype=np.float32))

    def near(self, vector: Vectors, named: Floats, hidden: Sequence[int]) -> Iterator[Floats]:
        """Yield [n] the best cosine, no less than that of the names [n], and the mean of the best three lines'."""
        if self.vectors is None or not len(self.owner):
            yield from (named, named)
            return
        cosine: Floats = self.vectors @ vector
        cosine[list(hidden)] = 0.0
        one, three = self._best(cosine)
        yield np.maximum(self._spread(one, named), named)
        yield self._spread(three, named)

    def _best(self, scores: Floats) -> tuple[Floats, Floats]:
        """Return [k] the best score of each procedure's lines and the mean of its best three."""
        padded = np.append(scores, np.float32(0.0))[self.table]
        best = -np.partition(-padded, _BEST - 1, axis=1)[:, :_BEST]
        return best.max(axis=1), best.mean(axis=1)

    def _spread(self, values: Floats, rest: Floats) -> Floats:
        spread = rest.copy()
        spread[self.owners] = values
        return spread
