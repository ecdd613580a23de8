"""Ways in which citizens write differently from a training example, for the robustness table. Pure and seeded.

Each function takes a text and a source of chance. None of the changes uses the tables of the normalisation: what is
undone there is made here by rules and a list of its own, so that the table does not measure a mirror.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from viet_nlu.text import strip_marks

Change = Callable[[str, random.Random], str]
_TEENCODE: Final = {
    "không": ("ko", "k", "hok", "hong"), "được": ("đc", "dc"), "gì": ("j", "gi"), "vậy": ("v", "z"),
    "rồi": ("r", "rùi"), "bao nhiêu": ("bn", "bnhiu"), "thế nào": ("tnao", "ntn"), "làm": ("lm", "làm"),
    "biết": ("bít", "bik"), "mình": ("mk", "mik"), "với": ("vs", "zới"), "giấy tờ": ("gtờ", "giấy tờ"),
    "hồ sơ": ("hs", "hsơ"), "đăng ký": ("đky", "đk"), "cảm ơn": ("tks", "camon"), "người": ("ng",),
    "trước": ("trc",), "bạn": ("b", "bn"), "em": ("e",), "anh": ("a",), "chị": ("c",), "cũng": ("cx",),
    "điện thoại": ("đt",), "căn cước": ("cccd",), "khai sinh": ("ks",), "hộ khẩu": ("hk",), "muốn": ("mún",),
    "nhiều": ("nhìu",), "bây giờ": ("bjo", "bh"), "thủ tục": ("ttục",), "ủy ban": ("ub",), "mấy": ("mấy",),
    "luôn": ("lun",), "thôi": ("thui",), "đi": ("ik", "đi"), "chồng": ("ck",), "vợ": ("vk",), "quá": ("wá",),
    "giờ": ("h",),
}  # fmt: skip
_TEEN: Final = re.compile(r"(?i)\b(?:" + "|".join(sorted(_TEENCODE, key=len, reverse=True)) + r")\b")
_TONES: Final = {"\u0300": "f", "\u0301": "s", "\u0303": "x", "\u0309": "r", "\u0323": "j"}
_SHAPES: Final = {"\u0302": "", "\u0306": "w", "\u031b": "w"}
_NEAR: Final = {
    "a": "sq", "e": "wr", "i": "uo", "o": "ip", "u": "yi", "n": "bm", "h": "gj", "t": "ry", "c": "xv", "g": "fh",
    "m": "n", "l": "k", "k": "jl", "b": "vn", "d": "sf", "p": "o", "r": "et", "s": "ad", "v": "cb", "y": "tu",
}  # fmt: skip


def as_is(text: str, chance: random.Random) -> str:
    """Return the text unchanged."""
    return text


def no_marks(text: str, chance: random.Random) -> str:
    """Return the text without marks."""
    return strip_marks(text)


def teencode(text: str, chance: random.Random) -> str:
    """Return the text with common words in chat spelling."""
    return _TEEN.sub(lambda match: chance.choice(_TEENCODE[match.group().lower()]), text)


def typos(count: int) -> Change:
    """Return a change that makes ``count`` mistakes of one letter: a neighbour, a swap, a loss or a doubling."""

    def change(text: str, chance: random.Random) -> str:
        for _ in range(count):
            text = one_typo(text, chance)
        return text

    return change


def one_typo(text: str, chance: random.Random) -> str:
    """Return the text with one mistake of one letter; a text of less than four letters stays."""
    places = [at for at, char in enumerate(text) if char.isalpha()]
    if len(places) < 4:
        return text
    at = chance.choice(places)
    kind = chance.randrange(4)
    if kind == 0:
        return text[:at] + chance.choice(_NEAR.get(strip_marks(text[at]).lower(), "e")) + text[at + 1 :]
    if kind == 1 and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + text[at + 1 :] if kind == 2 else text[: at + 1] + text[at:]


def telex(text: str, chance: random.Random) -> str:
    """Return the text with about half of its marked words as raw Telex keys (``đăng`` → ``ddawng``)."""
    return re.sub(r"[^\W\d_]+", lambda match: _raw(match.group()) if chance.random() < 0.5 else match.group(), text)


def _raw(word: str) -> str:
    out, tone = "", ""
    for char in word:
        letters = unicodedata.normalize("NFD", char)
        base, marks = letters[0], letters[1:]
        piece = "d" * 2 if base == "đ" else "Dd" if base == "Đ" else base
        for mark in marks:
            if mark in _TONES:
                tone = _TONES[mark]
            else:
                piece += _SHAPES[mark] or base.lower()
        out += piece
    return out + tone


def lower_case(text: str, chance: random.Random) -> str:
    """Return the text in lower case."""
    return text.lower()


def no_punctuation(text: str, chance: random.Random) -> str:
    """Return the text without punctuation between words; a text of punctuation alone stays."""
    done = " ".join(re.sub(r"[^\w\s]", " ", text).split())
    return done or text


CHANGES: Final[Mapping[str, Change]] = {
    "as is": as_is,
    "no marks": no_marks,
    "teencode": teencode,
    "typo of one letter": typos(1),
    "typos of two letters": typos(2),
    "Telex leftovers": telex,
    "lower case": lower_case,
    "no punctuation": no_punctuation,
}


def changed(name: str, texts: list[str]) -> list[str]:
    """Return the texts changed in one way, the same at every run. Raises ``KeyError`` for an unknown name."""
    chance = random.Random(name)  # noqa: S311 - repeatable, not a secret
    return [CHANGES[name](text, chance) for text in texts]
