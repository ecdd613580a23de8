"""What the intent classifier sees of a text: sparse word and character n-grams of both spellings. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from viet_nlu.mentions import Lexicon
from viet_nlu.patterns import find_patterns
from viet_nlu.segment import segment
from viet_nlu.speller import Speller
from viet_nlu.teencode import ALL_STEPS, normalise_for_nlu
from viet_nlu.text import fold, has_marks, syllables

# A procedure's name says which procedure, not what is asked of it: n-grams over the masked text carry from one to all.
PROCEDURE_MASK: Final = "thutucx"
ALL_VIEWS: Final = ("folded", "chars", "marked", "words", "masked", "core")
# Politeness and forms of address say nothing of what is asked; without them most questions are a few words long.
_POLITE: Final = frozenset(
    [
        "a",
        "ah",
        "oi",
        "nhe",
        "nha",
        "nhi",
        "vay",
        "the",
        "day",
        "do",
        "ban",
        "em",
        "anh",
        "chi",
        "ad",
        "admin",
        "bot",
        "minh",
        "toi",
        "tui",
        "chau",
        "con",
        "da",
        "vang",
        "oke",
        "cho",
        "hoi",
        "xin",
        "giup",
        "voi",
        "muon",
        "can",
        "duoc",
        "biet",
        "lam",
        "on",
        "co",
        "chu",
        "bac",
        "thi",
        "la",
        "ma",
        "cua",
        "va",
    ]
) - {"can", "lam", "duoc", "la", "biet", "cua"}
CHAR_SIZES: Final = (2, 3, 4)


class FeatureMaker:
    """Turns a text into named features.

    ``views`` switches the groups of features, ``steps`` the normalisation; a ``speller`` undoes slips after those.
    """

    def __init__(
        self,
        procedures: Lexicon,
        views: Sequence[str] = ALL_VIEWS,
        steps: Sequence[str] = ALL_STEPS,
        speller: Speller | None = None,
    ) -> None:
        self._procedures = procedures
        self._speller = speller
        self._views = frozenset(views)
        self._steps = tuple(steps)

    def features(self, text: str) -> list[str]:
        """Return the features of a text, with repetitions (a count is the number of times a name stands here)."""
        clean = self.clean(text).lower()
        folded = _words(fold(clean))
        out: list[str] = []
        if "folded" in self._views:
            out += _ngrams("f", folded, 3)
        if "chars" in self._views:
            out += _chars(folded)
        if "masked" in self._views:
            out += self._masked(clean)
        if "core" in self._views:
            out += self._core(clean)
        if has_marks(clean):
            out += self._marked(clean)
        return out if folded else [*out, f"raw:{clean[:3]}", "raw"]

    def clean(self, text: str) -> str:
        """Return the text as it is read: codes and numbers by their kind, normalised, slips undone."""
        clean = normalise_for_nlu(_mask_patterns(text), self._steps)
        return self._speller.correct(clean) if self._speller else clean

    def _masked(self, clean: str) -> list[str]:
        masked, spans = clean, self._procedures.find(clean)
        for span in reversed(spans):
            masked = f"{masked[: span.start]} {PROCEDURE_MASK} {masked[span.end :]}"
        words = _words(fold(masked))
        size = "short" if len(words) <= 3 else "middle" if len(words) <= 10 else "long"
        return [*_ngrams("p", words, 3), f"size:{size}", f"named:{bool(spans)}", f"named:{bool(spans)}:{size}"]

    def _core(self, clean: str) -> list[str]:
        spans = self._procedures.find(clean)
        for span in reversed(spans):
            clean = f"{clean[: span.start]} {PROCEDURE_MASK} {clean[span.end :]}"
        words = [word for word in _words(fold(clean)) if word not in _POLITE]
        return [*_ngrams("k", words, 3), f"k0:{' '.join(words[:6])}"]

    def _marked(self, clean: str) -> list[str]:
        out: list[str] = []
        if "marked" in self._views:
            out += _ngrams("m", _words(clean), 2)
        if "words" in self._views:
            out += _ngrams("w", [span.text.replace(" ", "_") for span in segment(clean)], 2)
        return out


def _mask_patterns(text: str) -> str:
    for found in reversed(find_patterns(text)):
        if found.entity != "ordinal":  # find_patterns is given no day here, so it finds no dates
            text = f"{text[: found.start]} {found.entity.replace('_', '')}x {text[found.end :]}"
    return text


def _words(text: str) -> list[str]:
    return [f"#{len(span.text)}" if span.text.isdigit() and len(span.text) > 2 else span.text
            for span in syllables(text)]  # fmt: skip


def _ngrams(prefix: str, words: Sequence[str], longest: int) -> list[str]:
    padded = ["<", *words, ">"]
    out = [f"{prefix}1:{word}" for word in words]
    for size in range(2, longest + 1):
        out += [f"{prefix}{size}:{' '.join(padded[at : at + size])}" for at in range(len(padded) - size + 1)]
    return out


def _chars(words: Sequence[str]) -> list[str]:
    line = f" {' '.join(words)} "
    return [f"c:{line[at : at + size]}" for size in CHAR_SIZES for at in range(len(line) - size + 1)]
