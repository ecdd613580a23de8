"""What a citizen has said of the person concerned: an age, which decides the papers of some procedures."""

from __future__ import annotations

import re

from viet_nlu.text import fold

from actions.turn import Turn
from core.procedure import Procedure
from knowledge_base.ages import stated_age

# "còn hộ chiếu thì sao" goes on about the same person; a new question may be about another one.
_GOES_ON = re.compile(r"^(?:the |vay )?con\b.*\b(?:sao|the nao|nua)\W*$")
_BELOW = re.compile(r"duoi-(\d+)-tuoi")


def age_told(turn: Turn, code: str) -> int | None:
    """Return the age told in this turn, or before it when the turn goes on about the same person or procedure."""
    stated, kept = stated_age(turn.text), turn.slots.get("age")
    if stated is not None:
        return stated
    goes_on = turn.focus == code or turn.intent == "choose_procedure" or _GOES_ON.match(fold(turn.text))
    return int(kept) if goes_on and isinstance(kept, int | float) else None


def case_of_age(procedure: Procedure, age: int | None) -> str | None:
    """Return the id of the case that is kept for people below an age, when this one is."""
    bounds = {case.id: int(found[1]) for case in procedure.cases if (found := _BELOW.fullmatch(case.id))}
    return next((case for case, bound in bounds.items() if age is not None and age < bound), None)
