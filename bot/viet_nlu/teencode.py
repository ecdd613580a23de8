"""Writing out abbreviations and teencode, by context: never inside codes, numbers, addresses or names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from viet_nlu.keyboard import undo_keys
from viet_nlu.spelling import one_spelling, read_emoji, split_joined, standard_words
from viet_nlu.teencode_data import BY_CONTEXT, GROUPS, SINGLE_LETTERS, Reading
from viet_nlu.text import fold, nfc, normalise, squeeze

_CHUNK: Final = re.compile(r"\S+")
_EDGES: Final = re.compile(r"^(?P<before>[^\w]*)(?P<core>.*?)(?P<after>[^\w]*)$", re.DOTALL)
# Words after which a single letter or capital is part of a name or an address, not a word of its own.
_NAMING: Final = frozenset(
    [
        "ten",
        "ong",
        "ba",
        "khu",
        "lo",
        "block",
        "toa",
        "phong",
        "so",
        "hem",
        "ngo",
        "quan",
        "hang",
        "loai",
        "diem",
        "mau",
    ]
)
_LEXICON: Final[dict[str, str]] = {key: value for group in GROUPS.values() for key, value in group.items()}


def expand(text: str) -> str:
    """Return the text with the abbreviations written out that its context allows (``k dc`` → ``không được``).

    A chunk with a digit, or with a dot, dash, slash or @ inside (codes, dates, links), is left alone; so is a capital
    letter that may be an initial, and anything right after a number (50 k) or a naming word (lô C).
    """
    chunks = [match.group() for match in _CHUNK.finditer(text)]
    folded = [fold(_core(chunk)) for chunk in chunks]
    shouting = text.isupper()
    out = [
        _expand_chunk(chunk, folded[i - 1] if i else "", folded[i + 1] if i + 1 < len(folded) else "", shouting)
        for i, chunk in enumerate(chunks)
    ]
    return " ".join(chunk for chunk in out if chunk)


def _core(chunk: str) -> str:
    match = _EDGES.match(chunk)
    return match["core"] if match else chunk


def _expand_chunk(chunk: str, previous: str, following: str, shouting: bool) -> str:
    match = _EDGES.match(chunk)
    if match is None or not match["core"].isalpha():
        return chunk
    core = match["core"]
    if (previous[-1:].isdigit() and len(core) == 1) or (previous in _NAMING and len(core) <= 2):
        return chunk
    if core.lower() in SINGLE_LETTERS and core.isupper() and not shouting:
        return chunk
    long = _long_form(core.lower(), previous, following)
    return chunk if long is None else f"{match['before']}{long}{match['after']}"


def _long_form(key: str, previous: str, following: str) -> str | None:
    if key in BY_CONTEXT:
        return _reading(BY_CONTEXT[key], previous, following)
    return _LEXICON.get(key)


def _reading(readings: tuple[Reading, ...], previous: str, following: str) -> str | None:
    for reading in readings:
        open_reading = not reading.next_words and not reading.previous_words
        if open_reading or following in reading.next_words or previous in reading.previous_words:
            return reading.long
    return None


STEPS: Final[Mapping[str, Callable[[str], str]]] = {
    "nfc": nfc,
    "normalise": normalise,
    "squeeze": squeeze,
    "emoji": read_emoji,
    "keys": undo_keys,
    "joined": split_joined,
    "variants": one_spelling,
    "teencode": expand,
    "regional": standard_words,
}
ALL_STEPS: Final = ("nfc", "normalise", "emoji", "keys", "joined", "variants", "teencode", "regional")


def normalise_for_nlu(text: str, steps: tuple[str, ...] = ALL_STEPS) -> str:
    """Return the text as the classifier reads it; ``steps`` names the steps to run, in order, so each can be measured.

    Raises ``KeyError`` for a step that does not exist.
    """
    for step in steps:
        text = STEPS[step](text)
    return text
