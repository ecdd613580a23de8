"""What is measured between a question and the procedures: the columns that the ranker weighs.

Two steps. ``survey`` measures text against every procedure (cheap, [n, FIRST]); ``table`` adds, for the few candidates
that a first score leaves, the signs that set siblings apart. No column looks at a single code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.ports import Vectors
from knowledge_base.index import Index
from knowledge_base.lexical import Floats
from knowledge_base.passages import Kind
from knowledge_base.phrases import GENERIC
from knowledge_base.query import Query
from knowledge_base.traits import PRIORS, TRAITS, traits

FIRST: Final[tuple[str, ...]] = (
    "say", "name", "say_wide", "content", "content_wide", "line", "line_covered", "dice", "dice_wide", "name_dice",
    "covered", "covers", "name_covers", "cosine", "cosine_name", "cosine_gap", "popularity", "curated",
    "meant", "matched", "exact", "asked", "asked_three", "asked_dice", "asked_gap", "asked_near", "told", "told_pairs",
)  # fmt: skip
COLUMNS: Final[tuple[str, ...]] = (
    *FIRST,
    *(f"{trait}:both" for trait in TRAITS),
    *(f"{trait}:unasked" for trait in TRAITS),
    *(prior for prior in PRIORS if prior not in FIRST),
    "popularity:plain",
)
_ASIDE: Final = 0.4  # weight of what the question only mentions
_WIDE: Final = 0.7  # weight of words that the lexicon adds: the official name of what was said in other words
_WHOLE: Final = np.float32(0.999)
_MUCH: Final = np.float32(30.0)  # idf mass of about six telling syllables
_PRIOR_PLACES: Final = [PRIORS.index(prior) for prior in PRIORS if prior not in FIRST]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Survey:
    """Columns ``FIRST`` [n, f] of one question, and the share of its topic's weight that some passage has, 0..1."""

    columns: Floats
    known: float
    signs: Floats


@dataclass(frozen=True)
class Hidden:
    """Passages and asked lines to be treated as absent, so that one can be asked for without finding itself."""

    passages: Sequence[int] = ()
    lines: Sequence[int] = ()


NOTHING: Final = Hidden()


def survey(index: Index, query: Query, vector: Vectors | None = None, absent: Hidden = NOTHING) -> Survey:
    """Measure a question against every procedure.

    ``vector`` [d] is its encoding, if there is an encoder; ``absent`` is for training only.
    """
    hidden = absent.passages
    narrow = _terms(index, query, ())
    wide = _terms(index, query, query.meanings)
    say, dice, covered, covers, _ = _said(index, query, narrow, hidden)
    say_wide, dice_wide, covered_wide, _, shared = _said(index, query, wide, hidden)
    names = np.asarray(index.first)
    best = index.best
    # What a name covers needs neither content nor lines: "có cần ủy quyền không" stands in those of many procedures.
    left_over = np.float32(1.0 - min(0.9, float(covered_wide.max(initial=0.0))))
    cosines, near = _cosines(index, vector, absent)
    asked = (*index.asked.worded(narrow, absent.lines), *near)
    columns = [
        _scaled(best(say)), _scaled(say[names]), _scaled(best(say_wide)),
        *(column * left_over for column in _contents(index, query, wide)),
        best(dice), best(dice_wide), np.maximum(dice, dice_wide)[names],
        best(np.maximum(covered, covered_wide)), best(covers), covers[names],
        *cosines,
        np.asarray(index.priors[:, 0]), np.asarray(index.priors[:, 1]),
        best(_meant(index, query, hidden)), np.minimum(best(shared) / _MUCH, np.float32(1.0)),
        best(_exact(index, query, covered, hidden)),
        *(column * left_over for column in asked),
        *_told(index, query, narrow),
    ]  # fmt: skip
    said = [word for phrase in query.meanings for word in ("", *phrase)]
    signs = np.array(traits([*query.words, *said], [*query.head, *said]), dtype=np.float32)
    return Survey(np.stack(columns, axis=1).astype(np.float32), float(covered_wide.max(initial=0.0)), signs)


def table(index: Index, found: Survey, places: Places) -> Floats:
    """Return all columns [k, len(COLUMNS)] for the candidates at these k places."""
    asked = found.signs
    has = np.asarray(index.traits[places])
    first = found.columns[places]
    plain = has.sum(axis=1, keepdims=True) == 0
    rest = np.asarray(index.priors[places])[:, _PRIOR_PLACES]
    popular = first[:, FIRST.index("popularity")][:, None] * plain
    signs = [has * asked, has * (1 - asked)]
    return np.concatenate([first, *signs, rest, popular], axis=1).astype(np.float32)


def _terms(index: Index, query: Query, added: Sequence[Sequence[str]]) -> dict[int, float]:
    """Return the weight of each term: added ones less than the question's own, those of an aside less again."""
    terms = dict.fromkeys(index.vocabulary.terms(query.aside), _ASIDE)
    terms.update(dict.fromkeys(index.vocabulary.terms(added), _WIDE))
    own = [run for run in query.topic if run not in query.aside] or [query.words]
    terms.update(dict.fromkeys(index.vocabulary.terms(own), 1.0))
    return terms


