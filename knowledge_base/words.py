"""Folded syllables, and what remains of them when the words that every question has are gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from viet_nlu.text import fold, syllables

from knowledge_base.phrases import CLOSINGS, LONGEST, NOISE, OPENINGS

# Both spellings are taught and typed ("đăng kí", "lí lịch", "liệt sỹ"): one of them stands for both.
_ONE_SPELLING: Final = {"ki": "ky", "li": "ly", "mi": "my", "sy": "si", "ti": "ty", "hi": "hy", "qui": "quy"}


def folded_words(text: str) -> list[str]:
    """Return the folded syllables and numbers of a text, in order; of two spellings with i and y always the same."""
    return [_ONE_SPELLING.get(span.text, span.text) for span in syllables(fold(text))]


def topic_spans(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of the runs of syllables that remain when every noise phrase, longest first, is cut out."""
    start = at = _opening(words)
    words = words[: len(words) - _closing(words[at:])]
    while at < len(words):
        cut = _noise_at(words, at)
        if cut and at > start:
            yield start, at
        at += cut or 1
        if cut:
            start = at
    if at > start:
        yield start, at


def _opening(words: Sequence[str]) -> int:
    """Return how many words at the start only lead over from what was said before ("thế còn", "vậy")."""
    return next((place for place, word in enumerate(words) if word not in OPENINGS), len(words))


def _closing(words: Sequence[str]) -> int:
    """Return how many words at the end only close a question ("vậy ạ", "thế")."""
    return next((place for place, word in enumerate(reversed(words)) if word not in CLOSINGS), len(words))


def _noise_at(words: Sequence[str], at: int) -> int:
    for length in range(min(LONGEST, len(words) - at), 0, -1):
        if tuple(words[at : at + length]) in NOISE:
            return length
    return 0
