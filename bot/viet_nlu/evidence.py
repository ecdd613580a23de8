"""What speaks for a word being part of a procedure's or place's name: the rows that the tagger learns from. Pure.

A row is the list of one word's features: the words around it, known names (whole, begun, their words and pairs), words
of administrative acts (``acts.py``) and where in the question it stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from viet_nlu.acts import ACT_PAIRS, ACT_WORDS, FRAME_WORDS, OBJECTS, STOP_WORDS, VERBS
from viet_nlu.mentions import Lexicon
from viet_nlu.text import Span, fold

Row = list[str]
NAMES: Final = "procedure"  # the entity whose known names give their words and pairs as evidence
LONGEST_OBJECT: Final = 3  # syllables
OUTSIDE, BEGINS, INSIDE = "O", "B", "I"


@dataclass(frozen=True)
class Around:
    """Marks of one kind for the words of a text; outside of it there is nothing of the kind."""

    marks: Sequence[str]
    nothing: str = OUTSIDE

    def __getitem__(self, at: int) -> str:
        return self.marks[at] if 0 <= at < len(self.marks) else self.nothing


class Evidence:
    """Makes the rows of a text; ``names`` are the known phrases of each entity."""

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self._lexicons = {entity: Lexicon(phrases) for entity, phrases in names.items()}
        self._names = self._lexicons.get(NAMES, Lexicon([]))
        phrases = [phrase for phrase in self._names.phrases() if phrase]
        self._pairs = Counter(pair for phrase in phrases for pair in set(pairwise(phrase)))
        self._words = Counter(word for phrase in phrases for word in set(phrase))
        self._first = Counter(phrase[0] for phrase in phrases)
        self._last = Counter(phrase[-1] for phrase in phrases)

    def rows(self, text: str, spans: Sequence[Span]) -> list[Row]:
        """Return one row for each of the ``spans``, the syllables of ``text``."""
        words = [fold(span.text) for span in spans]
        parts = [
            _written(spans, words),
            self._known(text, spans, words),
            self._like_names(words),
            _like_acts(words),
            _framed(words),
            _gaps(text, spans),
        ]
        return [[feature for row in rows for feature in row] for rows in zip(*parts, strict=True)]

    def _known(self, text: str, spans: Sequence[Span], words: Sequence[str]) -> list[Row]:
        """Tell of known names: which words they cover, and how much of one is begun there."""
        marks = {entity: Around(_covered(lexicon.find(text), spans)) for entity, lexicon in self._lexicons.items()}
        begun = self._names.begun(words)
        cover = [0, *_cover(begun), 0]
        rows = []
        for at in range(len(words)):
            near = "".join(str(min(one, 3)) for one in cover[at : at + 3])
            row = [f"{name}{step}={around[at + step]}" for name, around in marks.items() for step in (-1, 0, 1)]
            rows.append([*row, f"cov={min(cover[at + 1], 5)}", f"near={near}", f"begun={min(begun[at], 5)}"])
        return rows

    def _like_names(self, words: Sequence[str]) -> list[Row]:
        """Tell how many known names hold each word and pair of words."""
        padded = ["", *words, ""]
        rows = []
        for before, word, after in zip(padded, words, padded[2:], strict=False):
            left, right = _size(self._pairs[before, word]), _size(self._pairs[word, after])
            row = [f"pair-={left}", f"pair+={right}", f"pairs={left}{right}", f"last-={_size(self._last[before])}"]
            row += [f"first={_size(self._first[word])}", f"last={_size(self._last[word])}"]
            row += [f"first+={_size(self._first[after])}", f"in-={_size(self._words[before])}"]
            rows.append([*row, f"in={_size(self._words[word])}", f"in+={_size(self._words[after])}"])
        return rows


def _size(count: int) -> str:
    return "0" if not count else "1" if count == 1 else "few" if count < 4 else "some" if count < 10 else "many"


def _written(spans: Sequence[Span], words: Sequence[str]) -> list[Row]:
    padded = ["<s2>", "<s>", *words, "</s>", "</s2>"]
    rows = []
    for at, span in enumerate(spans):
        before2, before, word, after, after2 = padded[at : at + 5]
        row = [f"w={word}", f"w-1={before}", f"w+1={after}", f"w-2={before2}", f"w+2={after2}"]
        row += [f"m={span.text.lower()}", f"w-1w={before} {word}", f"ww+1={word} {after}", f"w-1w+1={before} {after}"]
        row += [f"w-2w-1={before2} {before}", f"w+1w+2={after} {after2}", f"s3={word[:3]}", f"e2={word[-2:]}"]
        rows.append([*row, f"title={span.text[:1].isupper()}", f"digit={span.text.isdigit()}"])
    return rows


def _covered(found: Sequence[Span], spans: Sequence[Span]) -> list[str]:
    marks = []
    for span in spans:
        hit = next((one for one in found if one.start <= span.start and span.end <= one.end), None)
        where = OUTSIDE if hit is None else BEGINS if hit.start == span.start else INSIDE
        marks.append(where + ("E" if hit is not None and hit.end == span.end else ""))
    return marks


def _cover(begun: Sequence[int]) -> list[int]:
    """Return for each word the length of the longest beginning of a name that covers it."""
    cover = [0] * len(begun)
    for at, length in enumerate(begun):
        cover[at : at + length] = [max(one, length) for one in cover[at : at + length]]
    return cover


def _like_acts(words: Sequence[str]) -> list[Row]:
    """Tell where verbs and objects of administrative acts stand, alone and beside each other."""
    verbs, objects = Around(chunks(words, VERBS)), Around(chunks(words, OBJECTS))
    acts, since = _acts(words)
    begins = Around([str(act) for act in acts], "False")
    rows = []
    for at, word in enumerate(words):
        after = words[at + 1] if at + 1 < len(words) else ""
        row = [f"act={begins[at]}", f"act+={begins[at + 1]}", f"act-={begins[at - 1]}", f"after={since[at]}"]
        row += [f"stop={word in STOP_WORDS}", f"stop+={after in STOP_WORDS}", f"verb={verbs[at]}"]
        row += [f"verb-={verbs[at - 1]}", f"object={objects[at]}", f"object-={objects[at - 1]}"]
        row += [f"object+={objects[at + 1]}", f"verb+={verbs[at + 1]}{objects[at + 1]}"]
        row += [f"vo={verbs[at]}{objects[at + 1]}", f"vvo={verbs[at]}{verbs[at + 1]}{objects[at + 2]}"]
        rows.append([*row, f"v-o={verbs[at - 1]}{objects[at]}", f"ooo={objects[at - 1]}{objects[at]}{objects[at + 1]}"])
    return rows


def _acts(words: Sequence[str]) -> tuple[list[bool], list[str]]:
    """Tell for each word whether it begins an act, and how far back the last one lies with no end of it between."""
    acts = [
        word in ACT_WORDS or f"{word} {after}" in ACT_PAIRS for word, after in zip(words, [*words[1:], ""], strict=True)
    ]
    since, distance = [], -1
    for word, act in zip(words, acts, strict=True):
        if act and distance < 0:
            distance = 0
        elif word in STOP_WORDS:
            distance = -1
        elif distance >= 0:
            distance += 1
        since.append("no" if distance < 0 else str(min(distance, 6)))
    return acts, since


def chunks(words: Sequence[str], phrases: Collection[str]) -> list[str]:
    """Return B, I or O for each word: the longest ``phrases`` (up to three syllables) from left to right."""
    marks, at = [OUTSIDE] * len(words), 0
    while at < len(words):
        length = next((size for size in range(LONGEST_OBJECT, 0, -1) if " ".join(words[at : at + size]) in phrases), 0)
        length = min(length, len(words) - at)
        marks[at : at + length] = [BEGINS, *[INSIDE] * length][:length]
        at += max(1, length)
    return marks


def _framed(words: Sequence[str]) -> list[Row]:
    """Tell which words belong to the question, and whether nothing else stands before or behind a word."""
    frame = [word in FRAME_WORDS for word in words]
    first = next((at for at, one in enumerate(frame) if not one), len(words))
    last = next((at for at in range(len(words) - 1, -1, -1) if not frame[at]), -1)
    acts, _ = _acts(words)
    rows = []
    for at, one in enumerate(frame):
        left, right = at <= first, at >= last
        near = f"{at > 0 and frame[at - 1]}{one}{at + 1 < len(frame) and frame[at + 1]}"
        row = [f"frame={one}", f"frames={near}", f"left={left}{one}", f"right={right}{one}"]
        rows.append([*row, f"begin={left}{acts[at]}{one}", f"from={min(at, 2)}", f"to={min(len(words) - 1 - at, 3)}"])
    return rows


def _gaps(text: str, spans: Sequence[Span]) -> list[Row]:
    """Tell of the punctuation before each word."""
    gaps = [text[one.end : other.start].strip()[:1] for one, other in pairwise(spans)]
    return [[f"gap={gap or 'no'}"] for gap in ["start", *gaps][: len(spans)]]
