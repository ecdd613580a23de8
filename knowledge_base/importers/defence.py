"""The records of the Ministry of Defence, already in tables (format ``defence-jsonl``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from knowledge_base.importers.cells import is_empty, one_line
from knowledge_base.importers.draft import Draft
from knowledge_base.importers.issues import Issues
from knowledge_base.importers.methods import KINDS, Row
from knowledge_base.importers.papers import CaseRow, PaperRow

_FEE: Final = re.compile(
    r"(?P<name>Phí|Lệ phí)\s*:\s*(?P<cell>[^(\n]*?)\s*(?:Đồng|đồng|(?P<usd>USD))?\s*(?:\((?P<words>.*)\))?\s*$", re.S
)
_COUNTS: Final = re.compile(r"Bản chính:\s*(\d+)\s*Bản sao:\s*(\d+)")


def read_defence(record: Mapping[str, Any], issues: Issues) -> Draft:
    """Read one record; the papers' columns are shifted by one there (``so_luong`` holds the form, ``ghi_chu`` counts).

    Raises:
        KeyError: the record lacks ``metadata``, ``content`` or ``tables``.
    """
    meta, content, tables = record["metadata"], record["content"], record["tables"]
    return Draft(
        code=str(record.get("thu_tuc_id") or meta["mã_thủ_tục"]),
        name=meta["tên_thủ_tục"],
        field=meta["lĩnh_vực"],
        ministry="Bộ Quốc phòng",
        levels=meta["cấp_thực_hiện"],
        audience=content["đối_tượng_thực_hiện"],
        offices=content["cơ_quan_thực_hiện"],
        authority=content["cơ_quan_có_thẩm_quyền"],
        address=content["địa_chỉ_tiếp_nhận_hs"],
        methods=[row for cells in tables.get("hinh_thuc_nop", ()) for row in method_rows(cells, issues)],
        cases=[CaseRow("", tuple(_paper(cells) for cells in tables.get("thanh_phan_ho_so", ())))],
        steps=re.sub(r"\s+(?=Bước \d)", "\n", content["trình_tự_thực_hiện"]),
        conditions=content["yêu_cầu_điều_kiện_thực_hiện"],
        results=[content["kết_quả_thực_hiện"]],
        legal=[(row.get("trich_yeu", ""), row.get("so_ky_hieu", "")) for row in tables.get("can_cu_phap_ly", ())],
        decision=re.sub(r"^Quyết định số ", "", meta["số_quyết_định"]),
    )


def method_rows(cells: Mapping[str, str], issues: Issues) -> list[Row]:
    """Return one row for each fee that a cell lists (``Phí : 2.000.000 Đồng (words)``, one a line)."""
    kind = KINDS.get(cells.get("hinh_thuc", "").strip().lower())
    if kind is None:
        issues.add("method_missing", "methods", str(cells.get("hinh_thuc")))
        return []
    time, description = cells.get("thoi_han_giai_quyet", ""), one_line(cells.get("mo_ta", ""))
    fees = re.split(r"\n(?=(?:Phí|Lệ phí)\s*:)", cells.get("phi_le_phi", "").strip())
    return [Row(kind, time.strip(), *_fee(fee), description, name) for fee in fees for name in [_fee_name(fee)]]


def _fee_name(text: str) -> str:
    found = _FEE.match(text)
    return found["name"] if found else "Phí, lệ phí"


def _fee(text: str) -> tuple[str, str]:
    """Return the cell in the portal's spelling and the words; "0 Đồng" stands there for "no amount entered"."""
    found = _FEE.match(re.sub(r"\nFile đính kèm:.*", "", text))
    if found is None:
        return one_line(text), ""
    cell, words = one_line(found["cell"]), one_line(found["words"])
    if found["usd"]:
        return f"{cell} USD", words
    if re.fullmatch(r"[\d.,]+", cell) and int(re.sub(r"\D", "", cell) or 0):
        return f"{cell} Đồng", words
    return "", words if words or is_empty(cell) or re.fullmatch(r"[0o.]*", cell) else cell


def _paper(cells: Mapping[str, str]) -> PaperRow:
    found = _COUNTS.search(cells.get("ghi_chu") or "")
    name = re.sub(r"^[\s\-+*•;]+", "", one_line(cells["ten_giay_to"])).rstrip(" ;") or "Giấy tờ không ghi tên"
    originals, copies = (int(found[1]), int(found[2])) if found else (None, None)
    return PaperRow(name, originals, copies, one_line(cells.get("so_luong")) or None)
