"""The peers that our search is measured against, in the same run, over the same procedures and questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from core.errors import SetupError
from core.ports import Encoder
from knowledge_base.evaluation import Rank
from knowledge_base.lexical import Field, Floats, Vocabulary
from knowledge_base.passages import plain_name
from knowledge_base.words import folded_words

_DEPTH: Final = 10
_FUSED: Final = 50  # how deep reciprocal rank fusion looks into each ranking
_FUSION: Final = 60  # its constant, as in Cormack et al. 2009


def baselines(codes: Sequence[str], names: Sequence[str], encoder: Encoder | None) -> dict[str, Rank]:
    """Return rankings by name: BM25 on names, BM25 on underthesea's words, the encoder alone, and their fusion."""
    plain = [plain_name(name) for name in names]
    scorers = {"bm25_names": _bm25(plain, folded_words), "bm25_underthesea": _bm25(plain, _segmented())}
    if encoder is not None:
        scorers["encoder"] = _cosine(plain, encoder)
    ranks = {name: _ranking(codes, scorer) for name, scorer in scorers.items()}
    if encoder is not None:
        ranks["rrf"] = _fused(codes, [scorers["bm25_names"], scorers["encoder"]])
    return ranks


Scorer = Callable[[str], Floats]


def encoder_alone(codes: Sequence[str], names: Sequence[str], encoder: Encoder) -> Rank:
    """Return the ranking by cosine between question and official name, as in ``baselines``."""
    return _ranking(codes, _cosine([plain_name(name) for name in names], encoder))


def _bm25(names: Sequence[str], split: Callable[[str], list[str]]) -> Scorer:
    """BM25 over single words, without bigrams."""
    vocabulary = Vocabulary()
    field = Field.build([vocabulary.terms([[word] for word in split(name)], grow=True) for name in names])

    def score(text: str) -> Floats:
        return field.scores(dict.fromkeys(vocabulary.terms([[word] for word in split(text)]), 1.0))

    return score


def _segmented() -> Callable[[str], list[str]]:
    try:
        from underthesea import word_tokenize  # noqa: PLC0415 - only this baseline needs it, and it is large
    except ImportError as error:
        raise SetupError("The baseline needs underthesea; run `uv sync`.") from error

    def split(text: str) -> list[str]:
        return [word.lower() for word in word_tokenize(text)]

    return split


def _cosine(names: Sequence[str], encoder: Encoder) -> Scorer:
    vectors = encoder.encode_document(names)

    def score(text: str) -> Floats:
        found: Floats = vectors @ encoder.encode_query([text])[0]
        return found

    return score


def _ranking(codes: Sequence[str], scorer: Scorer) -> Rank:
    def rank(text: str) -> list[str]:
        return [codes[place] for place in np.argsort(-scorer(text), kind="stable")[:_DEPTH]]

    return rank


def _fused(codes: Sequence[str], scorers: Sequence[Scorer]) -> Rank:
    def rank(text: str) -> list[str]:
        shares: dict[int, float] = defaultdict(float)
        for scorer in scorers:
            for place, found in enumerate(np.argsort(-scorer(text), kind="stable")[:_FUSED], start=1):
                shares[int(found)] += 1 / (_FUSION + place)
        return [codes[place] for place in sorted(shares, key=lambda one: -shares[one])[:_DEPTH]]

    return rank