def _all_terms(index: Index, query: Query) -> dict[int, float]:
    return dict.fromkeys(index.vocabulary.terms([query.words]), 1.0)


def _said(
    index: Index, query: Query, terms: Mapping[int, float], hidden: Sequence[int]
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return [m] BM25, Dice share, share of the question covered, share of the passage covered, mass in common."""
    scores = index.say.scores(terms)
    shared, mass = index.say.overlap(terms)
    asked = np.float32(max(mass + _unknown_mass(index, query), 1e-6))
    own = np.maximum(index.say.mass, np.float32(1e-6))
    covered: Floats = (shared / asked).astype(np.float32)
    covers = np.minimum(shared / own, np.float32(1.0))
    dice: Floats = (2 * shared / (own + asked)).astype(np.float32)
    covers = np.where(index.kinds == Kind.KEYWORD, covers * covered, covers).astype(np.float32)
    for array in (scores, dice, covered, covers, shared):
        array[list(hidden)] = 0.0
    return scores, dice, covered, covers, shared


def _meant(index: Index, query: Query, hidden: Sequence[int]) -> Floats:
    """Return [m] the share of the lexicon's official words for this question that each passage holds."""
    if not query.meanings:
        return np.zeros(index.say.n, dtype=np.float32)
    shared, mass = index.say.overlap(dict.fromkeys(index.vocabulary.terms(query.meanings), 1.0))
    share: Floats = shared / np.float32(max(mass, 1e-6))
    share[list(hidden)] = 0.0
    return share


def _exact(index: Index, query: Query, covered: Floats, hidden: Sequence[int]) -> Floats:
    """Return [m] 1 where a name is just what was asked: neither it nor the topic has a word that the other lacks.

    1.5 where the same holds for the whole question, politeness and all: "thu hồi biển số online" is a name of its own.
    """
    shared, mass = index.say.overlap(_all_terms(index, query))
    whole = (shared >= _WHOLE * index.say.mass) & (covered >= _WHOLE) & (index.kinds != Kind.KEYWORD)
    exact: Floats = (whole * (1 + 0.5 * (shared >= _WHOLE * mass))).astype(np.float32)
    exact[list(hidden)] = 0.0
    return exact


def _told(index: Index, query: Query, terms: Mapping[int, float]) -> tuple[Floats, Floats]:
    """Return [n] the share of the question's syllables, and of their pairs, that stands anywhere in each procedure.

    A name may lie near a question whose very subject it never speaks of ("chấm dứt hoạt động tàu lặn").
    """
    shared, mass = index.whole.overlap(terms)
    paired, pairs = index.whole.paired(terms)
    told: Floats = (shared / np.float32(max(mass + _unknown_mass(index, query), 1e-6))).astype(np.float32)
    together = paired / np.float32(pairs) if pairs else told
    return told, together.astype(np.float32)


def _contents(index: Index, query: Query, wide: Mapping[int, float]) -> tuple[Floats, ...]:
    """Return [n] BM25 of whole contents twice, of the best line, and the share of the question in that line."""
    terms = _all_terms(index, query)
    shared, mass = index.lines.overlap(terms)
    line: Floats = index.best_line(index.lines.scores(terms))
    line_covered: Floats = (index.best_line(shared) / max(mass, 1e-6)).astype(np.float32)
    whole, wide_whole = _scaled(index.content.scores(terms)), _scaled(index.content.scores(wide))
    return whole, wide_whole, _scaled(line), line_covered


def _unknown_mass(index: Index, query: Query) -> float:
    unknown = sum(1 for word in query.topic_words if index.vocabulary.get(word) is None)
    return unknown * float(np.log1p(2 * index.say.n + 1))


def _scaled(scores: Floats) -> Floats:
    """Bring BM25 scores to 0..1 by the best of this question: only their order and distance mean something."""
    scaled: Floats = scores / np.float32(max(float(scores.max(initial=0.0)), 1e-6))
    return scaled


def _cosines(index: Index, vector: Vectors | None, absent: Hidden) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
    """Return [n] of names: best cosine, official name's, gap; and of names and lines: gaps of the best and of three."""
    if vector is None or index.vectors is None:
        nothing = np.zeros(len(index.codes), dtype=np.float32)
        return (nothing,) * 3, (nothing,) * 2
    cosine: Floats = np.asarray(index.vectors) @ vector
    cosine[list(absent.passages)] = cosine.min(initial=0.0)
    best = index.best(cosine)
    named = _level(best), _level(cosine[np.asarray(index.first)]), _gap(best)
    return named, tuple(_gap(near) for near in index.asked.near(vector, best, absent.lines))


def _level(cosine: Floats) -> Floats:
    level: Floats = (cosine - np.float32(0.8)) * 5
    return level


def _gap(cosine: Floats) -> Floats:
    """E5's cosines all lie between .75 and .95: the distance to the best of this question says more than the value."""
    gap: Floats = (cosine - cosine.max(initial=-1.0)) * 10
    return gap


def has_topic(index: Index, query: Query) -> bool:
    """Tell whether a question holds a word that could name a procedure: no politeness, no aspect, nothing generic."""
    telling = (word for word in query.topic_words if word not in GENERIC and not word.isdigit())
    return bool(query.meanings) or any(index.vocabulary.get(word) is not None for word in telling)
