"""Times: from a cell such as "5 Ngày làm việc" to a duration, or to an unknown with its reason."""

from __future__ import annotations

import re
from typing import Final

from core.facts import Duration, TimeUnit
from knowledge_base.importers.cells import is_empty
from knowledge_base.importers.issues import Issues

UNITS: Final[dict[str, TimeUnit]] = {
    "ngày làm việc": "working_day",
    "giờ làm việc": "hour",
    "ngày": "day",
    "giờ": "hour",
    "phút": "minute",
    "tháng": "month",
    "năm": "year",
    "working_day": "working_day",
    "workingday": "working_day",
    "work_day": "working_day",
    "day": "day",
    "hour": "hour",
    "minute": "minute",
    "month": "month",
    "year": "year",
}
UNIT_PATTERN: Final = r"Ngày làm việc|Giờ làm việc|Ngày|Giờ|Phút|Tháng|Năm"
_CELL: Final = re.compile(rf"^(\d+(?:[.,]\d+)?)\s*({UNIT_PATTERN})?\.?$", re.I)
_NO_TIME: Final = "Nguồn không ghi thời hạn giải quyết"
_NO_UNIT: Final = "Nguồn bị mất đơn vị của thời hạn (giờ, ngày hay ngày làm việc)"


def parse_time(cell: str, condition: str | None, issues: Issues, field: str = "methods.times") -> Duration:
    """Read one time cell; ``condition`` says when it applies and stays with the time.

    A number without a unit is never kept: it is stated as unknown (defect of the national portal, 2026-07).
    """
    found = _CELL.match(cell.strip())
    if found is None:
        kind = "time_not_entered" if is_empty(cell) else "time_not_whole"
        issues.add(kind, field, cell)  # type: ignore[arg-type]
        return Duration(unknown=_NO_TIME if is_empty(cell) else f"Nguồn ghi: {cell.strip()[:120]}", condition=condition)
    if found[2] is None:
        issues.add("time_unit_lost", field, cell)
        return Duration(unknown=_NO_UNIT, condition=condition)
    return _with_unit(found[1], UNITS[found[2].lower()], condition, issues, field)


def _with_unit(number: str, unit: TimeUnit, condition: str | None, issues: Issues, field: str) -> Duration:
    amount = float(number.replace(",", "."))
    if not amount.is_integer():
        issues.add("time_not_whole", field, number)
        return Duration(unknown="Nguồn ghi thời hạn là số lẻ, cần hỏi lại cơ quan tiếp nhận", condition=condition)
    if amount == 0:
        issues.add("time_not_entered", field, "0")
        return Duration(unknown=_NO_TIME, condition=condition)
    return Duration(value=int(amount), unit=unit, condition=condition)
