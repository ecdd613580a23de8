"""Telex and VNI keystrokes that were left undone ("ddawng kys", "d9a8ng", "lam2"). Pure functions.

A word is read only when it is no Vietnamese syllable as it stands and becomes one when the keys are carried out; a text
that looks English is left alone, and so is a number after a word that is counted ("tổ 2" typed "to2").
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from viet_nlu.text import fold, is_plain_syllable, is_syllable, nfc

_TOKEN: Final = re.compile(r"(?<![\w.@/\-])[A-Za-z][A-Za-z0-9]{1,8}(?![\w@/\-]|\.\w)")
_TELEX_TONES: Final = {"f": "\u0300", "s": "\u0301", "x": "\u0303", "r": "\u0309", "j": "\u0323"}
_VNI_TONES: Final = {"1": "\u0301", "2": "\u0300", "3": "\u0309", "4": "\u0303", "5": "\u0323"}
_TELEX_LETTERS: Final = (("dd", "đ"), ("aa", "â"), ("aw", "ă"), ("ee", "ê"), ("oo", "ô"), ("uow", "ươ"), ("ow", "ơ"),
                         ("uw", "ư"))  # fmt: skip
_ENGLISH: Final = frozenset(
    [
        "the",
        "is",
        "are",
        "of",
        "for",
        "to",
        "how",
        "what",
        "where",
        "when",
        "my",
        "your",
        "you",
        "and",
        "with",
        "have",
        "has",
        "this",
        "that",
        "from",
        "was",
        "his",
        "her",
        "its",
        "does",
        "did",
        "which",
        "who",
        "new",
        "need",
        "register",
        "passport",
        "birth",
        "marriage",
        "office",
        "fee",
        "cost",
        "card",
        "car",
        "house",
        "business",
        "we",
        "us",
        "our",
    ]
)
_WORDS: Final = frozenset(
    [
        "taxi",
        "radio",
        "menu",
        "karaoke",
        "casino",
        "canteen",
        "boong",
        "xoong",
        "hix",
        "hic",
        "huhu",
        "gas",
        "bus",
        "test",
        "text",
        "best",
        "post",
        "box",
        "fax",
        "bar",
        "star",
        "first",
        "list",
        "fast",
        "cost",
        "last",
        "just",
        "must",
        "more",
        "store",
        "share",
        "care",
        "here",
        "there",
        "where",
        "sure",
        "like",
        "life",
        "use",
        "user",
        "used",
        "case",
        "close",
        "nurse",
        "please",
        "google",
        "map",
        "town",
        "down",
        "now",
        "show",
        "know",
        "two",
        "law",
        "view",
        "few",
        "saw",
        "draw",
        "row",
        "low",
        "follow",
        "tomorrow",
        "window",
    ]
)
# "oong" is a syllable in two loan words only; typed it is nearly always an unfinished "ông".
_DOUBLED: Final = re.compile("oong|ooc")
# A number right after one of these counts it: "to2" is "tổ 2".
_COUNTED: Final = frozenset(
    [
        "to",
        "khu",
        "ngo",
        "lo",
        "nha",
        "so",
        "quan",
        "phuong",
        "tang",
        "phong",
        "lop",
        "hang",
        "ban",
        "thang",
        "ngay",
        "nam",
        "muc",
        "loai",
        "cap",
        "khoi",
        "doi",
        "toa",
        "cau",
        "bai",
        "hem",
        "duong",
        "xa",
        "tp",
        "block",
        "p",
        "q",
        "mau",
        "bo",
        "cum",
        "ap",
        "thon",
        "hk",
        "quy",
        "tuan",
        "trang",
        "dieu",
        "khoan",
        "nhom",
        "dot",
        "lan",
        "ve",
    ]
)


def undo_keys(text: str) -> str:
    """Return the text with Telex and VNI leftovers written as letters (``ddawng kys`` → ``đăng ký``)."""
    if is_english(text):
        return text
    return _TOKEN.sub(lambda match: _read(match.group()), text)


def is_english(text: str) -> bool:
    """Tell whether a common English word stands in the text that is no Vietnamese syllable ("how", not "the")."""
    words = {match.group().lower() for match in re.finditer(r"[A-Za-z]+", text)}
    return any(not is_plain_syllable(word) for word in words & _ENGLISH)


def _read(token: str) -> str:
    low = token.lower()
    if low in _WORDS or (is_plain_syllable(low) and not _DOUBLED.search(low)):
        return token
    read = _telex(low) if low.isalpha() else _vni(low)
    if read is None:
        return token
    return read.capitalize() if token[0].isupper() else read


@lru_cache(maxsize=10_000)
def _telex(word: str) -> str | None:
    letters, tone = word, ""
    last = next((at for at in range(len(word) - 1, 0, -1) if word[at] in _TELEX_TONES), None)
    for keys, letter in _TELEX_LETTERS:
        letters = letters.replace(keys, letter)
    letters = _far_keys(letters)
    if last is not None and letters and letters[-1] in _TELEX_TONES and not is_syllable(letters):
        letters, tone = letters[:-1], _TELEX_TONES[letters[-1]]
    elif not is_syllable(letters):
        found = re.search(r"(?<=[aeiouyăâêôơư])[fsxrj](?=[a-zăâêôơư])", letters)
        if found:
            letters, tone = letters[: found.start()] + letters[found.end() :], _TELEX_TONES[found.group()]
    return _with_tone(letters, tone, word)


def _far_keys(letters: str) -> str:
    """Carry out a letter key typed at the end of its syllable ("dangd" → "đang", "thuongw" → "thương")."""
    if letters.endswith("d") and letters.startswith("d") and len(letters) > 2:
        return "đ" + letters[1:-1]
    for tail in ("", *_TELEX_TONES):
        stem = letters.removesuffix(tail)
        if stem.endswith("w"):
            body = stem[:-1]
            changed = body.replace("uo", "ươ") if "uo" in body else re.sub("u(?!.*[uo])", "ư", body)
            changed = (
                changed if changed != body else body.replace("o", "ơ", 1) if "o" in body else body.replace("a", "ă", 1)
            )
            return changed + tail
    return letters


@lru_cache(maxsize=10_000)
def _vni(word: str) -> str | None:
    stem = word.rstrip("0123456789")
    digits = "".join(char for char in word if char.isdigit())
    if len(word) < 3 or "0" in digits or not digits or len(set(digits)) != len(digits):
        return None
    if word == f"{stem}{digits}" and len(digits) == 1 and stem in _COUNTED:
        return None
    letters = "".join(char for char in word if not char.isdigit())
    tone = ""
    for digit in digits:
        if digit in _VNI_TONES:
            if tone:
                return None
            tone = _VNI_TONES[digit]
        else:
            letters = _vni_letter(letters, digit)
    return _with_tone(letters, tone, word)


def _vni_letter(letters: str, digit: str) -> str:
    if digit == "9":
        return letters.replace("d", "đ", 1)
    if digit == "8":
        return letters.replace("a", "ă", 1)
    if digit == "7":
        if "uo" in letters:
            return letters.replace("uo", "ươ", 1)
        return letters.replace("u", "ư", 1) if "u" in letters else letters.replace("o", "ơ", 1)
    found = re.search("[aeo]", letters) if digit == "6" else None
    return (
        letters
        if found is None
        else letters[: found.start()] + "âêô"["aeo".index(found.group())] + letters[found.end() :]
    )


def _with_tone(letters: str, tone: str, typed: str) -> str | None:
    vowel = re.search("[ăâêôơư]", letters) or re.search("[aeiouy]", letters)
    if vowel is None or not is_syllable(letters) or (not tone and letters == typed):
        return None
    done = nfc(unicodedata.normalize("NFC", letters[: vowel.end()] + tone + letters[vowel.end() :]))
    return done if len(fold(done)) >= 2 or len(typed) >= 3 else None
