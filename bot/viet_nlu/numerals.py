"""Numbers written in words ("hai trăm linh năm nghìn"), read from folded syllables. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

DIGITS: Final = {
    "khong": 0, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "nham": 5, "sau": 6, "bay": 7,
    "tam": 8, "chin": 9,
}  # fmt: skip
SCALES: Final = {
    "nghin": 10**3, "ngan": 10**3, "k": 10**3, "trieu": 10**6, "tr": 10**6, "cu": 10**6, "ty": 10**9, "ti": 10**9,
}  # fmt: skip
_TENS: Final = frozenset(["muoi", "chuc"])
_FILLERS: Final = frozenset(["linh", "le"])
WORDS: Final = frozenset([*DIGITS, *SCALES, *_TENS, *_FILLERS, "tram", "ruoi", "nua"])


def read_number(words: Sequence[str]) -> int | None:
    """Return the value of folded number words, digits allowed among them; ``None`` when they make no number.

    "hai tram nghin" is 200000, "mot trieu ruoi" 1500000, "nua trieu" 500000, "1 trieu 200 nghin" 1200000.
    """
    total, group, seen, last_scale = 0, "", False, 0
    part: list[str] = []
    for word in words:
        if word == "ruoi" and not part and last_scale:
            total += last_scale // 2
        elif word in SCALES:
            value = _below_thousand(part)
            if value is None or (last_scale and SCALES[word] >= last_scale):
                return None
            last_scale, part, seen = SCALES[word], [], True
            total += int(value * last_scale)
        else:
            part.append(word)
            group = word
    if part:
        rest = _below_thousand(part)
        if rest is None:
            return None
        total, seen = total + int(rest), True
    return total if seen and (group or last_scale) else None


def _below_thousand(words: Sequence[str]) -> float | None:
    """Return the value of the words before a scale; a figure may have any size, "nua" is a half."""
    if list(words) == ["nua"]:
        return 0.5
    if len(words) == 1 and words[0].replace(".", "", 1).isdigit():
        return float(words[0])
    value, digit = 0, -1
    for word in words:
        if word in DIGITS:
            if digit >= 0:
                return None
            digit = DIGITS[word]
        elif word == "tram" and digit > 0 and value == 0:
            value, digit = digit * 100, -1
        elif word in _TENS and digit != 0 and value % 100 == 0:
            value, digit = value + (digit if digit > 0 else 1) * 10, -1
        elif word in _FILLERS and value >= 100 and digit < 0:
            continue
        else:
            return None
    return float(value + max(digit, 0)) if words else None
