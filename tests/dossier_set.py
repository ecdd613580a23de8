"""A few made-up dossiers with known codes and facts, one for each thing that people ask about."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from core.dossier import HANOI, Dossier, Status, StatusEvent
from dossiers.facts import FactKind
from dossiers.reading import Row

RUNNING, OVERDUE, SUPPLEMENT, DONE, STOPPED = (f"H26.9.1-261102-730{n}" for n in range(1, 6))
FACTS: dict[FactKind, str] = {"phone": "0000 345 678", "personal": "000099123456", "pin": "246813"}


def rows(now: datetime | None = None) -> list[Row]:
    """Return the set as of a moment: due dates lie around it."""
    at = now or datetime.now(HANOI)
    received = datetime.combine(at.astimezone(HANOI).date() - timedelta(days=21), time(9), HANOI)

    def row(line: int, code: str, status: Status, **more: Any) -> Row:
        values: dict[str, Any] = {
            "code": code, "procedure_code": "1.001193", "procedure_name": "Đăng ký khai sinh", "level": "commune",
            "unit": "UBND phường mẫu số 9", "holder": "Nguyễn V. A.", "status": status, "received_at": received,
            "due_at": at + timedelta(days=9), "as_of": at, "return_place": "Bộ phận Một cửa, UBND phường mẫu số 9",
            "events": (StatusEvent(at=received, status=Status.ACCEPTED), StatusEvent(at=at, status=status)), **more,
        }  # fmt: skip
        return Row(line, Dossier.model_validate(values), FACTS)

    return [
        row(1, RUNNING, Status.PROCESSING),
        row(2, OVERDUE, Status.PROCESSING, due_at=at - timedelta(days=7)),
        row(3, SUPPLEMENT, Status.SUPPLEMENT, supplement=("Giấy chứng sinh",), reason="Thiếu giấy tờ"),
        row(4, DONE, Status.DONE, finished_at=at - timedelta(days=1)),
        row(5, STOPPED, Status.STOPPED, reason="Không đủ điều kiện"),
    ]
