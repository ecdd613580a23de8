"""The overview of a procedure: what it is, and the first thing to know of papers, fee, time and place."""

from __future__ import annotations

from actions.answers.costs import fee_brief, time_brief
from actions.answers.documents import case_of
from actions.answers.way import office_short
from actions.answers.wording import METHODS, lower_first, sentence
from core.procedure import Procedure


def overview_lines(procedure: Procedure, case_id: str | None = None) -> list[str]:
    """Write the summary, the names of the papers of a case, and one line each of time, fee and place."""
    lines = [sentence(procedure.summary)] if procedure.summary else []
    lines.append(_papers(procedure, case_id))
    lines += [time_brief(procedure), fee_brief(procedure)]
    lines.append(sentence(f"Nơi nộp: {office_short(procedure)}"))
    ways = ", ".join(dict.fromkeys(METHODS[method.kind] for method in procedure.methods))
    lines.append(sentence(f"Cách nộp: {ways}"))
    return lines


def _papers(procedure: Procedure, case_id: str | None) -> str:
    case = case_of(procedure, case_id)
    assumed = f" ({lower_first(case.name)})" if len(procedure.cases) > 1 else ""
    names = [paper.name for paper in case.papers if paper.condition is None] or [paper.name for paper in case.papers]
    if not names:
        return "Danh sách giấy tờ chưa được nguồn xác nhận."
    shown = "; ".join(names[:3])
    more = " và giấy tờ khác" if len(case.papers) > min(len(names), 3) else ""
    return sentence(f"Giấy tờ chính{assumed}: {shown}{more}")
