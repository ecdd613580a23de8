"""Folded syllables, and what remains of them when the words that every question has are gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from viet_nlu.text import fold, syllables

from knowledge_base.phrases import LONGEST, NOISE


def folded_words(text: str) -> list[str]:
    """Return the folded syllables and numbers of a text, in order."""
    return [span.text for span in syllables(fold(text))]


def topic_spans(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of the runs of syllables that remain when every noise phrase, longest first, is cut out."""
    start = at = 0
    while at < len(words):
        cut = _noise_at(words, at)
        if cut and at > start:
            yield start, at
        at += cut or 1
        if cut:
            start = at
    if at > start:
        yield start, at


def _noise_at(words: Sequence[str], at: int) -> int:
    for length in range(min(LONGEST, len(words) - at), 0, -1):
        if tuple(words[at : at + length]) in NOISE:
            return length
    return 0
