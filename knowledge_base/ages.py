"""Ages in questions: "bé 14t", "con 10 tuổi"; a procedure that the law keeps for another age is no answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from viet_nlu.text import fold

from core.procedure import Procedure
from knowledge_base.decision import Decision

_AGE: Final = re.compile(r"(?<![\w.,/-])(\d{1,3})\s?(?:tuoi|t)(?!\w)")
_ABOUT: Final = re.compile(r"(?:duoi|tren|chua du|chua toi)\s*$")
OLDEST: Final = 120


def stated_age(text: str) -> int | None:
    """Return the one age in full years that a text states; none for several ages or a bound ("dưới 14 tuổi")."""
    folded = fold(text)
    found = {int(m[1]) for m in _AGE.finditer(folded) if not _ABOUT.search(folded[: m.start()])}
    return found.pop() if len(found) == 1 and max(found) <= OLDEST else None


def fits(procedure: Procedure, age: int) -> bool:
    """Tell whether a procedure may concern a person of that age."""
    return (procedure.age_from is None or age >= procedure.age_from) and (
        procedure.age_below is None or age < procedure.age_below
    )


def for_age(decision: Decision, age: int, read: Callable[[str], Procedure]) -> Decision:
    """Return the decision without what is kept for another age.

    When the answer itself falls out, its sibling takes its place; where none is among the hits, the others are offered.
    """
    kept = tuple(hit for hit in decision.hits if fits(read(hit.code), age))
    if len(kept) == len(decision.hits) or not kept:
        return decision
    if kept[0] == decision.hits[0]:
        return Decision(decision.kind, kept, decision.confidence, decision.question)
    siblings = {sibling.code for sibling in read(decision.hits[0].code).siblings}
    if kept[0].code in siblings:
        return Decision("answer", kept, decision.confidence)
    return Decision("clarify" if len(kept) > 1 else decision.kind, kept, decision.confidence)
