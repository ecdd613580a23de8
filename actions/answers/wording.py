"""How amounts, times, counts and days are written: one way everywhere."""

from __future__ import annotations

from datetime import date

from core.facts import Duration, Fee, MethodKind

METHODS: dict[MethodKind, str] = {"in_person": "nộp trực tiếp", "online": "nộp trực tuyến", "postal": "qua bưu chính"}
UNITS = {
    "minute": "phút",
    "hour": "giờ",
    "day": "ngày",
    "working_day": "ngày làm việc",
    "month": "tháng",
    "year": "năm",
}
_NAMES = (
    "Anh/Chị", "Ban ", "Ủy ban", "Hội đồng", "Cổng ", "Công an", "Bộ ", "Sở ", "Cục ", "Phòng ", "Văn phòng",
    "Trung tâm", "Điểm ", "Cơ sở dữ liệu", "Luật", "Nghị ", "Thông tư", "Quyết định", "Hà Nội", "Việt Nam",
    "Người Việt",
)  # fmt: skip
ASK_FIRST = "Anh/Chị nên gọi 19001009 hỏi lại trước khi đi."


def money(amount: int) -> str:
    """Write an amount in đồng with dots between thousands: ``8000`` → ``8.000 đồng``."""
    return f"{amount:,}".replace(",", ".") + " đồng"


def day_text(day: date) -> str:
    """Write a day as Vietnamese read it: ``20/07/2026``."""
    return day.strftime("%d/%m/%Y")


def sentence(text: str) -> str:
    """Return the text with its first letter in upper case and a full stop at its end."""
    text = text.strip()
    ended = text if text.endswith((".", "!", "?", ":", "…")) else f"{text}."
    return ended[:1].upper() + ended[1:]


def lower_first(text: str) -> str:
    """Return the text ready to follow a comma: first letter lower, unless a name or an abbreviation begins it."""
    first = text.split(" ", 1)[0]
    abbreviation = sum(letter.isupper() for letter in first) > 1
    return text if abbreviation or text.startswith(_NAMES) else text[:1].lower() + text[1:]


def duration(time: Duration, *, brief: bool = False) -> str:
    """Write one time with its unit, its condition and its note; an unknown one says so with the reason.

    ``brief`` leaves out notes and reasons, for the overview.
    """
    if time.unknown is not None:
        return "chưa có thời hạn xác nhận" + ("" if brief else f" ({lower_first(time.unknown)})")
    span = f"{time.value}" if time.value_max is None else f"{time.value}–{time.value_max}"
    unit = UNITS[time.unit] if time.unit else ""
    base = "giải quyết ngay" if time.value == 0 else f"{span} {unit}"
    return _qualified(base, time.condition, None if brief else time.note)


def fee(item: Fee, *, brief: bool = False) -> str:
    """Write one fee: name, amount with its unit, condition and note; an unknown or local one says so.

    ``brief`` leaves out notes and reasons, for the overview.
    """
    return _qualified(f"{item.name}: {_amount(item, brief)}", item.condition, None if brief else item.note)


def _amount(item: Fee, brief: bool) -> str:
    match item.kind:
        case "fixed":
            return money(item.amount or 0)
        case "per_unit":
            return f"{money(item.amount or 0)}/{item.unit}"
        case "range":
            return f"từ {money(item.amount or 0)} đến {money(item.amount_max or 0)}"
        case "free":
            return "không thu"
        case "set_locally":
            return "theo mức của Hội đồng nhân dân thành phố" + ("" if brief else ", nguồn không ghi số tiền")
        case "unknown":
            return "chưa có mức xác nhận" + ("" if brief else f" ({lower_first(item.reason or '')})")


def _qualified(base: str, condition: str | None, note: str | None) -> str:
    text = f"{base} – {lower_first(condition)}" if condition else base
    return f"{text} ({lower_first(note.rstrip('.'))})" if note else text
