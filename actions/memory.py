"""What a conversation remembers between turns, as the slots hold it: the last answer, and the procedures before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from actions.turn import Turn
from core.message import Aspect

KEPT = 3


@dataclass(frozen=True)
class Answered:
    """One answer: the procedure, the aspects told, the case of the papers and the page (0 = in brief)."""

    code: str
    aspects: tuple[Aspect, ...]
    case_id: str | None = None
    page: int = 1

    @classmethod
    def read(cls, value: object) -> Answered | None:
        """Read what a slot holds; ``None`` when it holds nothing that we wrote."""
        if not isinstance(value, Mapping) or not value.get("code"):
            return None
        aspects = tuple(Aspect(item) for item in value.get("aspects") or () if item in set(Aspect))
        case_id, page = value.get("case"), value.get("page")
        return cls(
            str(value["code"]),
            aspects or (Aspect.OVERVIEW,),
            case_id if isinstance(case_id, str) else None,
            int(page) if isinstance(page, int | float) else 1,
        )

    def as_slot(self) -> dict[str, Any]:
        """Return the plain object that the tracker keeps."""
        return {"code": self.code, "aspects": list(self.aspects), "case": self.case_id, "page": self.page}


def last_answer(turn: Turn) -> Answered | None:
    """Return the answer given last in this conversation, also when its procedure is no longer in focus."""
    return Answered.read(turn.slots.get("answered"))


def before(turn: Turn) -> list[Answered]:
    """Return the last answers about the procedures before the one answered last, newest first, at most three."""
    found = (Answered.read(value) for value in turn.slots.get("history") or ())
    return [answered for answered in found if answered is not None][:KEPT]


def remembered(turn: Turn, now: Answered) -> dict[str, Any]:
    """Return the slots after an answer: focus, case, and the procedure before when this is another one."""
    last = last_answer(turn)
    history = before(turn)
    if last is not None and last.code != now.code:
        history = [last, *(one for one in history if one.code not in (last.code, now.code))][:KEPT]
    return {
        "focus_procedure": now.code,
        "focus_aspect": None,
        "focus_case": now.case_id,
        "answered": now.as_slot(),
        "history": [one.as_slot() for one in history],
        "misses": 0,
    }


def focus_case(turn: Turn, code: str) -> str | None:
    """Return the case spoken of before, when it was a case of this procedure."""
    value = turn.slots.get("focus_case")
    return str(value) if value and turn.focus == code else None
