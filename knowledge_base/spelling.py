"""Slips of the finger: a syllable that no procedure knows is read as its neighbour that fits the words beside it."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import Final

from knowledge_base.lexical import Field, Vocabulary

_LETTERS: Final = "abcdeghiklmnopqrstuvxy"
_SHORTEST: Final = 3
# Sounds that are written for one another: tried before single slips.
_SOUNDS: Final = (("f", "ph"), ("z", "d"), ("j", "gi"), ("x", "s"), ("s", "x"), ("tr", "ch"), ("ch", "tr"), ("l", "n"),
                  ("n", "l"), ("d", "gi"), ("gi", "d"), ("k", "kh"), ("w", "qu"), ("anh", "inh"))  # fmt: skip


class Speller:
    """Repairs unknown syllables by the pairs of syllables that names and aliases hold."""

    def __init__(self, vocabulary: Vocabulary, said: Field, known: Container[str] = ()) -> None:
        """``known`` are words that are right although no procedure has them: those of the lexicon."""
        self._vocabulary, self._said, self._known = vocabulary, said, known

    def repair(self, words: Sequence[str]) -> tuple[str, ...]:
        """Return the words, unknown ones replaced where a likely one makes a known pair with a neighbour."""
        fixed = list(words)
        for at, word in enumerate(words):
            if self._unknown(word):
                fixed[at] = self._best(fixed, at)
        return tuple(fixed)

    def _unknown(self, word: str) -> bool:
        written = len(word) >= _SHORTEST and word.isascii() and word.isalpha()
        return written and word not in self._known and self._vocabulary.get(word) is None

    def _best(self, words: Sequence[str], at: int) -> str:
        before, after = words[at - 1] if at else "", words[at + 1] if at + 1 < len(words) else ""
        scored = ((self._fit(before, one, after), one) for one in dict.fromkeys(_neighbours(words[at])))
        fit, best = max(scored, default=(0, ""), key=lambda pair: pair[0])
        return best if fit else words[at]

    def _fit(self, before: str, word: str, after: str) -> int:
        """Return in how many names this word stands beside a neighbour."""
        if self._vocabulary.get(word) is None:
            return 0
        return self._count(before, word) + self._count(word, after)

    def _count(self, first: str, second: str) -> int:
        keys = self._vocabulary.terms([[first, second]])
        at = self._said.find(keys[-1]) if len(keys) == 3 else None
        return int(self._said.starts[at + 1] - self._said.starts[at]) if at is not None else 0


def _neighbours(word: str) -> Iterator[str]:
    """Yield the spellings one slip away: a sound for another, two letters swapped, one left out, added or wrong."""
    for typed, meant in _SOUNDS:
        if word.startswith(typed) or (len(typed) > 2 and word.endswith(typed)):
            yield word.replace(typed, meant, 1)
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]
        yield word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
        for letter in _LETTERS:
            yield word[:at] + letter + word[at + 1 :]
            yield word[:at] + letter + word[at:]
    for letter in _LETTERS:
        yield word + letter
