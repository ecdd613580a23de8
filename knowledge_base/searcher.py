"""Search over one version of the index: measure, rank, decide."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.ports import Encoder, Vectors
from core.procedure import Procedure
from knowledge_base.decision import Decision, Hit
from knowledge_base.features import Measured, measure, names_a_topic
from knowledge_base.index import Index
from knowledge_base.lexical import Floats
from knowledge_base.ranker import ranker_of, read_model
from knowledge_base.words import Query, read_query

_ANSWER, _SOME = 0.55, 0.15
_OPTIONS = 4


class Searcher:
    """Answers questions over one index; holds nothing that changes."""

    def __init__(self, index: Index, encoder: Encoder | None, read: Callable[[str], Procedure]) -> None:
        self._index = index
        self._encoder = encoder if index.vectors is not None else None
        self._read = read
        self._ranker = ranker_of(read_model(), "encoder" if self._encoder else "lexical")

    def search(self, text: str, k: int) -> list[Hit]:
        """Return the k best procedures, best first."""
        query = read_query(text)
        if not query.words:
            return []
        return self._hits(self._believe(self._measure(query)), k)

    def decide(self, text: str, focus: str | None) -> Decision:
        """Decide on a question; see ``KnowledgeBase.decide``."""
        query = read_query(text)
        if focus is not None and focus in self._index.codes and not names_a_topic(self._index, query):
            return Decision("answer", (self._hit(self._index.codes.index(focus), 1.0),), 1.0)
        if not names_a_topic(self._index, query):
            return Decision("none", (), 0.0)
        belief = self._believe(self._measure(query))
        hits = self._hits(belief, _OPTIONS)
        top = hits[0].score
        if top >= _ANSWER:
            return Decision("answer", tuple(hits), top)
        if top < _SOME:
            return Decision("none", tuple(hits), top)
        return Decision("clarify", tuple(hits), top, self._question(hits))

    def mentions(self, text: str) -> bool:
        """Tell whether the text names a topic of the catalogue."""
        return names_a_topic(self._index, read_query(text))

    def _measure(self, query: Query) -> Measured:
        return measure(self._index, query, self._vector(query))

    def _vector(self, query: Query) -> Vectors | None:
        if self._encoder is None or query.unmarked:
            return None
        vector: Vectors = self._encoder.encode_query([query.text])[0]
        return vector

    def _believe(self, measured: Measured) -> Floats:
        scores = self._ranker.scores(measured.table)
        odds = np.exp(scores - scores.max())
        belief: Floats = odds / odds.sum()
        return belief

    def _hits(self, belief: Floats, k: int) -> list[Hit]:
        k = min(k, len(belief))
        best = np.argpartition(-belief, k - 1)[:k]
        order = best[np.lexsort((best, -belief[best]))]
        return [self._hit(int(place), float(belief[place])) for place in order]

    def _hit(self, place: int, score: float) -> Hit:
        meta = self._index.meta
        return Hit(self._index.codes[place], meta["titles"][place], meta["names"][place], round(score, 4))

    def _question(self, hits: list[Hit]) -> str | None:
        """Return the question that the editors wrote to tell the first two apart, in either file."""
        for one, other in ((hits[0].code, hits[1].code), (hits[1].code, hits[0].code)):
            for sibling in self._read(one).siblings:
                if sibling.code == other:
                    return sibling.question
        return None
