"""Copies of the examples as the encoder reads a text typed without marks: with the marks guessed, errors and all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from viet_nlu.features import FeatureMaker
from viet_nlu.mentions import Lexicon
from viet_nlu.speller import Speller
from viet_nlu.text import strip_marks

_PARTS: Final = 4


def restored_copies(texts: Sequence[str], words: Sequence[str], steps: Sequence[str]) -> list[str]:
    """Return each text without its marks, cleaned, and with the marks put back; nothing when it is not Vietnamese.

    The marks of a text are put back by a speller that has not counted it: one that has makes no mistake in it, and
    the model learns nothing of the mistakes that it meets later. ``words`` are counted besides the texts.
    """
    out = [""] * len(texts)
    for part in range(_PARTS):
        speller = Speller.learn([*(text for at, text in enumerate(texts) if at % _PARTS != part), *words])
        if speller is None:
            return []
        maker = FeatureMaker(Lexicon([]), steps=steps, speller=speller)
        for at in range(part, len(texts), _PARTS):
            out[at] = speller.restore(maker.clean(strip_marks(texts[at])).lower())
    return out
