"""Turns that lean on the turn before: a correction, a choice by its words, a case of the procedure in focus."""

from __future__ import annotations

from actions.answering import Detail, answer
from actions.asking import buttons, offered, titled
from actions.both import about_both
from actions.cases import case_in, explained_by_case, sibling_in
from actions.choosing import by_title, chosen_answer
from actions.correcting import corrected, correction_in
from actions.memory import last_answer
from actions.services import Services
from actions.several import words_of_aspect
from actions.turn import Outcome, Turn
from core.errors import UnknownProcedure
from core.message import Aspect, Reply, ReplyKind
from core.procedure import Procedure

_PAPERS = (Aspect.DOCUMENTS, Aspect.FORMS)


def in_context(services: Services, turn: Turn, aspect: Aspect) -> Outcome | None:
    """Answer a turn that leans on the turn before, or return ``None`` when it stands for itself."""
    said = correction_in(turn.text)
    if said is not None and (last_answer(turn) or turn.slots.get("offered")):
        return corrected(services, turn, said)
    if _asked_back(turn):
        option = by_title(services, turn)
        if option is not None:
            return chosen_answer(services, turn, option)
    both = about_both(services, turn, aspect)
    if both is not None:
        return both
    procedure = _in_focus(services, turn)
    if procedure is None:
        return None
    return _case_told(services, turn, procedure, aspect) or _sibling_told(services, turn, procedure)


def _asked_back(turn: Turn) -> bool:
    last = turn.slots.get("last_reply")
    return isinstance(last, dict) and last.get("kind") in (ReplyKind.CLARIFY, ReplyKind.SMALLTALK)


def case_told(services: Services, turn: Turn) -> Outcome | None:
    """Answer the papers of the case of the procedure in focus that the text tells of, or return ``None``."""
    procedure = _in_focus(services, turn)
    return None if procedure is None else _case_told(services, turn, procedure, Aspect.DOCUMENTS)


def _in_focus(services: Services, turn: Turn) -> Procedure | None:
    try:
        return services.kb.get(turn.focus, services.today()) if turn.focus else None
    except UnknownProcedure:
        return None


def _sibling_told(services: Services, turn: Turn, procedure: Procedure) -> Outcome | None:
    """Ask the question that tells the procedure in focus from the sibling that the text tells of."""
    sibling = sibling_in(procedure, turn.text)
    titles = titled(services, (procedure.code, sibling.code)) if sibling else []
    if sibling is None or len(titles) < 2:
        return None
    last = last_answer(turn)
    aspect = last.aspects[0] if last else Aspect.OVERVIEW
    options = buttons(titles, aspect)
    reply = Reply(kind=ReplyKind.CLARIFY, text=sibling.question, aspect=aspect, options=options)
    return Outcome(reply, {"focus_aspect": aspect, "offered": offered(options), "misses": 0})


def _case_told(services: Services, turn: Turn, procedure: Procedure, aspect: Aspect) -> Outcome | None:
    """Answer the papers of the case that the text tells of, when it tells of nothing but that."""
    case = case_in(procedure, turn.text)
    if case is None or not explained_by_case(case, procedure, turn.text):
        return None
    named = words_of_aspect(turn.text)
    wanted = aspect if aspect in _PAPERS or (named is aspect and named is not None) else Aspect.DOCUMENTS
    return answer(services, turn, procedure.code, wanted, Detail(case_id=case.id))
