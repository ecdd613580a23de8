"""Made-up dossiers in the shape of real ones: three levels, two years, every status; the same for the same seed.

Names, phones and numbers belong to nobody: phones begin with 0000, personal numbers with 000. The share returned in
time, the fields and the units follow no statistic of any office.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.dossier import CLOSED, FINISHED, HANOI, Dossier, Status, StatusEvent
from core.facts import TimeUnit
from dossiers.deadline import due_at
from dossiers.facts import FactKind
from dossiers.reading import FACT_COLUMNS, Row
from dossiers.workdays import workdays_of

DISTRICTS_ENDED = date(2025, 7, 1)
_LEVELS = {"city": 0.15, "district": 0.35, "commune": 0.5}
_FAMILY = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý"]
_MIDDLE = ["Văn", "Thị", "Minh", "Thanh", "Đức", "Ngọc", "Quang", "Thu", "Hải", "Xuân"]
_GIVEN = [
    "An",
    "Bình",
    "Chi",
    "Dũng",
    "Giang",
    "Hà",
    "Hạnh",
    "Hiếu",
    "Hoa",
    "Khánh",
    "Lan",
    "Linh",
    "Mai",
    "Minh",
    "Nam",
    "Phúc",
    "Quân",
    "Sơn",
    "Thảo",
    "Trang",
    "Tuấn",
    "Yến",
]
_UNITS = {
    "city": [f"Sở mẫu số {n}" for n in range(1, 13)],
    "district": [f"UBND huyện mẫu số {n}" for n in range(1, 31)],
    "commune": [f"UBND xã, phường mẫu số {n}" for n in range(1, 127)],
}


@dataclass(frozen=True)
class Kind:
    """A kind of dossier of a level: what it is about and its time."""

    name: str
    field: str
    amount: int
    unit: TimeUnit = "working_day"


_KINDS = {
    "city": (
        Kind("Cấp phiếu lý lịch tư pháp", "Tư pháp", 10),
        Kind("Cấp giấy phép xây dựng công trình", "Xây dựng", 20),
        Kind("Đăng ký biến động quyền sử dụng đất", "Đất đai", 10),
        Kind("Cấp giấy phép lao động cho người nước ngoài", "Lao động", 5),
    ),
    "district": (
        Kind("Đăng ký hộ kinh doanh", "Đăng ký kinh doanh", 3),
        Kind("Cấp giấy phép xây dựng nhà ở riêng lẻ", "Xây dựng", 15),
        Kind("Chứng thực hợp đồng", "Chứng thực", 2),
        Kind("Chuyển mục đích sử dụng đất", "Đất đai", 15),
    ),
    "commune": (
        Kind("Đăng ký khai sinh", "Hộ tịch", 1),
        Kind("Cấp giấy xác nhận tình trạng hôn nhân", "Hộ tịch", 3),
        Kind("Chứng thực bản sao từ bản chính", "Chứng thực", 8, "hour"),
        Kind("Trợ cấp xã hội hằng tháng", "Bảo trợ xã hội", 10),
        Kind("Đăng ký hộ kinh doanh", "Đăng ký kinh doanh", 3),
    ),
}


def generate(count: int, until: date, seed: int = 2026) -> Iterator[Row]:
    """Yield ``count`` rows received in the two years up to ``until``; district level only before 2025-07-01."""
    chance = random.Random(seed)  # noqa: S311 - made-up data must be repeatable
    numbers: dict[str, int] = {}
    for line in range(1, count + 1):
        yield _row(line, chance, until, numbers)


def write(rows: Iterator[Row], path: Path) -> int:
    """Write rows as JSON lines that ``read_rows`` reads; returns how many."""
    with path.open("w", encoding="utf-8") as file:
        return sum(1 for row in rows if file.write(_json_line(row)))


def _json_line(row: Row) -> str:
    plain = row.dossier.model_dump(mode="json", exclude_none=True, exclude={"version", "as_of", "stale"})
    facts = {FACT_COLUMNS[kind]: value for kind, value in row.facts.items()}
    return json.dumps(plain | facts, ensure_ascii=False) + "\n"


def exact_shares() -> Iterator[Row]:
    """Yield 40,000 returned dossiers with exactly the source document's shares of 2021.

    City 4,973 of 5,000 in time (99.46), district 24,965 of 25,000 (99.86), commune 9,982 of 10,000 (99.82): together
    39,920 of 40,000 (99.80).
    """
    line = 0
    for level, total, late in (("city", 5_000, 27), ("district", 25_000, 35), ("commune", 10_000, 18)):
        for number in range(total):
            line += 1
            day = date(2021, 1, 4) + timedelta(days=number % 350)
            received = datetime.combine(day, time(9), HANOI)
            due = received + timedelta(days=3)
            finished = due + timedelta(days=1) if number < late else due - timedelta(days=number % 2)
            code = f"000.00.{('city', 'district', 'commune').index(level):02}.H26-{day:%y%m%d}-{number:05}"
            values = {"code": code, "received_at": received, "due_at": due, "finished_at": finished, "level": level,
                      "status": 10, "procedure_name": "Thủ tục mẫu", "field": "Lĩnh vực mẫu",
                      "unit": _UNITS[level][number % len(_UNITS[level])], "as_of": finished}  # fmt: skip
            yield Row(line, Dossier.model_validate(values), {})


def _row(line: int, chance: random.Random, until: date, numbers: dict[str, int]) -> Row:
    day = until - timedelta(days=chance.randrange(730))
    level = _level(chance, day)
    kind = chance.choice(_KINDS[level])
    number = chance.randrange(len(_UNITS[level]))
    prefix = f"H26.{('city', 'district', 'commune').index(level) + 1}.{number + 1}-{day:%y%m%d}"
    numbers[prefix] = numbers.get(prefix, 0) + 1
    received = datetime.combine(day, time(8), HANOI) + timedelta(minutes=chance.randrange(480))
    due = _due(received, kind.amount, kind.unit)
    values: dict[str, Any] = {
        "code": f"{prefix}-{numbers[prefix]:04}", "procedure_name": kind.name, "field": kind.field, "level": level,
        "unit": _UNITS[level][number], "holder": _name(chance), "received_at": received, "due_at": due,
        "allowed": kind.amount, "allowed_unit": kind.unit, "as_of": datetime.combine(until, time(17), HANOI),
        "return_place": f"Bộ phận Một cửa, {_UNITS[level][number]}",
    }  # fmt: skip
    dossier = Dossier.model_validate(values | _course(chance, received, due, until))
    facts: dict[FactKind, str] = {
        "phone": f"0000{chance.randrange(10**6):06}", "personal": f"000{chance.randrange(10**9):09}",
        "pin": f"{chance.randrange(10**6):06}",
    }  # fmt: skip
    return Row(line, dossier, facts)


def _level(chance: random.Random, day: date) -> str:
    level: str = chance.choices(list(_LEVELS), list(_LEVELS.values()))[0]
    return "commune" if level == "district" and day >= DISTRICTS_ENDED else level


@lru_cache(maxsize=20_000)
def _due_by_day(day: date, amount: int, unit: TimeUnit) -> datetime:
    due = due_at(datetime.combine(day, time(8), HANOI), amount, unit, workdays_of(""))
    assert due is not None  # there is no pause
    return due


def _due(received: datetime, amount: int, unit: TimeUnit) -> datetime:
    """The due time of the receipt; hours are counted from the next morning, which keeps this quick."""
    day = received.date() + timedelta(days=unit == "hour")
    return _due_by_day(day, amount, unit)


def _name(chance: random.Random) -> str:
    family, middle, given = chance.choice(_FAMILY), chance.choice(_MIDDLE), chance.choice(_GIVEN)
    return f"{family} {middle[0]}. {given[0]}."


def _course(chance: random.Random, received: datetime, due: datetime, until: date) -> dict[str, Any]:
    """Let a dossier go its way up to the last day: returned in time or late, or still somewhere on it."""
    late = chance.random() < 0.01
    finished = due + timedelta(days=chance.randrange(1, 9)) if late else _in_time(chance, received, due)
    accepted = StatusEvent(at=received, status=Status.ACCEPTED)
    if finished.date() > until:
        status = chance.choice(
            (Status.REGISTERED, Status.ACCEPTED, Status.PROCESSING, Status.SUPPLEMENT, Status.PAYMENT)
        )
        return {"status": status, "events": [accepted, StatusEvent(at=received, status=status)]}
    closed = chance.random() < 0.02
    status = chance.choice(sorted(CLOSED if closed else FINISHED))
    end = {"status": status, "events": [accepted, StatusEvent(at=finished, status=status)]}
    return end if closed else end | {"finished_at": finished}


def _in_time(chance: random.Random, received: datetime, due: datetime) -> datetime:
    day = due - timedelta(days=chance.choice((0, 0, 1, 2)))
    return max(day - timedelta(minutes=chance.randrange(120)), received)
