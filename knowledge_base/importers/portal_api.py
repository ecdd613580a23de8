"""The national portal's own detail JSON (format ``portal-api``): tables as lists, papers by case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from knowledge_base.importers.cells import one_line
from knowledge_base.importers.draft import Draft
from knowledge_base.importers.issues import Issues
from knowledge_base.importers.methods import KINDS, Row
from knowledge_base.importers.papers import CaseRow, PaperRow

_LEVELS: Final = (
    ("isMinistry", "Cấp bộ"),
    ("isProvince", "Cấp tỉnh"),
    ("isDistrict", "Cấp huyện"),
    ("isWard", "Cấp xã"),
)


def read_api(record: Mapping[str, Any], issues: Issues) -> Draft:
    """Read one detail answer, bare or wrapped in ``data`` / ``result``; missing fields count as empty."""
    body = next((record[key] for key in ("data", "result") if isinstance(record.get(key), Mapping)), record)
    return Draft(
        code=_text(body, "code"),
        name=_text(body, "name"),
        field=", ".join(_names(body, "categoriesDetails")),
        levels=", ".join(word for key, word in _LEVELS if body.get(key)),
        audience=", ".join(_names(body, "subjectTypesDetails")),
        offices=", ".join(_names(body, "departmentsExecuting")),
        authority=", ".join(_names(body, "departmentsAuthority")),
        address=_address(body.get("dossierReceivingAddresses")),
        methods=[row for method in _list(body, "executionMethods") for row in _method(method, issues)],
        cases=[_case(case) for case in _list(body, "executionCases")],
        steps="\n".join(_step(step) for step in _list(body, "executionSteps")),
        conditions=_text(body, "requirementsAndConditions"),
        results=_names(body, "resultsDetails"),
        legal=[(_text(row, "name"), _text(row, "code")) for row in _list(body, "legalBasisesDetails")],
        keywords=_keywords(body.get("keywords")),
        url=_text(body, "url") or None,
        decision=_decision(body),
    )


def _method(method: Mapping[str, Any], issues: Issues) -> list[Row]:
    kind = KINDS.get(_text(method, "submissionMethod").lower())
    if kind is None:
        issues.add("method_missing", "methods", _text(method, "submissionMethod"))
        return []
    unit = _text(method, "processingTimeUnit").replace("_", " ").strip()
    time = f"{_text(method, 'processingTime')} {_UNIT_WORDS.get(unit.lower(), unit)}".strip()
    description = one_line(_text(method, "description"))
    fees: list[Mapping[str, Any]] = [*_list(method, "fees")] or [{}]
    return [
        Row(
            kind,
            time,
            _amount(fee.get("amount")),
            _text(fee, "description"),
            description,
            _text(fee, "name") or "Phí, lệ phí",
        )
        for fee in fees
    ]


_UNIT_WORDS: Final = {
    "working day": "Ngày làm việc",
    "workingday": "Ngày làm việc",
    "work day": "Ngày làm việc",
    "day": "Ngày",
    "hour": "Giờ",
    "minute": "Phút",
    "month": "Tháng",
    "year": "Năm",
}


def _amount(value: Any) -> str:
    """Write an amount as the portal's table does; 0 and nothing are "not entered", as there."""
    if isinstance(value, str):
        return f"{value} VNĐ" if value.strip().strip("0") and value.strip()[0].isdigit() else value
    return f"{int(value)} VNĐ" if value else ""


def _case(case: Mapping[str, Any]) -> CaseRow:
    return CaseRow(_text(case, "name"), tuple(_paper(row) for row in _list(case, "profileComponents")))


def _paper(row: Mapping[str, Any]) -> PaperRow:
    forms = [name for part in _list(row, "attachments") if (name := _text(part, "fileName"))]
    name = one_line(_text(row, "name")).lstrip("-+* ") or "Giấy tờ không ghi tên"
    return PaperRow(name, _count(row.get("originalQty")), _count(row.get("copyQty")), forms[0] if forms else None)


def _count(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) or (isinstance(value, str) and value.isdigit()) else None


def _step(step: Mapping[str, Any]) -> str:
    name, text = _text(step, "name"), _text(step, "description")
    return f"{name}: {text}" if name and text and not text.startswith(name) else name or text


def _address(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(
            part if isinstance(part, str) else _text(part, "address") or _text(part, "name") for part in value
        )
    return value if isinstance(value, str) else ""


def _decision(body: Mapping[str, Any]) -> str | None:
    proposal = body.get("procedureProposal")
    return (_text(proposal, "proposalNumber") or None) if isinstance(proposal, Mapping) else None


def _keywords(value: Any) -> list[str]:
    parts: Iterable[Any] = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else ()
    return [word for part in parts if isinstance(part, str) and (word := one_line(part))]


def _names(body: Mapping[str, Any], key: str) -> list[str]:
    return [name for row in _list(body, key) if (name := one_line(_text(row, "name")))]


def _list(body: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = body.get(key) or []
    if isinstance(value, Mapping):
        value = [value]
    return [row for row in value if isinstance(row, Mapping)]


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
