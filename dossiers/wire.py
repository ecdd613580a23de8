"""The JSON of a one-stop information system, translated both ways; the names are Vietnamese, as such systems have them.

A field that we need and that is missing, or a status that nobody defined, is an error: a guessed state is a wrong one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from core.dossier import HANOI, Change, Dossier, DossierUnavailable, Status, StatusEvent, Step, Tally
from dossiers.facts import masked_name

T = TypeVar("T")
_LEVELS: Final = {"TINH": "city", "HUYEN": "district", "XA": "commune"}
_LEVEL_WORDS: Final = {ours: theirs for theirs, ours in _LEVELS.items()}
_NAMES: Final = {
    "code": "maHoSo", "procedure_code": "maThuTuc", "procedure_name": "tenThuTuc", "field": "linhVuc",
    "unit": "donVi", "level": "cap", "holder": "chuHoSo", "status": "trangThai", "step": "buoc",
    "received_at": "ngayTiepNhan", "due_at": "ngayHenTra", "new_due_at": "ngayHenLai",
    "finished_at": "ngayHoanThanh", "allowed": "thoiHan", "allowed_unit": "donViThoiHan", "reason": "lyDo",
    "supplement": "giayToBoSung", "return_place": "noiTraKetQua", "version": "phienBan",
}  # fmt: skip
_MOMENTS: Final = ("received_at", "due_at", "new_due_at", "finished_at")
_TALLY: Final = {
    "key": "nhom", "early": "truocHan", "on_time": "dungHan", "late": "quaHan", "undated": "khongHen",
    "in_progress": "dangXuLy", "overdue": "dangQuaHan", "closed": "khongTraKetQua",
}  # fmt: skip


class DossierUnreadable(DossierUnavailable):
    """The system answered with something that cannot be read for sure."""

    citizen_text = (
        "Xin lỗi Anh/Chị, hệ thống hồ sơ trả về thông tin mà tôi chưa đọc được chắc chắn, nên tôi không đoán. "
        "Anh/Chị vui lòng thử lại sau, hoặc gọi 19001009 để được cán bộ tra cứu giúp."
    )


def dossier_from(data: Any, as_of: datetime) -> Dossier:
    """Translate one dossier.

    Raises:
        DossierUnreadable: a field is missing or makes no sense, or the status is none of the ten.
    """
    values: dict[str, Any] = {ours: _get(data, theirs) for ours, theirs in _NAMES.items()}
    values = {name: value for name, value in values.items() if value is not None}
    try:
        values["status"] = _status(values.get("status"))
        values["level"] = _LEVELS[values["level"]]
        values |= {name: _moment(values[name]) for name in _MOMENTS if name in values}
        values |= {"step": Step(values["step"])} if "step" in values else {}
        values |= {"holder": masked_name(values["holder"])} if "holder" in values else {}
        values["events"] = [_event_from(event) for event in _get(data, "lichSu") or ()]
        dossier = Dossier.model_validate({**values, "as_of": as_of})
    except (ValidationError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DossierUnreadable(f"a dossier cannot be read: {_where(error)}") from error
    _refuse_mojibake(dossier.procedure_name, dossier.unit)
    return dossier


def change_from(data: Any) -> Change:
    """Translate a line of the change feed.

    Raises:
        DossierUnreadable: as for a dossier.
    """
    try:
        change = Change(
            cursor=data["soThuTu"], code=data["maHoSo"], version=data["phienBan"], status=_status(data["trangThai"]),
            at=_moment(data["thoiDiem"]), procedure_name=data["tenThuTuc"],
        )  # fmt: skip
    except (ValidationError, ValueError, KeyError, TypeError) as error:
        raise DossierUnreadable(f"a change cannot be read: {_where(error)}") from error
    _refuse_mojibake(change.procedure_name)
    return change


def tally_from(data: Any) -> Tally:
    """Translate the counts of one group.

    Raises:
        DossierUnreadable: as for a dossier.
    """
    try:
        counts = {ours: int(data[theirs]) for ours, theirs in _TALLY.items() if ours != "key"}
        return Tally(str(data[_TALLY["key"]]), **counts)
    except (ValueError, KeyError, TypeError) as error:
        raise DossierUnreadable(f"a count cannot be read: {_where(error)}") from error


def dossier_to(dossier: Dossier) -> dict[str, Any]:
    """Write a dossier as the system would send it."""
    plain = dossier.model_dump(mode="json", exclude_none=True)
    values = {theirs: plain[ours] for ours, theirs in _NAMES.items() if ours in plain}
    values["cap"] = _LEVEL_WORDS[dossier.level]
    values["trangThai"] = dossier.status.word
    values["lichSu"] = [
        {"thoiDiem": event.at.isoformat(), "trangThai": event.status.word,
         **({"buoc": event.step.value} if event.step else {}), **({"ghiChu": event.note} if event.note else {})}
        for event in dossier.events
    ]  # fmt: skip
    return values


def change_to(change: Change) -> dict[str, Any]:
    """Write a change as the system would send it."""
    return {
        "soThuTu": change.cursor, "maHoSo": change.code, "phienBan": change.version, "trangThai": int(change.status),
        "thoiDiem": change.at.isoformat(), "tenThuTuc": change.procedure_name,
    }  # fmt: skip


def tally_to(tally: Tally) -> dict[str, Any]:
    """Write the counts of one group as the system would send them."""
    return {theirs: getattr(tally, ours) for ours, theirs in _TALLY.items()}


def _event_from(data: Any) -> StatusEvent:
    step = data.get("buoc")
    return StatusEvent(
        at=_moment(data["thoiDiem"]), status=_status(data["trangThai"]), step=Step(step) if step else None,
        note=data.get("ghiChu"),
    )  # fmt: skip


def _status(value: Any) -> Status:
    """Read one of the ten by number or words."""
    by_word = {status.word.casefold(): status for status in Status}
    known = by_word.get(str(value).strip().casefold())
    return known if known is not None else Status(int(value))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=HANOI)


def _get(data: Any, name: str) -> Any:
    if not isinstance(data, dict):
        raise DossierUnreadable("an object was expected")
    return data.get(name)


def _refuse_mojibake(*texts: str) -> None:
    """Refuse UTF-8 that was read as Latin-1 or Windows-1252 on its way: real Vietnamese does not survive that."""
    for text in texts:
        if "�" in text or any(_misread(text, codec) for codec in ("latin-1", "cp1252")):
            raise DossierUnreadable("a text came in a wrong encoding")


def _misread(text: str, codec: str) -> bool:
    try:
        return text.encode(codec).decode("utf-8") != text
    except UnicodeError:
        return False


def _where(error: Exception) -> str:
    """Name the field, never the value."""
    if isinstance(error, ValidationError):
        return ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
    return type(error).__name__
