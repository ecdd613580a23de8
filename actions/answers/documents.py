"""Papers and forms of a procedure, by case."""

from __future__ import annotations

from actions.answers.wording import lower_first, sentence
from core.facts import Case, Form, Paper
from core.procedure import Procedure


def case_of(procedure: Procedure, case_id: str | None) -> Case:
    """Return the case asked for, or the usual (first) one."""
    return next((case for case in procedure.cases if case.id == case_id), procedure.cases[0])


def papers_lines(procedure: Procedure, case_id: str | None = None) -> list[str]:
    """Write the papers of a case: to hand in, to show, and what need not be handed in when data can be read."""
    case = case_of(procedure, case_id)
    lines = [_case_line(procedure, case)]
    if case.unknown is not None:
        return [*lines, sentence(f"Chưa có danh sách giấy tờ xác nhận: {lower_first(case.unknown)}")]
    submit = [paper for paper in case.papers if paper.handling == "submit"]
    present = [paper for paper in case.papers if paper.handling == "present"]
    lines += _group("Giấy tờ phải nộp:", submit)
    lines += _group("Giấy tờ chỉ cần xuất trình:", present)
    if any(paper.reuse for paper in case.papers):
        lines.append("(*) Không phải nộp khi cơ quan tra cứu được trên cơ sở dữ liệu.")
    return lines


def forms_lines(procedure: Procedure, case_id: str | None = None) -> list[str]:
    """Write the forms to fill in; says plainly when the source names none."""
    forms = _distinct_forms(procedure, case_id)
    if not forms:
        return ["Nguồn không ghi mẫu đơn, tờ khai riêng cho thủ tục này. Anh/Chị hỏi mẫu tại nơi nộp hồ sơ."]
    lines = ["Mẫu đơn, tờ khai cần điền:"]
    for form in forms:
        code = f" (mẫu {form.code})" if form.code else ""
        lines.append(f"• {form.name}{code}" + (f": {form.url}" if form.url else ""))
    if not any(form.url for form in forms):
        lines.append("Nguồn không kèm tệp mẫu; Anh/Chị nhận mẫu tại nơi nộp hoặc điền mẫu điện tử khi nộp trực tuyến.")
    return lines


def _distinct_forms(procedure: Procedure, case_id: str | None) -> list[Form]:
    cases = [case_of(procedure, case_id)] if case_id else list(procedure.cases)
    found: dict[str, Form] = {}
    for case in cases:
        for paper in case.papers:
            if paper.form:
                found.setdefault(paper.form.name, paper.form)
    return list(found.values())


def _case_line(procedure: Procedure, case: Case) -> str:
    if len(procedure.cases) == 1 and case.when is None:
        return "Giấy tờ cần chuẩn bị:"
    when = f" ({lower_first(case.when)})" if case.when and case.when != case.name else ""
    name = case.name.removeprefix("Trường hợp ")
    return f"Giấy tờ cho trường hợp {lower_first(name)}{when}."


def _group(head: str, papers: list[Paper]) -> list[str]:
    if not papers:
        return []
    return [head, *(f"{number}. {_paper(paper)}" for number, paper in enumerate(papers, start=1))]


def _paper(paper: Paper) -> str:
    star = " (*)" if paper.reuse else ""
    counts = _counts(paper)
    text = f"{paper.name}{star}" + (f" – {counts}" if counts else "")
    extras = [lower_first(extra.rstrip(".")) for extra in (paper.condition, paper.note) if extra]
    return f"{text} ({'; '.join(extras)})" if extras else text


def _counts(paper: Paper) -> str:
    parts = []
    if paper.originals:
        parts.append(f"{paper.originals} bản chính")
    if paper.copies:
        parts.append(f"{paper.copies} bản sao")
    return ", ".join(parts)
