"""Numbers said in words: "năm sáu bảy tám", "nam sau bay tam", "5 sáu 7 tám", "năm mươi sáu bảy mươi tám" are 5678."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from viet_nlu.text import fold, nfc

_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"[\s.,\-–—_/:;]{0,3}\Z")
# With marks only the very word counts ("từ" is no "tư"); without marks the word that it may be.
_MARKED = {
    "không": "0", "linh": "0", "lẻ": "0", "một": "1", "mốt": "1", "hai": "2", "ba": "3", "bốn": "4", "tư": "4",
    "năm": "5", "lăm": "5", "nhăm": "5", "sáu": "6", "bảy": "7", "bẩy": "7", "tám": "8", "chín": "9",
}  # fmt: skip
_PLAIN = {fold(word): digit for word, digit in _MARKED.items()}
_IN_SPEECH = 3  # longer numerals stand for themselves: "năm 2026" is a year
_TENS = frozenset({"mươi", "muoi"})
_PLACES = frozenset({"trăm", "tram", "nghìn", "nghin", "ngàn", "ngan"})


@dataclass(frozen=True)
class Spoken:
    """A stretch ``text[start:end]`` that says ``digits``; ``words``: at least one of them in words."""

    start: int
    end: int
    digits: str
    words: bool


def spoken_numbers(text: str) -> Iterator[Spoken]:
    """Yield the longest stretches of digits of which some are said in words, from left to right."""
    run: list[tuple[re.Match[str], str]] = []
    for found in _WORD.finditer(text):
        part = _part(found.group(), bool(run))
        if part is None or (run and not _GAP.match(text[run[-1][0].end() : found.start()])):
            yield from _ended(run)
            run = []
            part = _part(found.group(), after_digit=False)
        if part is not None:
            run.append((found, part))
    yield from _ended(run)


def _part(word: str, after_digit: bool) -> str | None:
    """What a word adds: digits, ``*`` for "mươi", nothing for "trăm" and "nghìn"; ``None``: it ends the run."""
    low = nfc(word).lower()
    if low.isdecimal():
        return low if len(low) <= _IN_SPEECH else None
    if low in ("mười", "muoi") and not after_digit:
        return "1+"
    if low in _TENS or low in _PLACES:
        return ("*" if low in _TENS else "") if after_digit else None
    return _MARKED.get(low) or (_PLAIN.get(low) if low == fold(low) else None)


def _ended(run: list[tuple[re.Match[str], str]]) -> Iterator[Spoken]:
    while run and run[-1][1] == "":  # "năm trăm": the place alone says no digit
        run = run[:-1]
    if not run:
        return
    digits = "".join(part for _, part in run)
    digits = re.sub(r"\*(?=\d)|\+(?=\d)", "", digits)  # "năm mươi sáu": 56; "mười hai": 12
    digits = re.sub(r"[*+]", "0", digits)  # "năm mươi": 50
    words = any(not found.group().isdecimal() for found, _ in run)
    yield Spoken(run[0][0].start(), run[-1][0].end(), digits, words)
