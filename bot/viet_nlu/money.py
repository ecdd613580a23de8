"""Amounts of money as citizens write them ("500k", "5tr5", "hai trăm nghìn"), in đồng. Pure functions."""

from __future__ import annotations

import re
from typing import Final

from viet_nlu.numerals import DIGITS, SCALES, WORDS, read_number
from viet_nlu.text import Span, fold, syllables

_UNIT: Final = r"k|nghin|ngan|tr|trieu|cu|ty|ti"
_FIGURE: Final = r"\d{1,3}(?:[.,]\d{3})+|\d{1,12}(?:[.,]\d{1,2})?"
# "5tr5" and "5 triệu rưỡi" are one amount, "1 triệu 200 nghìn" too. A "k" stands close to its figure ("50 k phải" is
# "50 không phải").
_TYPED: Final = re.compile(
    rf"(?<![\w.,/-])(?P<figure>{_FIGURE})(?:(?P<close>k|tr|cu|ty|ti)(?P<after>\d{{1,3}})?|\s?(?P<unit>nghin|ngan|trieu|tr|cu|ty|ti)"
    rf"(?:\s(?P<half>ruoi)|\s(?P<more>\d{{1,3}})\s?(?P<less>nghin|ngan|trieu|tr|k))?)?"
    r"(?P<dong>\s?(?:dong|vnd|d))?(?![\w/-]|[.,]\d)"
)
_WORDED: Final = re.compile(r"[a-z]+(?:\s[a-z]+)*")
_COUNTED: Final = frozenset(
    ["dan", "nguoi", "luot", "view", "like", "km", "met", "tuoi"]
)  # "2 triệu người" is no money
_CURRENCY: Final = frozenset(["dong", "vnd"])


def find_money(text: str) -> list[tuple[int, int, int]]:
    """Return (start, end, amount in đồng) of each amount, from left to right."""
    folded = fold(text)
    if len(folded) != len(text):
        return []
    typed = [found for match in _TYPED.finditer(folded) if (found := _typed(match, text)) is not None]
    worded = [one for one in _worded(text) if all(one[1] <= start or end <= one[0] for start, end, _ in typed)]
    return sorted(one for one in typed + worded if not _counts_things(folded[one[1] :]))


def _counts_things(after: str) -> bool:
    following = re.match(r"\s+([a-z]+)", after)
    return following is not None and following[1] in _COUNTED


def _typed(match: re.Match[str], text: str) -> tuple[int, int, int] | None:
    unit = match["close"] or match["unit"]
    if unit is None and match["dong"] is None:
        return None
    if unit == "cu" and "củ" not in text[match.start() : match.end()].lower():
        return None  # "5 cũ" is no money
    value = _figure(match["figure"]) * SCALES.get(unit or "", 1)
    if match["after"]:  # 5tr5 is five and a half, 5tr50 five and fifty hundredths
        value += int(match["after"]) * SCALES[unit] / 10 ** len(match["after"])
    if match["half"]:
        value += SCALES[unit] / 2
    if match["more"]:
        value += int(match["more"]) * SCALES[match["less"]]
    return match.start(), match.end(), round(value)


def _figure(typed: str) -> float:
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", typed):
        return float(re.sub(r"[.,]", "", typed))
    return float(typed.replace(",", "."))


def _worded(text: str) -> list[tuple[int, int, int]]:
    """Return the amounts written in words: a run of number words with a scale, or followed by "đồng"."""
    spans, found, run = syllables(text), [], list[Span]()
    for span in [*spans, Span("", len(text), len(text))]:
        word = fold(span.text)
        apart = bool(run) and bool(text[run[-1].end : span.start].strip())
        if word in WORDS and word not in ("k", "tr", "cu") and not apart:
            run.append(span)
            continue
        found += _amount(run, word in _CURRENCY and not apart, span.end)
        run = [span] if word in WORDS and word not in ("k", "tr", "cu") else []
    return found


def _amount(run: list[Span], with_currency: bool, currency_end: int) -> list[tuple[int, int, int]]:
    words = [fold(span.text) for span in run]
    while words and not (words[0] in DIGITS or words[0] in ("muoi", "nua")):
        run, words = run[1:], words[1:]
    while words and not with_currency and words[-1] not in SCALES and words[-1] != "ruoi":
        run, words = run[:-1], words[:-1]
    value = read_number(words) if any(word in SCALES for word in words) or (with_currency and words) else None
    if value is None or not run:
        return []
    return [(run[0].start, currency_end if with_currency else run[-1].end, value)]
