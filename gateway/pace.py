"""A person's pace: everything is stored, but whoever sends very fast is answered on the newest message only.

The first message over the limit of a minute brings one "chậm lại" notice. From then on a message with a younger one
behind it is closed without an answer, and the newest waits a moment, so that what follows can take its place. The
limit is counted in the inbox itself: it holds over all workers and restarts.
"""

from __future__ import annotations

from enum import StrEnum

COALESCE_SECONDS = 3.0


class Step(StrEnum):
    """What is done with a message."""

    ANSWER = "answer"
    NOTICE = "notice"  # answered, with the notice before it
    NOTICE_ONLY = "notice_only"
    SKIP = "skip"  # a younger one will be answered
    WAIT = "wait"


def step(*, first: bool, newest: bool, age: float) -> Step:
    """Choose for a message over the limit. ``first``: the first one over it; ``age`` in seconds since it was stored."""
    if first:
        return Step.NOTICE if newest else Step.NOTICE_ONLY
    if not newest:
        return Step.SKIP
    return Step.ANSWER if age >= COALESCE_SECONDS else Step.WAIT
