"""Vietnamese text as it is typed: one spelling for each word, with and without marks. Pure functions.

Every function takes any string and returns a string (or spans of it); none raises. ``nfc`` is where all text enters the
system, so that training data, knowledge base and messages agree on one spelling.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

# Combining marks: the five tones, apart from the three that make another letter (â, ă, ơ/ư).
_TONES: Final = "\u0300\u0301\u0303\u0309\u0323"
_VOWELS: Final = frozenset("aăâeêioôơuưy")
_MARKED_VOWELS: Final = frozenset("ăâêôơư")
_ONSETS: Final = "ngh|ng|nh|gh|kh|ph|th|tr|ch|qu|gi|[bcdđghklmnpqrstvx]"
_NUCLEI: Final = (
    "iêu|yêu|uyê|uya|uyu|ươu|ươi|uôi|oai|oay|oeo|uây|oao|uơ|uô|uâ|uê|ươ|iê|yê|oa|oă|oe|uy|ua|ui|ưa|ưi|ưu|ia|iu"
    "|ai|ao|au|ay|âu|ây|eo|êu|oi|ôi|ơi|oo|[aăâeêioôơuưy]"
)
_CODAS: Final = "ch|ng|nh|[cmnpt]"
_SYLLABLE: Final = re.compile(rf"(?P<onset>{_ONSETS})?(?P<nucleus>{_NUCLEI})(?P<coda>{_CODAS})?")


def _unmarked(pattern: str) -> str:
    return "|".join(dict.fromkeys(pattern.translate(str.maketrans("ăâêôơưđ", "aaeooud")).split("|")))


_PLAIN_SYLLABLE: Final = re.compile(
    rf"(?:{_unmarked(_ONSETS)})?(?:{_unmarked(_NUCLEI)}|ieu|yeu|uye|uoi|uou)(?:{_CODAS})?"
)
_WORD: Final = re.compile(r"[^\W\d_]+")
_TOKEN: Final = re.compile(r"[^\W_]+")
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe00-\ufe0f]"
)
_SPACE: Final = re.compile(r"\s+")
_RUN: Final = re.compile(r"(?i)([^\W\d_])\1{2,}")
_KEEP_RUN: Final = re.compile(r"(?i)\b(?:www|k{3,}|h{3,}|z{3,}|[ivxlcdm]{3,})\b")
_PUNCTUATION: Final = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-", "−": "-",
     "‐": "-", "‑": "-", "…": "..."}
)  # fmt: skip
# Letters that Unicode does not decompose.
_STROKE: Final = str.maketrans({"đ": "d", "Đ": "D"})


class Span(NamedTuple):
    """A piece of a text with its place: ``text[start:end]``, in characters."""

    text: str
    start: int
    end: int


def nfc(text: str) -> str:
    """Return the text in Unicode NFC with each tone mark on the vowel where the tradition puts it (hoà → hòa).

    The one form is the older placement (hòa, thúy, khỏe), which is the commoner one in official records; a syllable
    that is not Vietnamese is left as it is. Idempotent.
    """
    return _WORD.sub(lambda match: _place_tone(match.group()), unicodedata.normalize("NFC", text))


@lru_cache(maxsize=20_000)
def _place_tone(word: str) -> str:
    if word.isascii():
        return word
    letters, tones = _split_tone(word)
    if len(tones) != 1 or len(letters) != len(word):
        return word
    match = _SYLLABLE.fullmatch(letters.lower())
    if match is None:
        return word
    at = match.start("nucleus") + _tone_index(match["nucleus"], closed=match["coda"] is not None)
    return unicodedata.normalize("NFC", letters[: at + 1] + tones + letters[at + 1 :])


def _split_tone(word: str) -> tuple[str, str]:
    decomposed = unicodedata.normalize("NFD", word)
    tones = "".join(char for char in decomposed if char in _TONES)
    return unicodedata.normalize("NFC", "".join(char for char in decomposed if char not in _TONES)), tones


def _tone_index(nucleus: str, *, closed: bool) -> int:
    marked = [index for index, char in enumerate(nucleus) if char in _MARKED_VOWELS]
    if marked:
        return marked[-1]
    if len(nucleus) == 3 or (len(nucleus) == 2 and closed):
        return 1
    return 0


def strip_marks(text: str) -> str:
    """Return the text without any diacritic, case kept (Đường → Duong)."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(char for char in decomposed if unicodedata.category(char) != "Mn")
    return unicodedata.normalize("NFC", bare).translate(_STROKE)


def fold(text: str) -> str:
    """Return the text without marks and in lower case, the form in which all spellings of a word meet.

    A Vietnamese text in NFC keeps its length, so offsets into the folded text hold for the text itself.
    """
    return strip_marks(text.lower())


def normalise(text: str) -> str:
    """Return the text with one spelling and clean spacing.

    NFC, no invisible characters, plain quotes and dashes, single spaces, and letters typed three times or more written
    once (luônnnn → luôn). Idempotent.
    """
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFC", text)).translate(_PUNCTUATION)
    return nfc(squeeze(_SPACE.sub(" ", visible).strip()))


def squeeze(text: str) -> str:
    """Return the text with every letter repeated three times or more written once; Roman numbers, www, kkk stay."""
    kept = [match.span() for match in _KEEP_RUN.finditer(text)]

    def once(match: re.Match[str]) -> str:
        inside = any(start <= match.start() and match.end() <= end for start, end in kept)
        return match.group() if inside else match.group(1)

    return _RUN.sub(once, text)


def has_marks(text: str) -> bool:
    """Tell whether the text holds at least one letter with a Vietnamese mark (or đ)."""
    return any(strip_marks(char) != char for char in unicodedata.normalize("NFC", text))


def is_unmarked(text: str) -> bool:
    """Tell whether the text looks Vietnamese but was typed without marks ("lam khai sinh").

    At least half of its words, and at least one, must have the shape of a Vietnamese syllable.
    """
    words = [span.text.lower() for span in syllables(text) if not span.text.isdigit()]
    if not words or has_marks(text):
        return False
    shaped = sum(1 for word in words if _PLAIN_SYLLABLE.fullmatch(word))
    return shaped > 0 and shaped * 2 >= len(words)


def is_plain_syllable(word: str) -> bool:
    """Tell whether a word has the shape of a Vietnamese syllable without marks ("dang", "ky")."""
    return _PLAIN_SYLLABLE.fullmatch(word.lower()) is not None


def is_syllable(word: str) -> bool:
    """Tell whether a word without tone has the shape of a Vietnamese syllable ("đăng", "khai")."""
    return _SYLLABLE.fullmatch(word.lower()) is not None


def syllables(text: str) -> list[Span]:
    """Return the runs of letters and digits of the text, in order, with their offsets."""
    return [Span(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(text)]
