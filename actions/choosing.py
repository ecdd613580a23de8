"""Choosing one of the options offered: by number, ordinal, part of a title, or an answer to the question asked."""

from __future__ import annotations

import re
from typing import Any

from viet_nlu.text import fold

from actions.answering import Detail, answer
from actions.services import Services
from actions.turn import Outcome, Turn
from actions.words import content, spelled
from core.errors import UnknownProcedure
from core.message import Aspect

_ORDINALS = {
    "nhat": 1, "mot": 1, "dau": 1, "tien": 1, "hai": 2, "nhi": 2, "ba": 3, "bon": 4, "tu": 4, "cuoi": -1, "cung": -1,
}  # fmt: skip
_LONGEST = 8  # words: a longer text is a question, not a choice
Option = dict[str, Any]


def options_of(turn: Turn) -> list[Option]:
    """Return the options offered last."""
    return [option for option in turn.slots.get("offered") or () if option.get("procedure_code")]


def chosen_answer(services: Services, turn: Turn, option: Option) -> Outcome:
    """Answer an option as its button would."""
    aspect = Aspect(option["aspect"]) if option.get("aspect") in set(Aspect) else Aspect.OVERVIEW
    return answer(services, turn, str(option["procedure_code"]), aspect, Detail.of(option))


def by_number(turn: Turn) -> Option | None:
    """Return the option of the number or ordinal said, or ``None`` when there is no such number."""
    options = options_of(turn)
    index = ordinal(turn.entity("ordinal") or turn.text)
    if index is None or not options or index > len(options):
        return None
    return options[index - 1 if index > 0 else -1]


def by_title(services: Services, turn: Turn) -> Option | None:
    """Return the one option whose title, or whose case in the question asked, holds all the words said."""
    said = content(turn.text)
    options = options_of(turn)
    if not said or len(said) > _LONGEST or not options:
        return None
    for words_of in (_title, lambda one: f"{_title(one)} {_told_apart(services, one, options)}"):
        fits = [one for one in options if set(said) <= set(spelled(words_of(one), turn.text))]
        if len(fits) == 1:
            return fits[0]
    return None


def only_number(text: str) -> bool:
    """Tell whether a text holds a number or an ordinal and names nothing else ("cái cuối cùng", "số 2 nhé")."""
    named = [fold(word) for word in content(text)]
    return ordinal(text) is not None and all(word in _ORDINALS or word.isdecimal() for word in named)


def ordinal(text: str) -> int | None:
    """Read a number or an ordinal: 1 for the first, -1 for the last."""
    folded = fold(text)
    digit = re.search(r"-?\d+", folded)
    if digit:
        return int(digit.group()) or None
    return next((_ORDINALS[word] for word in reversed(folded.split()) if word in _ORDINALS), None)


def _title(option: Option) -> str:
    return str(option.get("title") or "")


def _told_apart(services: Services, option: Option, options: list[Option]) -> str:
    """Return what the editors wrote about when this option is meant rather than another of those offered."""
    codes = {str(one["procedure_code"]) for one in options}
    told = []
    for code in codes:
        try:
            siblings = services.kb.get(code, services.today()).siblings
        except UnknownProcedure:
            continue
        pairs = [sibling for sibling in siblings if sibling.code in codes]
        own = option["procedure_code"]
        told += [one.this_when for one in pairs if code == own] + [one.other_when for one in pairs if one.code == own]
    return " ".join(told)
