"""Entities that have a shape: codes, telephone and personal numbers, ordinals, money and dates. Pure functions."""

from __future__ import annotations

import re
from datetime import date
from typing import Final, NamedTuple

from viet_nlu.dates import find_dates
from viet_nlu.money import find_money
from viet_nlu.text import fold, nfc

# Shapes of codes from the portal's own samples; people type them in lower case and with spaces or missing separators.
_DOSSIER: Final = re.compile(
    r"(?<![\w.])(?P<unit>(?:\d{3}[.\s]\d{2}[.\s]\d{2}[.\s])?[gh]\d{2}(?:[.\s]\d{1,3}){0,3})\s?[-\s]\s?"
    r"(?P<day>\d{6})\s?[-\s]\s?(?P<count>\d{4,6})(?!\w)",
    re.IGNORECASE,
)
_PROCEDURE_CODE: Final = re.compile(
    r"(?<![\w.])(?P<code>\d\.\d{6})(?:\.(?:000\.00\.00\.)?[GH]\d{2})?(?![\w]|\.\d)", re.IGNORECASE
)
_PHONE: Final = re.compile(r"(?<![\w.+-])(?:\+84|84|0)(?:[\s.\-]?\d){9,10}(?![\w-])")
# Twelve digits, the first three a province's number (Decree 137/2015, annex): a personal number where a word beside it
# says so or nothing else is said.
_PERSONAL: Final = re.compile(r"(?<![\w.-])0(?:0[1-9]|[1-8]\d|9[0-6])[0-9](?:[ .]?\d){8}(?![\w-])")
_PERSONAL_WORD: Final = re.compile(r"\b(?:cccd|cmnd|can cuoc|dinh danh|chung minh|ca nhan|the cc|so the)\b")
_ONLY_PERSONAL: Final = re.compile(r"^\W*(?:(?:so|cua|toi|em|minh|la|day|a|nhe|ne|da)\W+)*\d[\d .]+\W*\w{0,3}\W*$")
PERSONAL_REACH: Final = 40  # characters before the number in which the word must stand
_NUMBERS: Final = {
    "mot": "1", "nhat": "1", "dau": "1", "dau tien": "1", "hai": "2", "ba": "3", "tu": "4", "bon": "4", "nam": "5",
    "cuoi": "-1", "cuoi cung": "-1", "chot": "-1", "1": "1", "2": "2", "3": "3", "4": "4", "5": "5",
}  # fmt: skip
_NUMBER: Final = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_THING: Final = "cai|so|muc|y|y so|lua chon|phuong an|dong|thu tuc|truong hop|chon|nut|dap an|cau|loai|lay"
# "thứ hai" alone may be Monday, so without a word for the thing chosen it must be (nearly) the whole message.
_ORDINAL: Final = re.compile(rf"\b(?:{_THING})(?: so)?(?: thu)? (?P<n>{_NUMBER})\b(?![.,]?\d)")
_ORDINAL_ALONE: Final = re.compile(rf"^\W*(?:thu )?(?P<n>{_NUMBER})(?: (?:di|nhe|nha|a|ban|em|ad|do|ay|nay))*\W*$")


class Found(NamedTuple):
    """An entity in a text: ``text[start:end]`` with its normal form in ``value``."""

    entity: str
    start: int
    end: int
    value: str


def find_patterns(text: str, today: date | None = None) -> list[Found]:
    """Return the entities of the text that have a shape, from left to right and without overlap.

    Dates are read against ``today`` and left out without it. Money has its amount in đồng as ``value``, a date its
    ISO form.
    """
    found: list[Found] = []
    money = [Found("money", start, end, str(amount)) for start, end, amount in find_money(text)]
    dates = [Found("date", start, end, value) for start, end, value in find_dates(text, today)] if today else []
    numbers = (*_dossiers(text), *_procedure_codes(text), *_personal(text), *_phones(text))
    for one in (*numbers, *money, *dates, *_ordinals(text)):
        if all(one.end <= other.start or other.end <= one.start for other in found):
            found.append(one)
    return sorted(found, key=lambda one: one.start)


def _dossiers(text: str) -> list[Found]:
    return [
        Found("dossier_code", match.start(), match.end(), _dossier_value(match)) for match in _DOSSIER.finditer(text)
    ]


def _dossier_value(match: re.Match[str]) -> str:
    unit = re.sub(r"\s+", ".", match["unit"].strip()).upper()
    return f"{unit}-{match['day']}-{match['count']}"


def _procedure_codes(text: str) -> list[Found]:
    return [
        Found("procedure_code", match.start(), match.end(), match["code"]) for match in _PROCEDURE_CODE.finditer(text)
    ]


def _personal(text: str) -> list[Found]:
    folded = fold(text)
    alone = _ONLY_PERSONAL.match(folded) is not None
    return [
        Found("personal_number", match.start(), match.end(), re.sub(r"\D", "", match.group()))
        for match in _PERSONAL.finditer(text)
        if alone or _PERSONAL_WORD.search(folded[max(0, match.start() - PERSONAL_REACH) : match.start()])
    ]


def _phones(text: str) -> list[Found]:
    return [Found("phone", match.start(), match.end(), _phone_value(match.group())) for match in _PHONE.finditer(text)]


def _phone_value(typed: str) -> str:
    digits = re.sub(r"\D", "", typed)
    return "0" + digits[2:] if digits.startswith("84") else digits


def _ordinals(text: str) -> list[Found]:
    folded = fold(text)
    if len(folded) != len(text) or nfc(text) != text:
        return []
    matches = [*_ORDINAL.finditer(folded), *_ORDINAL_ALONE.finditer(folded)]
    return [Found("ordinal", match.start("n"), match.end("n"), _NUMBERS[match["n"]]) for match in matches[:1]]
