"""Masking: personal numbers, phones, dossier codes, e-mails and tokens leave no trace in a log line."""

from __future__ import annotations

import re

# Order matters: the longer shapes first, as a phone number sits inside a dossier code.
_SHAPES = (
    (re.compile(r"\b(?:mc1|mw1)\.[\w-]+\.[\w-]+"), "[token]"),
    (re.compile(r"(?i)\b(bearer)\s+\S+"), r"\1 [token]"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[email]"),
    (re.compile(r"\b(?:\d{3}\.\d{2}\.\d{2}\.)?[A-Z]\d{2}(?:\.\d{1,3}){0,3}-\d{6}-\d{4,6}\b", re.I), "[dossier]"),
    # 12 digits (personal number), 9 (old identity card), 10–11 (phones), also in groups and with +84.
    (re.compile(r"(?<![\w])\+?\d(?:[ .\-]?\d){8,13}(?!\w)"), "[number]"),
)


def mask(text: str) -> str:
    """Return the text with everything that points to a person replaced by its kind in brackets."""
    for shape, word in _SHAPES:
        text = shape.sub(word, text)
    return text
