"""Mistyped letters undone: a noisy channel over the syllables of the training texts and their neighbours. No Rasa.

What is typed is kept when it is a syllable of Vietnamese, a word of the training texts or an abbreviation; else it is
read as the likeliest word one slip away (a neighbour key, two letters swapped, one lost, one too many, a space one
place off), judged by the words beside it. Numbers, codes, names in capitals and English sentences are left alone.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from itertools import pairwise
from math import log
from pathlib import Path
from typing import Final, NamedTuple

from viet_nlu.keyboard import is_english
from viet_nlu.teencode_data import BY_CONTEXT, GROUPS
from viet_nlu.text import Span, fold, has_marks, is_unmarked, nfc, syllables

_START: Final = "\n"
# Costs of a slip, in nats: into what is no word, into a word that only the dictionary has.
_SLIP: Final = 4.0
_RARE_SLIP: Final = 7.0
_UNKNOWN: Final = 17.0  # cost of keeping what is no word
_SMOOTHING: Final = 0.25  # belief left to a word on its own, whatever stands before it
_COMPOUND: Final = 0.02  # belief in a pair that the dictionary knows and the training texts do not
_LEAST: Final = 2  # a word must stand this often in the training texts to be read into another
_WIDEST: Final = 12  # words that are tried in the place of one
_DICTIONARY: Final = "corpus/data/Viet74K.txt"
_ABBREVIATIONS: Final = frozenset([*BY_CONTEXT, *(key for group in GROUPS.values() for key in group)])


class Option(NamedTuple):
    """One reading of a word and what it costs."""

    word: str
    cost: float


class Dictionary(NamedTuple):
    """Syllables and pairs of syllables in lower case, with marks and without."""

    words: frozenset[str]
    pairs: frozenset[str]
    plain_words: frozenset[str]
    plain_pairs: frozenset[str]


@lru_cache(maxsize=1)
def dictionary() -> Dictionary:
    """Return the word list that underthesea ships; empty when it ships none."""
    spec = find_spec("underthesea")
    path = Path(spec.origin).parent / _DICTIONARY if spec and spec.origin else None
    lines = path.read_text(encoding="utf-8").lower().splitlines() if path and path.is_file() else []
    entries = [re.findall(r"[^\W\d_]+", nfc(line)) for line in lines]
    words = frozenset(word for entry in entries for word in entry)
    pairs = frozenset(f"{first} {second}" for entry in entries for first, second in pairwise(entry))
    return Dictionary(words, pairs, frozenset(map(fold, words)), frozenset(map(fold, pairs)))


class Speller:
    """Counts of words and of neighbouring pairs in the training texts, in one spelling (with or without marks)."""

    def __init__(self, words: dict[str, int], pairs: dict[str, int]) -> None:
        self._words, self._pairs = words, pairs
        self._total = sum(words.values()) or 1
        known = dictionary()
        self._compounds, self._plain_compounds = known.pairs, known.plain_pairs
        self._valid = known.words | words.keys() | _ABBREVIATIONS
        self._valid_plain = known.plain_words | {fold(word) for word in (*words, *_ABBREVIATIONS)}
        self._plain = Counter[str]()
        for word, count in words.items():
            self._plain[fold(word)] += count
        self._plain_pairs = Counter[str]()
        for pair, count in pairs.items():
            self._plain_pairs[fold(pair)] += count
        self._readings: dict[str, list[str]] = defaultdict(list)
        for word in sorted(words, key=lambda one: (-words[one], one)):
            if len(self._readings[fold(word)]) < _WIDEST:
                self._readings[fold(word)].append(word)
        self._near = _index(word for word, count in words.items() if count >= _LEAST)
        self._near_plain = _index(word for word, count in self._plain.items() if count >= _LEAST)

    @classmethod
    def learn(cls, texts: Iterable[str]) -> Speller | None:
        """Count the words of the training texts; ``None`` when most of them are not Vietnamese."""
        words, pairs, vietnamese, all_texts = Counter[str](), Counter[str](), 0, 0
        for text in texts:
            line = [span.text.lower() for span in syllables(nfc(text)) if span.text.isalpha()]
            words.update(line)
            pairs.update(f"{first} {second}" for first, second in pairwise([_START, *line]))
            vietnamese += has_marks(text) or is_unmarked(text)
            all_texts += 1
        return cls(dict(words), dict(pairs)) if 2 * vietnamese > all_texts else None

    def correct(self, text: str) -> str:
        """Return the text with its mistyped words as they were meant; a text without any comes back as it is."""
        if is_english(text):
            return text
        marked = has_marks(text)
        spans = syllables(text)
        words = [span.text.lower() for span in spans]
        open_to = [_is_open(text, span, at) for at, span in enumerate(spans)]
        if not any(open_to) or all(self._is_known(word, marked) for word in words):
            return text
        self._mend_spaces(words, marked)
        options = [
            self._options(word, marked) if may else [Option(word, 0.0)]
            for word, may in zip(words, open_to, strict=True)
        ]
        best = self._best_path(options, marked)
        return _put(text, spans, best)

    def restore(self, text: str) -> str:
        """Return a text typed without marks with the likeliest marks; a text with any mark comes back as it is."""
        if has_marks(text) or is_english(text):
            return text
        spans = syllables(text)
        rows = [
            [Option(word, 0.0) for word in self._readings.get(span.text.lower(), [])] or [Option(span.text.lower(), 0)]
            for span in spans
        ]
        return _put(text, spans, self._best_path(rows, marked=True)) if spans else text

    def _stands(self, word: str, marked: bool) -> bool:
        return not word.isalpha() or word in (self._valid if marked else self._valid_plain)

    def _is_known(self, word: str, marked: bool) -> bool:
        """Tell whether a word is one of the training texts, an abbreviation or no word at all (a number)."""
        return not word.isalpha() or self._count(word, marked) >= _LEAST or word in _ABBREVIATIONS

    def _mend_spaces(self, words: list[str], marked: bool) -> None:
        """Move a letter over the space where that makes two words of what were none (``l ệphí`` → ``lệ phí``)."""
        for at in range(len(words) - 1):
            first, second = words[at], words[at + 1]
            if self._stands(first, marked) and self._stands(second, marked):
                continue
            for left, right in ((first + second[:1], second[1:]), (first[:-1], first[-1:] + second)):
                if right and left and self._count(left, marked) and self._count(right, marked):
                    words[at], words[at + 1] = left, right

    def _options(self, word: str, marked: bool) -> list[Option]:
        if len(word) < 2 or self._is_known(word, marked):
            return [Option(word, 0.0)]
        near = (self._near if marked else self._near_plain).get
        found = {one for key in (word, *_shorter(word)) for one in near(key, ())} - {word}
        slips = sorted((one for one in found if _one_slip(word, one)), key=lambda one: -self._count(one, marked))
        cost = _RARE_SLIP if self._stands(word, marked) else _SLIP
        return [Option(word, 0.0), *(Option(one, cost) for one in slips[:_WIDEST])]

    def _count(self, word: str, marked: bool) -> int:
        return (self._words if marked else self._plain).get(word, 0)

    def _best_path(self, options: Sequence[Sequence[Option]], marked: bool) -> list[str]:
        beam: dict[str, tuple[float, list[str]]] = {_START: (0.0, [])}
        for row in options:
            beam = {
                one.word: min(
                    ((cost + one.cost + self._cost(before, one.word, marked), [*path, one.word])
                     for before, (cost, path) in beam.items()),
                    key=lambda found: found[0],
                )
                for one in row
            }  # fmt: skip
        return min(beam.values(), key=lambda found: found[0])[1]

    def _cost(self, before: str, word: str, marked: bool) -> float:
        if not self._stands(word, marked):
            return _UNKNOWN
        pairs = self._pairs if marked else self._plain_pairs
        pair, first = f"{before} {word}", self._count(before, marked)
        share = pairs.get(pair, 0) / first if first else 0.0
        if share < _COMPOUND and pair in (self._compounds if marked else self._plain_compounds):
            share = _COMPOUND
        alone = max(self._count(word, marked), 0.4) / self._total
        return -log((1 - _SMOOTHING) * share + _SMOOTHING * alone)

    def save(self, path: Path) -> None:
        """Write the counts as JSON."""
        path.write_text(json.dumps([self._words, self._pairs], ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Speller:
        """Read what ``save`` wrote; raises ``OSError`` or ``ValueError`` when it is missing or broken."""
        words, pairs = json.loads(path.read_text(encoding="utf-8"))
        return cls(words, pairs)


def _is_open(text: str, span: Span, at: int) -> bool:
    """Tell whether a word may be changed: no part of a code or address, no capital inside a sentence."""
    around = text[max(0, span.start - 1) : span.start] + text[span.end : span.end + 1]
    if any(char in "@/_-" or char.isdigit() for char in around):
        return False
    return at == 0 or text.isupper() or not span.text[:1].isupper()


def _put(text: str, spans: Sequence[Span], words: Sequence[str]) -> str:
    out, at = [], 0
    for span, word in zip(spans, words, strict=True):
        out += [text[at : span.start], span.text if word == span.text.lower() else word]
        at = span.end
    return "".join(out) + text[at:]


def _shorter(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def _index(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the words by themselves and by each form with one letter less, where two slips of one letter meet."""
    found: dict[str, list[str]] = defaultdict(list)
    for word in words:
        if len(word) > 1 and word.isalpha():
            for key in (word, *_shorter(word)):
                found[key].append(word)
    return {key: tuple(near) for key, near in found.items()}


def _one_slip(typed: str, meant: str) -> bool:
    """Tell whether one lost, added, changed or swapped letter lies between two words."""
    if len(typed) == len(meant):
        differ = [at for at, (left, right) in enumerate(zip(typed, meant, strict=True)) if left != right]
        if len(differ) == 2:
            first, second = differ
            return second == first + 1 and typed[first] == meant[second] and typed[second] == meant[first]
        return len(differ) == 1
    short, long = sorted((typed, meant), key=len)
    return len(long) - len(short) == 1 and short in _shorter(long)
