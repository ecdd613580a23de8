"""More training examples from those written by hand: without marks, and with other procedures' names. Seeded."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Any

from viet_nlu.perturb import one_typo
from viet_nlu.text import nfc, strip_marks

Pair = tuple[str, str]


def lookup_phrases(training_data: Any, name: str) -> list[str]:
    """Return the phrases of a lookup table of Rasa training data.

    What the examples mark is left out on purpose: with it every name in training would be a known one, and the model
    would never learn from names that it does not know, of which there are many in citizens' questions.
    """
    return sorted(
        {
            nfc(phrase)
            for table in training_data.lookup_tables
            if table["name"] == name and isinstance(table["elements"], list)
            for phrase in table["elements"]
        }
    )


def training_pairs(
    messages: Iterable[Any], phrases: Sequence[str], swaps: int, unmarked_copy: bool, typos: int = 0
) -> list[Pair]:
    """Return (text, intent) pairs: every example, its copies with other procedures, and all of them without marks.

    ``typos`` adds as many copies of each example with one letter mistyped.
    """
    chance = random.Random(20261123)  # noqa: S311 - repeatable training, not a secret
    pairs: list[Pair] = []
    for message in messages:
        text, intent = message.get("text"), message.get("intent")
        if not text or not intent:
            continue
        copies = [text, *_swapped(message, phrases, swaps, chance)]
        pairs += [(copy, intent) for copy in copies]
        pairs += [(one_typo(text, chance), intent) for _ in range(typos)]
        if unmarked_copy:
            pairs += [(strip_marks(copy), intent) for copy in copies if strip_marks(copy) != copy]
    return pairs


def _swapped(message: Any, phrases: Sequence[str], swaps: int, chance: random.Random) -> list[str]:
    spans = [e for e in message.get("entities") or [] if e["entity"] == "procedure"]
    if not spans or not phrases:
        return []
    text, span = message.get("text"), spans[0]
    return [f"{text[: span['start']]}{chance.choice(phrases)}{text[span['end'] :]}" for _ in range(swaps)]
