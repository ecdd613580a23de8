"""Papers: the flattened tables of papers, back into cases with their papers and counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from core.facts import Case, Form, Paper
from knowledge_base.importers.cells import begins_mid_sentence, is_empty, one_line
from knowledge_base.importers.issues import Issues
from knowledge_base.importers.letters import LOW, UP

HEADER: Final = "Tên giấy tờMẫu đơn, tờ khaiSố lượng"
USUAL_CASE: Final = "Trường hợp chung"
_FIELD: Final = "cases"
_NAME_LENGTH: Final = 160
_QUANTITY: Final = re.compile(
    r"(?:Bản chính:\s*(?P<o2>\d+)\s*Bản sao:\s*(?P<c2>\d+))"
    r"|(?P<o>\d+) bản chính(?:,\s*(?P<c>\d+) bản sao)?|(?<![,\d])(?P<only>\d+) bản sao"
)
_FILE: Final = re.compile(rf"\.(?:docx?|pdf|xlsx?|rar|zip|rtf|odt|jpe?g|png)(?=$|[{UP} ])", re.I)
_FILE_WORDS: Final = re.compile(
    r"(?<=[^\s(\"“/])(?:Mẫu|Mau|MẪU|Mâu|Phụ lục|Phu luc|PHỤ LỤC|Phl|PL|TK|BM|Tờ khai|To khai|TỜ KHAI|Đơn|Don|ĐƠN|Phiếu|"
    r"Biểu|Bieu|BIỂU|Mus|Bản|Ban |Giấy|Danh)"
)
_GLUE: Final = re.compile(rf"(?<=[.;:)”\"])(?=[^\W_])|(?<=[{LOW}])(?=[{UP}])|(?<=[{LOW}])(?=\d)")
_FILE_REACH: Final = 110
_SET_COUNT: Final = re.compile(r"^\W*số lượng(?: hồ sơ)?\s*:?\s*\d", re.I)
_PRESENT: Final = re.compile(r"xuất trình", re.I)
_SUBMIT: Final = re.compile(r"\bnộp\b|\bgửi\b", re.I)


@dataclass(frozen=True)
class PaperRow:
    """One row of a papers table as text; counts are ``None`` where the source gives none."""

    name: str
    originals: int | None = None
    copies: int | None = None
    form: str | None = None


@dataclass(frozen=True)
class CaseRow:
    """One case with its rows."""

    name: str
    rows: tuple[PaperRow, ...]


def split_cases(text: str, issues: Issues) -> list[CaseRow]:
    """Split the portal's flattened tables into cases; the words between two tables are the name of the next case."""
    heading, *tables = text.split(HEADER)
    cases = []
    for index, table in enumerate(tables):
        rows, rest = _split_rows(table, issues)
        if index == len(tables) - 1 and rest:
            rows, rest = _last_rest(rows, rest, issues), ""
        cases.append(CaseRow(heading, tuple(rows)))
        heading = rest
    if not tables and not is_empty(text):
        issues.add("papers_not_a_table", _FIELD, one_line(text))
        if begins_mid_sentence(text):
            issues.add("scrambled_text", _FIELD, one_line(text))
    return cases


def _last_rest(rows: list[PaperRow], rest: str, issues: Issues) -> list[PaperRow]:
    name, form = _name_and_form(rest, issues)
    if name and not is_empty(name):
        issues.add("text_left_over", _FIELD, one_line(rest))
        return [*rows, PaperRow(name, form=form)]
    return rows


def _split_rows(table: str, issues: Issues) -> tuple[list[PaperRow], str]:
    rows: list[PaperRow] = []
    start = 0
    for found in _QUANTITY.finditer(table):
        if not _is_cell(table, found):
            continue
        tail, originals, copies = _counts(table, found, issues)
        name, form = _name_and_form(table[start : found.start()] + tail, issues)
        if name:
            rows.append(PaperRow(name, originals, copies, form))
        start = found.end()
    return rows, table[start:].strip()


