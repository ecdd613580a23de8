"""Search over one version of the index: measure, rank, decide."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from core.ports import Encoder, Vectors
from core.procedure import Procedure
from knowledge_base.calibration import Calibration, Ranking, bare_topic, plain_default
from knowledge_base.decision import Decision, Hit
from knowledge_base.features import Places, Survey, has_topic, survey, table
from knowledge_base.index import Index
from knowledge_base.lexical import Floats
from knowledge_base.lexicon import read_lexicon
from knowledge_base.query import Query, read_query
from knowledge_base.ranker import FIRST_WEIGHTS, ranker_weights, read_model
from knowledge_base.spelling import Speller

_FEWEST_OPTIONS, _MOST_OPTIONS = 2, 4
_OPTIONS_HOLD = 0.9  # offer no more options than hold this share of belief together
# Below half of the belief the others together are likelier, whatever the chance says: in all our sets hardly any such
# answer was right.
_LEAST_BELIEF = 0.5
_BARE_TOPIC = 0.5  # of the usual border
_CANDIDATES = 80
_REMEMBERED = 8  # questions: decide, mentions and search are asked about one text in a row


def candidates(found: Survey) -> Places:
    """Return the places of the procedures that the first score leaves for the ranker."""
    first = found.columns @ FIRST_WEIGHTS
    k = min(_CANDIDATES, len(first))
    places: Places = np.argpartition(-first, k - 1)[:k]
    return places


def options(belief: Floats) -> int:
    """Return how many of the best candidates to offer, 2–4: as few as hold most of the belief."""
    enough = int(np.searchsorted(np.cumsum(belief), _OPTIONS_HOLD)) + 1
    return min(max(enough, _FEWEST_OPTIONS), _MOST_OPTIONS)


class Searcher:
    """Answers questions over one index; holds nothing that changes."""

    def __init__(self, index: Index, encoder: Encoder | None, read: Callable[[str], Procedure]) -> None:
        self._index = index
        self._encoder = encoder if index.vectors is not None else None
        self._read = read
        self._lexicon = read_lexicon()
        self._speller = Speller(index.vocabulary, index.say, self._lexicon.words)
        self._ranked = lru_cache(maxsize=_REMEMBERED)(self._rank)
        self._places = {code: place for place, code in enumerate(index.codes)}
        model, mode = read_model(), "encoder" if self._encoder else "lexical"
        self._weights = ranker_weights(model, mode)
        self._calibrations = {kind: Calibration.of(model[mode]["calibration"][kind]) for kind in ("marked", "unmarked")}

    def search(self, text: str, k: int) -> list[Hit]:
        """Return the k best procedures, best first."""
        query = self.query(text)
        return self._hits(self.rank(query), k) if query.words else []

    def decide(self, text: str, focus: str | None) -> Decision:
        """Decide on a question; see ``KnowledgeBase.decide``."""
        query = self.query(text)
        if not has_topic(self._index, query):
            return self._about(focus)
        ranking = self.rank(query)
        calibration = self._calibration(query)
        chance = calibration.chance_right(ranking)
        if not self._is_ours(calibration, ranking):
            return Decision("none", (), chance)
        if (chance >= calibration.answer_from and ranking.belief[0] >= _LEAST_BELIEF) or plain_default(ranking):
            return Decision("answer", tuple(self._hits(ranking, _MOST_OPTIONS)), chance)
        hits = self._hits(ranking, options(ranking.belief))
        return Decision("clarify", tuple(hits), chance, self._question(hits))

    def _calibration(self, query: Query) -> Calibration:
        return self._calibrations["unmarked" if query.unmarked else "marked"]

    def _about(self, focus: str | None) -> Decision:
        """Decide on a text that names nothing itself: it is about what was spoken of before, if anything was."""
        if focus is None or focus not in self._places:
            return Decision("none", (), 0.0)
        return Decision("answer", (self._hit(self._places[focus], 1.0),), 1.0)

    def mentions(self, text: str) -> bool:
        """Tell whether the text names a topic of the catalogue."""
        query = self.query(text)
        if not has_topic(self._index, query):
            return False
        return self._is_ours(self._calibration(query), self.rank(query))

    def _is_ours(self, calibration: Calibration, ranking: Ranking) -> bool:
        """Tell whether a question is about a procedure; a bare topic that fits many looks less so than it is."""
        border = calibration.ours_from * (_BARE_TOPIC if bare_topic(ranking) else 1.0)
        return calibration.chance_ours(ranking) >= border

    def query(self, text: str) -> Query:
        """Read a text as a question."""
        return read_query(text, self._lexicon, self._speller.repair)

    def encode(self, query: Query) -> Vectors | None:
        """Return [d] the question's vector, its marks put back first; ``None`` without encoder."""
        if self._encoder is None:
            return None
        text = query.spoken or query.text
        vector: Vectors = self._encoder.encode_query([self._index.marks.restore(text) if query.unmarked else text])[0]
        return vector

    def rank(self, query: Query) -> Ranking:
        """Return the candidates of a question in order; one question asked in several ways is measured once."""
        return self._ranked(query)

    def _rank(self, query: Query) -> Ranking:
        """Measure a question, take the candidates that a first score leaves, and order them by the ranker."""
        found = survey(self._index, query, self.encode(query))
        places = candidates(found)
        columns = table(self._index, found, places)
        scores = columns @ self._weights
        odds = np.exp(scores - scores.max())
        order = np.lexsort((places, -odds))
        belief = (odds / odds.sum())[order]
        return Ranking(places[order], belief, columns[order], found.known, len(query.topic_words))

    def _hits(self, ranking: Ranking, k: int) -> list[Hit]:
        best = zip(ranking.places[:k], ranking.belief[:k], strict=True)
        return [self._hit(int(place), float(share)) for place, share in best]

    def _hit(self, place: int, score: float) -> Hit:
        meta = self._index.meta
        return Hit(self._index.codes[place], meta["titles"][place], meta["names"][place], round(score, 4))

    def _question(self, hits: list[Hit]) -> str | None:
        """Return the question that the editors wrote to tell the first two apart, in either file."""
        if len(hits) < _FEWEST_OPTIONS:
            return None
        for one, other in ((hits[0].code, hits[1].code), (hits[1].code, hits[0].code)):
            for sibling in self._read(one).siblings:
                if sibling.code == other:
                    return sibling.question
        return None
