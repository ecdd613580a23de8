"""From a procedure and an aspect to the outcome of a turn: case in focus, several aspects, hard words, memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from actions.answers.brief import brief
from actions.answers.compose import compose
from actions.answers.hard_words import explanation, hard_word
from actions.answers.several import compose_several
from actions.asking import offered, which_of
from actions.cases import case_in
from actions.events import event_outcome
from actions.memory import Answered, focus_case, remembered
from actions.misses import fallback_outcome
from actions.nearby import at_place
from actions.person import age_told, case_of_age
from actions.services import Services
from actions.turn import Outcome, Turn
from core.errors import UnknownProcedure
from core.message import Aspect, Reply
from core.procedure import Procedure
from knowledge_base.service import Decision


@dataclass(frozen=True)
class Detail:
    """Which part is wanted: the case of the papers, the page (1-based), further aspects, or all in brief."""

    case_id: str | None = None
    page: int = 1
    also: tuple[Aspect, ...] = ()
    brief: bool = False

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Detail:
        """Read the part from the entities of a payload; anything unreadable means the first page of the usual case."""
        case_id, page, also = values.get("case"), values.get("page"), values.get("also")
        return cls(
            case_id if isinstance(case_id, str) else None,
            int(page) if isinstance(page, str) and page.isdecimal() else 1,
            tuple(Aspect(one) for one in str(also or "").split() if one in set(Aspect)),
        )


FIRST = Detail()
NOT_HELD = "Tôi không tìm thấy thủ tục này trong dữ liệu của mình. Anh/Chị có thể gọi 19001009 để được chỉ dẫn."
_CERTAIN = 0.8  # of the intent: then the words were understood, and it is the procedure that is not here


def answer(services: Services, turn: Turn, code: str, aspect: Aspect, detail: Detail = FIRST) -> Outcome:
    """Answer one aspect, or several, and put the procedure in focus; an unknown code is said plainly."""
    try:
        procedure = services.kb.get(code, services.today())
    except UnknownProcedure:
        return fallback_outcome(turn, f"Tôi chưa có thông tin còn hiệu lực của thủ tục mã {code}.")
    age = age_told(turn, code)
    detail = replace(detail, case_id=_case(turn, procedure, detail, age))
    reply = _reply(procedure, aspect, detail)
    if aspect is Aspect.PLACE or Aspect.PLACE in detail.also:
        reply = at_place(services, turn, procedure, reply)
    reply, words = _explained(turn, reply, detail)
    told = Answered(code, (aspect, *detail.also), detail.case_id, 0 if detail.brief else detail.page)
    return Outcome(reply, {**remembered(turn, told), "age": age, "offered": offered(reply.options), **words})


def again(services: Services, turn: Turn, told: Answered) -> Outcome:
    """Answer once more what was answered before."""
    return answer(services, turn, told.code, told.aspects[0], Detail(told.case_id, told.page, told.aspects[1:]))


def decided(
    services: Services, turn: Turn, decision: Decision, aspect: Aspect, also: tuple[Aspect, ...] = ()
) -> Outcome:
    """Turn a decision of the knowledge base into an answer, 2–4 choices, or a fallback."""
    if decision.kind == "answer":
        return answer(services, turn, decision.hits[0].code, aspect, Detail(also=also))
    event = event_outcome(services, turn)
    if event is not None:
        return event
    if decision.kind == "clarify" and len(decision.hits) > 1:
        return which_of(decision, aspect, also)
    asks = turn.intent.startswith("ask_") and turn.confidence >= _CERTAIN
    return fallback_outcome(turn, NOT_HELD) if asks else fallback_outcome(turn)


def _case(turn: Turn, procedure: Procedure, detail: Detail, age: int | None) -> str | None:
    """Return the case to answer: the one asked for, told in the text, spoken of before, or that of the age told."""
    found = case_in(procedure, turn.text) if detail.case_id is None and turn.intent != "choose_procedure" else None
    told = found.id if found else focus_case(turn, procedure.code)
    wanted = detail.case_id or told or case_of_age(procedure, age)
    return wanted if any(case.id == wanted for case in procedure.cases) else None


def _reply(procedure: Procedure, aspect: Aspect, detail: Detail) -> Reply:
    if detail.brief:
        return brief(procedure, aspect, detail.case_id)
    if detail.also:
        return compose_several(procedure, (aspect, *detail.also), detail.case_id)
    return compose(procedure, aspect, detail.case_id, detail.page)


def _explained(turn: Turn, reply: Reply, detail: Detail) -> tuple[Reply, dict[str, Any]]:
    """Add the meaning of one hard word that this conversation has not explained yet; never to a brief answer."""
    known = [str(word) for word in turn.slots.get("explained") or ()]
    word = None if detail.brief or detail.also else hard_word(reply.text, known)
    if word is None:
        return reply, {}
    return reply.model_copy(update={"text": f"{reply.text}\n{explanation(word)}"}), {"explained": [*known, word]}
