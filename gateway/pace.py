"""A person's pace: everything is stored, but what comes too fast is answered together.

The first message over the limit of a minute brings one "chậm lại" notice. From then on a text waits a moment, and the
texts that came behind it are merged into its turn (gateway/merging.py). What holds no text to merge (a press, a
sticker) is closed without an answer when one of its own sort stands right behind it. The limit is counted in the inbox
itself: it holds over all workers and restarts.
"""

from __future__ import annotations

from enum import StrEnum

from core.message import Incoming
from gateway.fixed import fixed_reply

COALESCE_SECONDS = 3.0


class Sort(StrEnum):
    """What a message is to the pace."""

    TEXT = "text"
    PRESS = "press"
    FIXED = "fixed"  # its answer needs no understanding: a greeting, an attachment


class Step(StrEnum):
    """What is done with a message."""

    ANSWER = "answer"
    MERGE = "merge"  # answered together with the texts behind it
    SKIP = "skip"  # one of its sort right behind it will be answered
    WAIT = "wait"


def sort_of(message: Incoming) -> Sort:
    """Tell what a message is to the pace."""
    if message.payload is not None:
        return Sort.PRESS
    return Sort.FIXED if fixed_reply(message) else Sort.TEXT


def step(sort: Sort, behind: Sort | None, *, first: bool, age: float) -> Step:
    """Choose for a message over the limit, by its sort and that of the next one that waits behind it.

    ``first``: the first one over the limit, which brings the notice at once; ``age`` in seconds since it was stored.
    """
    if sort is not Sort.TEXT:
        return Step.SKIP if behind is sort else Step.ANSWER
    return Step.MERGE if first or age >= COALESCE_SECONDS else Step.WAIT
