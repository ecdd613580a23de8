"""A procedure's detail sheet ``ChiTietTTHC_<code>`` after conversion to docx (format ``docx``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

from docx import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from viet_nlu.text import fold

from core.errors import BadInput
from knowledge_base.importers.cells import one_line
from knowledge_base.importers.defence import method_rows
from knowledge_base.importers.draft import Draft
from knowledge_base.importers.issues import Issues
from knowledge_base.importers.papers import CaseRow, PaperRow

HEADINGS: Final[dict[str, str]] = {
    "ma thu tuc": "code",
    "so quyet dinh": "decision",
    "ten thu tuc": "name",
    "cap thuc hien": "levels",
    "loai thu tuc": "type",
    "linh vuc": "field",
    "trinh tu thuc hien": "steps",
    "cach thuc thuc hien": "methods",
    "thanh phan ho so": "cases",
    "doi tuong thuc hien": "audience",
    "co quan thuc hien": "offices",
    "co quan co tham quyen": "authority",
    "dia chi tiep nhan hs": "address",
    "dia chi tiep nhan ho so": "address",
    "co quan duoc uy quyen": "delegated",
    "co quan phoi hop": "cooperating",
    "ket qua thuc hien": "results",
    "can cu phap ly": "legal",
    "yeu cau, dieu kien thuc hien": "conditions",
    "tu khoa": "keywords",
    "mo ta": "description",
}
_SHEET_CODE: Final = re.compile(r"\d\.\d{6}")
_COUNTS: Final = re.compile(r"Bản chính:\s*(\d+)\s*Bản sao:\s*(\d+)")
Cells = list[list[str]]


def word_records(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield (file name, sections) of a docx file or of every docx file in a folder; a broken file is yielded as error.

    Raises:
        BadInput: the folder holds no docx file.
    """
    files = sorted(path.glob("*.docx")) if path.is_dir() else [path]
    if not files:
        raise BadInput(f"{path.name} holds no .docx file")
    for file in files:
        try:
            yield file.name, _sections(file)
        except (PackageNotFoundError, BadZipFile, KeyError) as error:
            yield file.name, error


def _sections(file: Path) -> dict[str, Any]:
    """Return the text of each headed section; those with tables hold, in order, strings and tables of cells."""
    sections: dict[str, list[Any]] = {}
    current = ""
    for block in Document(str(file)).iter_inner_content():
        if isinstance(block, Table):
            if current not in ("methods", "cases", "legal") and _headed(block):
                for heading, text in _headed(block):
                    sections.setdefault(heading, []).append(text)
                continue
            sections.setdefault(current, []).append(_cells(block))
            continue
        found = _heading(block.text)
        current, text = found or (current, block.text)
        if text.strip():
            sections.setdefault(current, []).append(text.strip())
    sections.setdefault("file", [file.name])
    return dict(sections)


def _heading(text: str) -> tuple[str, str] | None:
    """Tell whether a line is a heading ("Tên thủ tục: …"); return its key and what follows the colon."""
    title, _, rest = text.partition(":")
    key = HEADINGS.get(fold(re.sub(r"^[\dIVX]+[.)]\s*", "", one_line(title))))
    return (key, rest) if key else None


def _headed(table: Table) -> list[tuple[str, str]]:
    """Read a table whose first column holds headings (some conversions lay the sheet out so)."""
    rows = [row for row in _cells(table) if len(row) == 2]
    found = [(HEADINGS.get(fold(row[0].rstrip(" :"))), row[1]) for row in rows]
    return [(key, text) for key, text in found if key]


def _cells(table: Table) -> Cells:
    return [[cell.text.strip() for cell in row.cells] for row in table.rows]


def read_word(sections: Mapping[str, Any], issues: Issues) -> Draft:
    """Read the sections of one sheet; its code stands in the sheet or else in the file's name."""
    code = _text(sections, "code") or next(iter(_SHEET_CODE.findall(_text(sections, "file"))), "")
    return Draft(
        code=code,
        name=_text(sections, "name"),
        field=_text(sections, "field"),
        levels=_text(sections, "levels"),
        audience=_text(sections, "audience"),
        offices=_text(sections, "offices"),
        authority=_text(sections, "authority"),
        address=_text(sections, "address"),
        methods=[row for cells in _tables(sections, "methods") for row in _methods(cells, issues)],
        cases=_cases(sections.get("cases", ())),
        steps=_text(sections, "steps"),
        conditions=_text(sections, "conditions"),
        results=[_text(sections, "results")],
        legal=[(row[1], row[0]) for cells in _tables(sections, "legal") for row in cells[1:] if len(row) > 1],
        decision=re.sub(r"^Quyết định số ", "", _text(sections, "decision")) or None,
    )


def _methods(cells: Cells, issues: Issues) -> Iterable[Any]:
    keys = ("hinh_thuc", "thoi_han_giai_quyet", "phi_le_phi", "mo_ta")
    return [row for line in cells[1:] for row in method_rows(dict(zip(keys, line, strict=False)), issues)]


def _cases(blocks: Iterable[Any]) -> list[CaseRow]:
    heading, cases = "", []
    for block in blocks:
        if isinstance(block, str):
            heading = block
            continue
        rows = tuple(_paper(line) for line in block[1:] if line and line[0].strip())
        cases.append(CaseRow(heading, rows))
        heading = ""
    return cases


def _paper(line: list[str]) -> PaperRow:
    found = _COUNTS.search(line[-1])
    originals, copies = (int(found[1]), int(found[2])) if found else (None, None)
    form = one_line(line[1]) if len(line) > 2 else ""
    return PaperRow(one_line(line[0]).lstrip("-+* "), originals, copies, form or None)


def _tables(sections: Mapping[str, Any], key: str) -> list[Cells]:
    return [block for block in sections.get(key, ()) if isinstance(block, list)]


def _text(sections: Mapping[str, Any], key: str) -> str:
    return "\n".join(block for block in sections.get(key, ()) if isinstance(block, str)).strip()