def _is_cell(table: str, found: re.Match[str]) -> bool:
    """Tell a quantity cell from the same words inside a paper's name ("(01 bản chính)", "01 bản sao có chứng thực")."""
    before, after = table[: found.start()][-1:], table[found.end() :]
    glued_number = len(found["o"] or found["only"] or "") > 2
    if before.isspace() and not glued_number:
        return not after or re.match(rf"[{UP}\-+*(\d]", after) is not None
    if before in "(" and before:
        return False
    return re.match(rf"[ \t]+[{LOW}(]|[;,.][ \t]", after) is None


def _counts(table: str, found: re.Match[str], issues: Issues) -> tuple[str, int | None, int | None]:
    """Return the digits that belong to the name, the originals and the copies."""
    if found["o2"] is not None:
        return "", int(found["o2"]), int(found["c2"])
    digits = found["o"] or found["only"]
    tail, count = _unglue(digits, table[: found.start()][-1:], issues)
    if found["only"] is not None:
        return tail, None, count
    return tail, count, int(found["c"]) if found["c"] else None


def _unglue(digits: str, before: str, issues: Issues) -> tuple[str, int | None]:
    """Tell the number at the end of a name from the count: "20241" is 2024 and 1; "12" after a name cannot be told."""
    if len(digits) == 1:
        return "", int(digits)
    issues.add("quantity_glued", _FIELD, digits)
    if len(digits) > 2:
        return digits[:-1], int(digits[-1])
    if digits[0] == "0" and not before.isspace():
        return "", int(digits)
    return "", None


def _name_and_form(text: str, issues: Issues) -> tuple[str, str | None]:
    text = text.strip()
    form = None
    if _FILE.search(text):
        text, form = _cut_file(text, issues)
    text = re.sub(r"^(?:[\s\-+*•–·;,.)]+|\d{1,2}[.)]\s+|[a-zđ]\)\s*)+", "", one_line(text))
    return text.strip(" ;"), form


def _cut_file(text: str, issues: Issues) -> tuple[str, str | None]:
    """Cut the form's file name, glued to the paper's name; its start is where a word begins without a space."""
    last = [*_FILE.finditer(text)][-1]
    start, end = max(0, last.start() - _FILE_REACH), last.end()
    window = text[start : last.start()]
    cuts = [found.start() for found in _FILE_WORDS.finditer(window)][:1] or [
        found.start() for found in _GLUE.finditer(window)
    ][-1:]
    if not cuts or start + cuts[0] == 0:
        issues.add("form_name_glued", _FIELD, one_line(window))
        return text, None
    cut = start + cuts[0]
    return text[:cut] + " " + text[end:], one_line(text[cut:end])


def build_cases(rows: list[CaseRow], issues: Issues) -> tuple[Case, ...]:
    """Turn rows into cases with ids ``th-1``, ``th-2``…; cases without papers are left out when others have some."""
    cases = [case for case in rows if case.rows] or rows[:1]
    if not cases or not cases[0].rows:
        if "papers_not_a_table" not in issues.kinds():
            issues.add("papers_not_a_table", _FIELD, "không có giấy tờ nào")
        unknown = "Nguồn không ghi danh sách giấy tờ ở dạng đọc được"
        return (Case(id="th-1", name=USUAL_CASE, unknown=unknown),)
    return tuple(_case(number, case) for number, case in enumerate(cases, start=1))


def _case(number: int, case: CaseRow) -> Case:
    heading = one_line(case.name).removeprefix("--").strip(" :;-")
    name = USUAL_CASE if is_empty(heading) else heading
    long = len(name) > _NAME_LENGTH
    papers = dict.fromkeys(_paper(row, heading) for row in case.rows if not _SET_COUNT.match(row.name))
    return Case(
        id=f"th-{number}",
        name=name[: _NAME_LENGTH - 1].rsplit(" ", 1)[0] + "…" if long else name,
        when=name if long else None,
        papers=tuple(papers),
        unknown=None if papers else "Nguồn không ghi giấy tờ nào cho trường hợp này",
    )


def _paper(row: PaperRow, heading: str) -> Paper:
    shown = any(_PRESENT.search(text) and not _SUBMIT.search(text) for text in (row.name[:60], heading[:120]))
    return Paper(
        name=row.name,
        handling="present" if shown else "submit",
        originals=row.originals,
        copies=row.copies,
        form=Form(name=row.form) if row.form else None,
    )
