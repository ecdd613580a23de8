"""Dossier codes (mã hồ sơ): read as people type them, written as the receipt prints them."""

from __future__ import annotations

import re

_CODE = re.compile(
    r"(?<![\w.])(?P<unit>(?:\d{3}\.\d{2}\.\d{2}\.)?[GH]\d{2}(?:\.\d{1,3}){0,3})\s*[-–]\s*(?P<day>\d{6})\s*[-–]\s*"
    r"(?P<number>\d{4,6})(?!\w)",
    re.IGNORECASE,
)
_LOOSE_DOT = re.compile(r"(?<=[\dGgHh])\s*\.\s*(?=[\dGgHh])")
_LOOSE_PREFIX = re.compile(r"\b([GgHh])\s+(?=\d{2}\b)")


def find_dossier_code(text: str) -> str | None:
    """Return the first dossier code in a text, in upper case without spaces, or ``None``.

    Reads codes typed in lower case or with spaces around dots and dashes. The shapes are those seen on receipts of the
    national portal: ``H26.1.2-251225-0001``, ``000.00.04.H51-200221-0001``, ``G22.99-251225-020175``; the day part must
    be a day of a month (YYMMDD).
    """
    return split_code(text)[0]


def split_code(text: str) -> tuple[str | None, str]:
    """Return the first dossier code of a text and the text without it, in which a second fact can be looked for."""
    tight = _LOOSE_PREFIX.sub(r"\1", _LOOSE_DOT.sub(".", text))
    for found in _CODE.finditer(tight):
        if _is_day(found["day"]):
            code = f"{found['unit'].upper()}-{found['day']}-{found['number']}"
            return code, f"{tight[: found.start()]} {tight[found.end() :]}"
    return None, text


def masked(code: str) -> str:
    """Return a code with its running number hidden, for showing in a shared place: ``H26-251225-…``."""
    return code.rsplit("-", 1)[0] + "-…"


def _is_day(digits: str) -> bool:
    month, day = int(digits[2:4]), int(digits[4:6])
    return 1 <= month <= 12 and 1 <= day <= 31
