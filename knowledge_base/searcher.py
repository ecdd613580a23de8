"""Search over one version of the index: measure, rank, decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.ports import Encoder, Vectors
from core.procedure import Procedure
from knowledge_base.decision import Decision, Hit
from knowledge_base.features import Places, Survey, names_a_topic, survey, table
from knowledge_base.index import Index
from knowledge_base.lexical import Floats
from knowledge_base.lexicon import read_lexicon
from knowledge_base.query import Query, read_query
from knowledge_base.ranker import FIRST_WEIGHTS, ranker_weights, read_model

_ANSWER, _SOME = 0.55, 0.15
_OPTIONS = 4
_CANDIDATES = 80


def candidates(found: Survey) -> Places:
    """Return the places of the procedures that the first score leaves for the ranker."""
    first = found.columns @ FIRST_WEIGHTS
    k = min(_CANDIDATES, len(first))
    places: Places = np.argpartition(-first, k - 1)[:k]
    return places


@dataclass(frozen=True)
class Ranking:
    """The candidates for one question, best first: their places, their shares of belief, and their columns."""

    places: Places
    belief: Floats
    columns: Floats
    known: float


class Searcher:
    """Answers questions over one index; holds nothing that changes."""

    def __init__(self, index: Index, encoder: Encoder | None, read: Callable[[str], Procedure]) -> None:
        self._index = index
        self._encoder = encoder if index.vectors is not None else None
        self._read = read
        self._lexicon = read_lexicon()
        self._weights = ranker_weights(read_model(), "encoder" if self._encoder else "lexical")

    def search(self, text: str, k: int) -> list[Hit]:
        """Return the k best procedures, best first."""
        query = self.query(text)
        return self._hits(self.rank(query), k) if query.words else []

    def decide(self, text: str, focus: str | None) -> Decision:
        """Decide on a question; see ``KnowledgeBase.decide``."""
        query = self.query(text)
        named = names_a_topic(self._index, query)
        if not named and focus is not None and focus in self._index.codes:
            return Decision("answer", (self._hit(self._index.codes.index(focus), 1.0),), 1.0)
        if not named:
            return Decision("none", (), 0.0)
        ranking = self.rank(query)
        hits = self._hits(ranking, _OPTIONS)
        top = hits[0].score
        if top >= _ANSWER:
            return Decision("answer", tuple(hits), top)
        if top < _SOME:
            return Decision("none", tuple(hits), top)
        return Decision("clarify", tuple(hits), top, self._question(hits))

    def mentions(self, text: str) -> bool:
        """Tell whether the text names a topic of the catalogue."""
        return names_a_topic(self._index, self.query(text))

    def query(self, text: str) -> Query:
        """Read a text as a question."""
        return read_query(text, self._lexicon)

    def encode(self, query: Query) -> Vectors | None:
        """Return [d] the question's vector, its marks put back first; ``None`` without encoder."""
        if self._encoder is None:
            return None
        text = query.spoken or query.text
        vector: Vectors = self._encoder.encode_query([self._index.marks.restore(text) if query.unmarked else text])[0]
        return vector

    def rank(self, query: Query) -> Ranking:
        """Measure a question, take the candidates that a first score leaves, and order them by the ranker."""
        found = survey(self._index, query, self.encode(query))
        places = candidates(found)
        columns = table(self._index, found, places)
        scores = columns @ self._weights
        odds = np.exp(scores - scores.max())
        order = np.lexsort((places, -odds))
        return Ranking(places[order], (odds / odds.sum())[order], columns[order], found.known)

    def _hits(self, ranking: Ranking, k: int) -> list[Hit]:
        best = zip(ranking.places[:k], ranking.belief[:k], strict=True)
        return [self._hit(int(place), float(share)) for place, share in best]

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
