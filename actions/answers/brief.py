"""A brief answer: the same aspect and the same numbers in at most 250 characters, cut only between clauses."""

from __future__ import annotations

import re

from actions.answers.compose import LABELS, answer_lines, next_options, sources_of
from actions.answers.costs import fee_brief, time_brief
from actions.answers.documents import case_of
from actions.answers.way import office_short
from actions.answers.wording import sentence
from actions.turn import procedure_button
from core.message import Aspect, Reply, ReplyKind
from core.procedure import Procedure

BRIEF_CHARS = 250
_CUT = re.compile(r"[.;:,](?= )")
_LIST_MARK = re.compile(r"^(?:•|\d+\.) ")


def brief(procedure: Procedure, aspect: Aspect, case_id: str | None = None) -> Reply:
    """Write one aspect in at most 250 characters; what is left out is behind the button "Đầy đủ hơn"."""
    head = f"{procedure.title} – {LABELS[aspect].lower()}: "
    text = shorten(brief_text(procedure, aspect, case_id), BRIEF_CHARS - len(head))
    more: dict[str, str | int] = {"case": case_id} if case_id else {}
    full = procedure_button("Đầy đủ hơn", procedure.code, aspect, **more)
    return Reply(
        kind=ReplyKind.ANSWER,
        text=head + text,
        procedure=procedure.code,
        aspect=aspect,
        options=(full, *next_options(procedure, aspect)[:3]),
        sources=sources_of(procedure, aspect),
    )


def brief_text(procedure: Procedure, aspect: Aspect, case_id: str | None = None) -> str:
    """Return the aspect as running text before it is shortened."""
    match aspect:
        case Aspect.FEE:
            return fee_brief(procedure)
        case Aspect.TIME:
            return time_brief(procedure)
        case Aspect.PLACE:
            return sentence(office_short(procedure))
        case Aspect.DOCUMENTS:
            return _papers(procedure, case_id)
        case Aspect.OVERVIEW:
            return f"{time_brief(procedure)} {fee_brief(procedure)} Nơi nộp: {sentence(office_short(procedure))}"
        case _:
            lines = answer_lines(procedure, aspect, case_id)
            return " ".join(sentence(_LIST_MARK.sub("", line)) for line in lines)


def shorten(text: str, limit: int) -> str:
    """Cut a text to at most ``limit`` characters, after a clause; what was cut is shown by "…"."""
    if len(text) <= limit:
        return text
    cuts = [match.start() for match in _CUT.finditer(text) if match.start() < limit - 1]
    if cuts and cuts[-1] > limit // 3:
        return text[: cuts[-1]] + "…"
    # No clause ends in time: stop before a word, and never between a number and its unit.
    words = text[: limit - 1].rsplit(" ", 1)[0].split(" ")
    while len(words) > 1 and any(char.isdigit() for char in words[-1]):
        words.pop()
    return " ".join(words) + "…"


def _papers(procedure: Procedure, case_id: str | None) -> str:
    case = case_of(procedure, case_id)
    names = [paper.name for paper in case.papers]
    if not names:
        return "chưa có danh sách giấy tờ được nguồn xác nhận."
    told = f"({case.name}) " if len(procedure.cases) > 1 else ""
    return sentence(told + "; ".join(names))
