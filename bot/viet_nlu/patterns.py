"""Entities that have a shape: dossier codes, telephone numbers, procedure codes and ordinals. Pure functions."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

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


def find_patterns(text: str) -> list[Found]:
    """Return the entities of the text that have a shape, from left to right and without overlap."""
    found: list[Found] = []
    for one in (*_dossiers(text), *_procedure_codes(text), *_phones(text), *_ordinals(text)):
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
