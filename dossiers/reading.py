"""Reads dossiers from the files of an office (CSV or JSON lines): a row, or what is wrong with its line."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from viet_nlu.text import nfc

from core.dossier import HANOI, Dossier, Status, Step
from core.errors import SetupError
from dossiers.code import find_dossier_code
from dossiers.facts import FactKind, masked_name

FACT_COLUMNS: dict[FactKind, str] = {"phone": "phone", "personal": "personal_number", "pin": "pin"}
REQUIRED = ("code", "procedure_name", "unit", "level", "status", "received_at")
COLUMNS = frozenset({*Dossier.model_fields, *FACT_COLUMNS.values()} - {"version", "as_of", "stale"})
_MOMENTS = ("received_at", "due_at", "new_due_at", "finished_at")
_STATUSES = {status.word.casefold(): status for status in Status}
_STEPS = {step.value.casefold(): step for step in Step}
_LEVELS = {"cấp thành phố": "city", "cấp tỉnh": "city", "cấp huyện": "district", "cấp xã": "commune"}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_VIETNAMESE_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_BAD_BYTE = "�"


@dataclass(frozen=True)
class Row:
    """One readable line: the dossier and the plain facts, which go no further than their hashing."""

    line: int
    dossier: Dossier
    facts: Mapping[FactKind, str]

    def __repr__(self) -> str:
        return f"Row(line={self.line})"


@dataclass(frozen=True)
class LineError:
    """A line that was left out, and why, in words for the officer who sends the file; never a value of the line."""

    line: int
    reason: str


def read_rows(path: Path, now: datetime) -> Iterator[Row | LineError]:
    """Yield each line of a ``.csv`` (with a header; comma or semicolon) or ``.jsonl`` file as a row or an error.

    Raises:
        SetupError: the file is of another kind, or its header lacks a required column.
    """
    if path.suffix.lower() not in (".csv", ".jsonl"):
        raise SetupError(f"{path.name} is neither .csv nor .jsonl: save it as one of them.")
    records = _csv(path) if path.suffix.lower() == ".csv" else _jsonl(path)
    seen: dict[str, int] = {}
    for line, record in records:
        row = record if isinstance(record, LineError) else _row(line, record, now)
        if isinstance(row, Row):
            first = seen.setdefault(row.dossier.code, line)
            if first != line:
                row = LineError(line, f"code: the same dossier is already on line {first}")
        yield row


def _csv(path: Path) -> Iterator[tuple[int, dict[str, Any] | LineError]]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        head = file.readline()
        file.seek(0)
        reader = csv.reader(file, delimiter=";" if head.count(";") > head.count(",") else ",")
        names = [name.strip() for name in next(reader, [])]
        missing = [name for name in REQUIRED if name not in names]
        if missing:
            raise SetupError(f"{path.name} lacks the column {missing[0]!r}: the first line names the columns.")
        for number, cells in _lines_of(reader):
            if cells and len(cells) != len(names):
                yield number, LineError(number, f"{len(cells)} cells where the header has {len(names)} columns")
            elif cells:
                yield number, dict(zip(names, cells, strict=True))


def _lines_of(reader: Any) -> Iterator[tuple[int, list[str]]]:
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = ["unreadable"]
        yield reader.line_num, cells


def _jsonl(path: Path) -> Iterator[tuple[int, dict[str, Any] | LineError]]:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        for number, text in enumerate(file, 1):
            if not text.strip():
                continue
            try:
                record = json.loads(text)
            except (json.JSONDecodeError, RecursionError):
                yield number, LineError(number, "not a JSON object")
                continue
            yield number, record if isinstance(record, dict) else LineError(number, "not a JSON object")


def _row(line: int, record: dict[str, Any], now: datetime) -> Row | LineError:
    unknown = sorted(set(record) - COLUMNS)
    if unknown:
        return LineError(line, f"unknown column {unknown[0][:40]!r}: use {', '.join(sorted(COLUMNS))}")
    if not _is_clean(record):
        return LineError(line, "not UTF-8: save the file as UTF-8")
    try:
        values = {name: _value(name, _tidy(value)) for name, value in record.items() if value not in ("", None)}
        facts = {kind: str(values.pop(column)) for kind, column in FACT_COLUMNS.items() if column in values}
        values["holder"] = masked_name(str(values["holder"])) if "holder" in values else None
        dossier = Dossier.model_validate({**values, "as_of": now})
        _in_order(dossier)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        return LineError(line, f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}")
    except ValueError as error:
        return LineError(line, str(error))
    return Row(line, dossier, facts)


def _value(name: str, value: Any) -> Any:
    if name == "code":
        return _code(str(value))
    if name == "status":
        return _status(value)
    if name == "step":
        return _STEPS.get(str(value).casefold(), value)
    if name == "level":
        return _LEVELS.get(str(value).casefold(), value)
    if name in _MOMENTS:
        return _moment(name, str(value))
    return _list(name, value)


def _list(name: str, value: Any) -> Any:
    """A cell holds several papers divided by ``|``, and events as JSON; JSON lines hold lists."""
    if name == "supplement" and isinstance(value, str):
        return [part.strip() for part in value.split("|") if part.strip()]
    if name != "events":
        return value
    try:
        events = json.loads(value) if isinstance(value, str) else value
        return [{**event, "status": _status(event["status"]), "at": _moment("events", event["at"])} for event in events]
    except (json.JSONDecodeError, TypeError, KeyError) as error:
        raise ValueError("events: a list of {at, status} is needed") from error


def _code(text: str) -> str:
    code = find_dossier_code(text)
    if code is None:
        raise ValueError("code: not a dossier code such as H26.1-251225-0001")
    return code


def _status(value: Any) -> int:
    """Read a status by its number or the portal's words."""
    number = _STATUSES.get(str(value).casefold(), value)
    try:
        return Status(int(number))
    except ValueError as error:
        raise ValueError("status: neither a number from 1 to 10 nor one of the portal's words") from error


def _moment(name: str, text: str) -> datetime:
    """Read ISO 8601 or ``25/12/2025 14:30``; without a zone it is Hanoi's time."""
    found = _VIETNAMESE_DAY.fullmatch(text)
    try:
        if found:
            day, month, year, hour, minute, second = (int(part or 0) for part in found.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=HANOI)
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{name}: not a time such as 2025-12-25 14:30 or 25/12/2025 14:30") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=HANOI)


def _in_order(dossier: Dossier) -> None:
    if dossier.due_at and dossier.due_at < dossier.received_at:
        raise ValueError("due_at: before received_at")
    if dossier.finished_at and dossier.finished_at < dossier.received_at:
        raise ValueError("finished_at: before received_at")


def _is_clean(record: dict[str, Any]) -> bool:
    """Tell whether every character came through: no replaced byte, no half of a surrogate pair."""
    try:
        return _BAD_BYTE.encode() not in json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False


def _tidy(value: Any) -> Any:
    """One spelling and no control characters, in every text inside a value."""
    if isinstance(value, str):
        return nfc(_CONTROL.sub(" ", value)).strip()
    if isinstance(value, list):
        return [_tidy(part) for part in value]
    if isinstance(value, dict):
        return {name: _tidy(part) for name, part in value.items()}
    return value
