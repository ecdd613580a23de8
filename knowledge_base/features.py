"""What is measured between a question and every procedure: the columns that the ranker weighs.

All columns are float32 over the n procedures of an index, computed together; none looks at a single code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.ports import Vectors
from knowledge_base.index import Index
from knowledge_base.lexical import Floats
from knowledge_base.passages import Kind
from knowledge_base.phrases import GENERIC
from knowledge_base.traits import PRIORS, TRAITS, traits
from knowledge_base.words import Query

_COLUMNS: Final = (
    "say", "name", "content", "dice", "covered", "covers", "name_covers", "cosine", "cosine_name", "cosine_gap",
)  # fmt: skip
COLUMNS: Final[tuple[str, ...]] = (
    *_COLUMNS,
    *(f"{trait}:both" for trait in TRAITS),
    *(f"{trait}:asked" for trait in TRAITS),
    *(f"{trait}:unasked" for trait in TRAITS),
    *PRIORS,
)


@dataclass(frozen=True)
class Measured:
    """Features [n, len(COLUMNS)] of one question, and the share of its topic that the best passage covers, 0..1."""

    table: Floats
    known: float


def measure(index: Index, query: Query, vector: Vectors | None = None) -> Measured:
    """Measure a question against every procedure; ``vector`` [d] is its encoding, if there is an encoder."""
    n = len(index.codes)
    topic = query.topic or (query.words,)
    terms = dict.fromkeys(index.vocabulary.terms(topic), 1.0)
    everything = dict.fromkeys(index.vocabulary.terms([query.words]), 1.0)
    say = index.say.scores(terms)
    shared, asked_mass = index.say.overlap(terms)
    asked_mass += _unknown_mass(index, query)
    covered = shared / np.float32(max(asked_mass, 1e-6))
    covers = shared / np.maximum(index.say.mass, np.float32(1e-6))
    dice = 2 * shared / np.maximum(index.say.mass + np.float32(asked_mass), np.float32(1e-6))
    names = np.asarray(index.first)
    columns: list[Floats] = [
        _scaled(index.best(say)),
        _scaled(say[names]),
        _scaled(index.content.scores(everything)),
        index.best(dice),
        index.best(covered),
        index.best(np.where(index.kinds == Kind.KEYWORD, covers * covered, covers).astype(np.float32)),
        covers[names],
        *_cosines(index, vector),
    ]
    table = np.empty((n, len(COLUMNS)), dtype=np.float32)
    table[:, : len(columns)] = np.stack(columns, axis=1)
    table[:, len(columns) :] = _signs(index, query)
    return Measured(table, float(covered.max(initial=0.0)))


def _unknown_mass(index: Index, query: Query) -> float:
    unknown = sum(1 for word in query.topic_words if index.vocabulary.get(word) is None)
    return unknown * float(np.log1p(2 * index.say.n + 1))


def _scaled(scores: Floats) -> Floats:
    """Bring BM25 scores to 0..1 by the best of this question: only their order and distance mean something."""
    return scores / np.float32(max(float(scores.max(initial=0.0)), 1e-6))


def _cosines(index: Index, vector: Vectors | None) -> tuple[Floats, Floats, Floats]:
    if vector is None or index.vectors is None:
        nothing = np.zeros(len(index.codes), dtype=np.float32)
        return nothing, nothing, nothing
    cosine = index.vectors @ vector
    best = index.best(cosine)
    # E5's cosines all lie between .75 and .95: the distance to the best of this question says more than the value.
    return (best - 0.8) * 5, (cosine[np.asarray(index.first)] - 0.8) * 5, (best - best.max(initial=0.0)) * 10


def _signs(index: Index, query: Query) -> Floats:
    asked = np.array(traits(query.words), dtype=np.float32)
    has = np.asarray(index.traits)
    return np.concatenate([has * asked, (1 - has) * asked, has * (1 - asked), np.asarray(index.priors)], axis=1)


def names_a_topic(index: Index, query: Query) -> bool:
    """Tell whether the question's own words name something that the catalogue speaks of, beyond generic words."""
    telling = [word for word in query.topic_words if word not in GENERIC and not word.isdigit()]
    if not telling:
        return False
    terms = dict.fromkeys(index.vocabulary.terms([telling]), 1.0)
    shared, mass = index.say.overlap(terms)
    mass += float(np.log1p(2 * index.say.n + 1)) * sum(index.vocabulary.get(word) is None for word in telling)
    return float(shared.max(initial=0.0)) >= 0.5 * mass
