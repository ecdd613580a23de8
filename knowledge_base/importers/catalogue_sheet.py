"""The catalogue list that offices have at hand as a sheet (format ``xlsx``): codes, names and offices, no contents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from viet_nlu.text import fold

from core.errors import BadInput
from knowledge_base.importers.cells import one_line
from knowledge_base.importers.draft import Draft
from knowledge_base.importers.issues import Issues

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "code": ("ma so", "ma thu tuc", "ma tthc", "ma"),
    "name": ("ten", "ten thu tuc", "ten thu tuc hanh chinh", "ten tthc"),
    "issuer": ("co quan ban hanh", "co quan cong khai", "co quan cong bo"),
    "office": ("co quan thuc hien",),
    "field": ("linh vuc",),
    "level": ("cap thuc hien", "cap"),
}
_HEADER_SEARCH: Final = 30


def sheet_rows(path: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield (place, row) of each sheet whose header row has a code and a name column.

    Raises:
        BadInput: the file is no XLSX workbook, or no sheet has such a header.
    """
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, OSError) as error:
        raise BadInput(f"{path.name} is not an XLSX workbook") from error
    found = False
    for sheet in book.worksheets:
        columns: dict[int, str] = {}
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            if not columns:
                columns = _columns(cells) if number <= _HEADER_SEARCH else {}
                found = found or bool(columns)
            elif any(cells):
                yield f"{sheet.title}!{number}", _named(cells, columns)
    book.close()
    if not found:
        raise BadInput(f"{path.name} has no sheet with the columns 'Mã số' and 'Tên'")


def _columns(cells: tuple[Any, ...]) -> dict[int, str]:
    titles = {index: fold(one_line(str(cell))) for index, cell in enumerate(cells) if cell is not None}
    columns = {index: key for index, title in titles.items() for key, names in COLUMNS.items() if title in names}
    return columns if {"code", "name"} <= set(columns.values()) else {}


def _named(cells: tuple[Any, ...], columns: Mapping[int, str]) -> dict[str, str]:
    return {key: one_line(str(cells[index])) for index, key in columns.items() if index < len(cells) and cells[index]}


def read_sheet_row(row: Mapping[str, Any], issues: Issues) -> Draft:
    """Read one row; papers, times and fees stay unknown, since a catalogue list does not hold them."""
    office = row.get("office", "")
    return Draft(
        code=row.get("code", ""),
        name=row.get("name", ""),
        field=row.get("field", ""),
        ministry=row.get("issuer") or None,
        levels=row.get("level", "") or _level(office),
        offices=office,
    )


def _level(office: str) -> str:
    """Tell the level from the executing office's name, where the sheet has no column for it."""
    folded = fold(office)
    words = {"Cấp xã": ("cap xa", "phuong"), "Cấp tỉnh": ("cap tinh", "so "), "Cấp bộ": ("bo ", "cuc ")}
    return ", ".join(level for level, starts in words.items() if any(word in f"{folded} " for word in starts))
