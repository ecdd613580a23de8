"""The composer: one aspect of one procedure as a reply with its source and the likely next questions."""

from __future__ import annotations

from collections.abc import Callable

from actions.answers.costs import fee_lines, time_lines
from actions.answers.documents import forms_lines, papers_lines
from actions.answers.overview import overview_lines
from actions.answers.rules import eligibility_lines, legal_lines, result_lines
from actions.answers.way import online_lines, place_lines, steps_lines
from actions.turn import procedure_button
from core.message import Aspect, Button, Reply, ReplyKind, Source
from core.procedure import Procedure

PAGE_CHARS = 700
MAX_OPTIONS = 4
LABELS: dict[Aspect, str] = {
    Aspect.OVERVIEW: "Thông tin chung",
    Aspect.DOCUMENTS: "Giấy tờ cần có",
    Aspect.FEE: "Lệ phí",
    Aspect.TIME: "Thời hạn",
    Aspect.PLACE: "Nơi nộp",
    Aspect.STEPS: "Các bước làm",
    Aspect.ONLINE: "Nộp trực tuyến",
    Aspect.ELIGIBILITY: "Điều kiện",
    Aspect.FORMS: "Mẫu đơn, tờ khai",
    Aspect.LEGAL: "Căn cứ pháp lý",
    Aspect.RESULT: "Kết quả",
}
_LINES: dict[Aspect, Callable[[Procedure], list[str]]] = {
    Aspect.FEE: fee_lines,
    Aspect.TIME: time_lines,
    Aspect.PLACE: place_lines,
    Aspect.STEPS: steps_lines,
    Aspect.ONLINE: online_lines,
    Aspect.ELIGIBILITY: eligibility_lines,
    Aspect.LEGAL: legal_lines,
    Aspect.RESULT: result_lines,
}
_NEXT: dict[Aspect, tuple[Aspect, ...]] = {
    Aspect.OVERVIEW: (Aspect.DOCUMENTS, Aspect.STEPS, Aspect.FEE, Aspect.ONLINE),
    Aspect.DOCUMENTS: (Aspect.FEE, Aspect.TIME, Aspect.PLACE, Aspect.ONLINE),
    Aspect.FEE: (Aspect.TIME, Aspect.DOCUMENTS, Aspect.ONLINE),
    Aspect.TIME: (Aspect.FEE, Aspect.DOCUMENTS, Aspect.PLACE),
    Aspect.PLACE: (Aspect.DOCUMENTS, Aspect.ONLINE, Aspect.FEE),
    Aspect.STEPS: (Aspect.DOCUMENTS, Aspect.FEE, Aspect.TIME),
    Aspect.ONLINE: (Aspect.DOCUMENTS, Aspect.STEPS, Aspect.FEE),
    Aspect.ELIGIBILITY: (Aspect.DOCUMENTS, Aspect.STEPS, Aspect.FEE),
    Aspect.FORMS: (Aspect.DOCUMENTS, Aspect.PLACE, Aspect.ONLINE),
    Aspect.LEGAL: (Aspect.DOCUMENTS, Aspect.ELIGIBILITY, Aspect.STEPS),
    Aspect.RESULT: (Aspect.TIME, Aspect.PLACE, Aspect.FEE),
}


def compose(procedure: Procedure, aspect: Aspect, case_id: str | None = None, page: int = 1) -> Reply:
    """Write the answer to one aspect.

    ``procedure`` holds only the facts of the day (``Procedure.as_of``); ``case_id`` picks a case of the papers;
    ``page`` is 1-based: an answer longer than 700 characters is cut between lines and goes on behind "Xem thêm".
    """
    pages = paginate(answer_lines(procedure, aspect, case_id))
    number = min(max(page, 1), len(pages))
    head = f"{procedure.title} – {LABELS[aspect].lower()}" + (f" (tiếp, phần {number})" if number > 1 else "")
    more = _more_button(procedure, aspect, case_id, number) if number < len(pages) else None
    return Reply(
        kind=ReplyKind.ANSWER,
        text=f"{head}\n" + "\n".join(pages[number - 1]),
        procedure=procedure.code,
        aspect=aspect,
        options=_options(procedure, aspect, case_id, more),
        sources=sources_of(procedure, aspect),
    )


def answer_lines(procedure: Procedure, aspect: Aspect, case_id: str | None = None) -> list[str]:
    """Return the whole answer as lines, before it is cut into pages."""
    if aspect is Aspect.DOCUMENTS:
        return papers_lines(procedure, case_id)
    if aspect is Aspect.FORMS:
        return forms_lines(procedure, case_id)
    if aspect is Aspect.OVERVIEW:
        return overview_lines(procedure, case_id)
    return _LINES[aspect](procedure)


def page_count(procedure: Procedure, aspect: Aspect, case_id: str | None = None) -> int:
    """Return how many pages the answer has."""
    return len(paginate(answer_lines(procedure, aspect, case_id)))


def paginate(lines: list[str], limit: int = PAGE_CHARS, per_line: int = 0) -> list[list[str]]:
    """Cut lines into pages of at most ``limit`` characters (one line may be longer); no line is lost or split.

    ``per_line`` is what the end of each line costs. A head (a line that ends with a colon) goes with the line below it.
    """
    pages: list[list[str]] = [[]]
    for line in lines:
        if pages[-1] and sum(len(one) + per_line for one in (*pages[-1], line)) > limit:
            head = [pages[-1].pop()] if len(pages[-1]) > 1 and pages[-1][-1].endswith(":") else []
            pages.append(head)
        pages[-1].append(line)
    return pages


def sources_of(procedure: Procedure, aspect: Aspect) -> tuple[Source, ...]:
    """Return where the answer was read: the procedure's own source, then those of the city's fees it states."""
    refs = [procedure.source]
    if aspect in (Aspect.FEE, Aspect.OVERVIEW):
        refs += [item.source for method in procedure.methods for item in method.fees if item.source]
    return tuple(
        Source(code=procedure.code, decision=ref.decision, url=ref.url, checked_on=ref.checked)
        for ref in dict.fromkeys(refs)
    )


def _more_button(procedure: Procedure, aspect: Aspect, case_id: str | None, page: int) -> Button:
    more: dict[str, str | int] = {"page": page + 1}
    if case_id:
        more["case"] = case_id
    return procedure_button("Xem thêm", procedure.code, aspect, **more)


def _options(procedure: Procedure, aspect: Aspect, case_id: str | None, more: Button | None) -> tuple[Button, ...]:
    options = [more] if more else []
    if aspect is Aspect.DOCUMENTS:
        others = [case for case in procedure.cases if case.id != (case_id or procedure.cases[0].id)]
        options += [procedure_button(_short(c.name), procedure.code, aspect, case=c.id) for c in others[:2]]
    options += next_options(procedure, aspect)
    return tuple(options[:MAX_OPTIONS])


def next_options(procedure: Procedure, aspect: Aspect) -> list[Button]:
    """Return the buttons of the likely next questions."""
    return [procedure_button(LABELS[one], procedure.code, one) for one in _NEXT[aspect]]


def _short(title: str) -> str:
    return title if len(title) <= 60 else title[:59].rsplit(" ", 1)[0] + "…"
