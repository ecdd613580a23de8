"""Finding known phrases (names of procedures and places) in a text, whatever its marks and spacing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from viet_nlu.text import Span, fold, syllables

_END = ""


class Lexicon:
    """A set of phrases; ``find`` returns the longest ones that occur in a text, left to right, without overlap."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._root: dict[str, Any] = {}
        self._phrases = tuple(dict.fromkeys(keys(phrase) for phrase in phrases))
        for phrase in self._phrases:
            node = self._root
            for syllable in phrase:
                node = node.setdefault(syllable, {})
            if node is not self._root:
                node[_END] = {}

    def phrases(self) -> tuple[tuple[str, ...], ...]:
        """Return the folded syllables of each phrase."""
        return self._phrases

    def find(self, text: str) -> list[Span]:
        """Return the spans of ``text`` that are phrases of this set; offsets are those of ``text``."""
        spans = syllables(text)
        words = [fold(span.text) for span in spans]
        found: list[Span] = []
        at = 0
        while at < len(words):
            length = self._longest(words, at)
            if length:
                start, end = spans[at].start, spans[at + length - 1].end
                found.append(Span(text[start:end], start, end))
            at += max(1, length)
        return found

    def begun(self, words: Sequence[str]) -> list[int]:
        """Return for each of the folded ``words`` how many from there on are the beginning of a phrase; 0 for one."""
        return [reach if (reach := self._reach(words, at)) > 1 else 0 for at in range(len(words))]

    def _reach(self, words: Sequence[str], at: int) -> int:
        node = self._root
        for offset, word in enumerate(words[at:]):
            if word not in node:
                return offset
            node = node[word]
        return len(words) - at

    def _longest(self, words: list[str], at: int) -> int:
        node, best = self._root, 0
        for offset, word in enumerate(words[at:], start=1):
            if word not in node:
                break
            node = node[word]
            best = offset if _END in node else best
        return best


def keys(phrase: str) -> tuple[str, ...]:
    """Return the folded syllables of a phrase, the form in which two spellings are the same phrase."""
    return tuple(fold(span.text) for span in syllables(phrase))
