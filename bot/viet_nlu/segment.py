"""Vietnamese word segmentation with exact places: every word is a slice of the text it was found in."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from underthesea import word_tokenize

from viet_nlu.text import Span, has_marks

# A chunk without its outer punctuation; dots, dashes and slashes inside stay (codes, dates, numbers).
_PLAIN: Final = re.compile(r"\w(?:[^\s]*\w)?")


def segment(text: str) -> list[Span]:
    """Return the words of the text; a word may span syllables ("khai sinh"). Punctuation alone is no word.

    Text without marks is split at white space only: the segmenter was trained on marked text and guesses badly there.
    """
    return list(_segment(text))


@lru_cache(maxsize=4096)
def _segment(text: str) -> tuple[Span, ...]:
    if not has_marks(text):
        return plain_words(text)
    return _place(text, word_tokenize(text, use_token_normalize=False)) or plain_words(text)


def plain_words(text: str) -> tuple[Span, ...]:
    """Return the chunks between white space, without outer punctuation."""
    return tuple(Span(match.group(), match.start(), match.end()) for match in _PLAIN.finditer(text))


def _place(text: str, words: list[str]) -> tuple[Span, ...]:
    """Find each word again in the text, from left to right; an empty answer means that the words do not fit it."""
    spans: list[Span] = []
    cursor = 0
    for word in words:
        start = end = -1
        for syllable in word.split():
            at = text.find(syllable, cursor)
            if at < 0:
                return ()
            start = at if start < 0 else start
            cursor = end = at + len(syllable)
        if end > start >= 0 and any(char.isalnum() for char in text[start:end]):
            spans.append(Span(text[start:end], start, end))
    return tuple(spans)
