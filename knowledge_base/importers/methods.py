"""Methods: the flattened table of ways of filing, back into rows and then into methods."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from core.facts import Duration, Fee, Method, MethodKind
from knowledge_base.importers.cells import is_empty, one_line
from knowledge_base.importers.fees import parse_fee
from knowledge_base.importers.issues import Issues
from knowledge_base.importers.letters import UP
from knowledge_base.importers.times import UNIT_PATTERN, parse_time

KINDS: Final[dict[str, MethodKind]] = {
    "trực tiếp": "in_person",
    "trực tuyến": "online",
    "dịch vụ bưu chính": "postal",
    "direct": "in_person",
    "online": "online",
    "postal": "postal",
}
HEADER: Final = "Hình thức nộpThời gianPhí, lệ phíMô tả"
_KIND: Final = "Trực tuyến|Trực tiếp|Dịch vụ bưu chính"
_NO_INFO: Final = "Không có thông tin"
# A word of the first column starts a row at the table's beginning, where a time cell follows it, and where it is glued
# to capitals or text on both sides; in running text it does not.
_ROW: Final = re.compile(
    rf"(?=\A(?:{_KIND}))|(?<=[^\s(:])(?=(?:{_KIND})[{UP}])"
    rf"|(?=(?:{_KIND})(?:\d|{_NO_INFO}|Không phải trả kết quả|Không quy định(?=Miễn|{_NO_INFO}|\d)))"
)
_HEAD: Final = re.compile(rf"({_KIND})(.*)", re.S)
_TIME: Final = re.compile(rf"({_NO_INFO}|Không quy định|\d+(?:[.,]\d+)?\s*(?:{UNIT_PATTERN})|)", re.S)
_FEE: Final = re.compile(
    r"(Miễn phí|Không có thông tin|[\d.,]+\s*(?:Việt Nam Đồng|VNĐ|USD|EUR)|VNĐ|Việt Nam Đồng|)", re.S
)
_TIME_IN_WORDS: Final = re.compile(
    r"(.{4,200}?)(?=Miễn phí|Không có thông tin|\d[\d.,]*\s*(?:VNĐ|Việt Nam Đồng))", re.S
)
_BARE: Final = re.compile(r"(\d+)(?=Miễn phí|Không có thông tin)")
_GLUED: Final = re.compile(r"(\d[\d.,]*)\s*(?:Việt Nam Đồng|VNĐ|USD)|\d[\d.,]*")
_CONDITION_LENGTH: Final = 600


@dataclass(frozen=True)
class Row:
    """One row of the table as text: kind, time, fee, the fee's explanation, description."""

    kind: MethodKind
    time: str
    fee: str
    fee_words: str = ""
    description: str = ""
    fee_name: str = "Phí, lệ phí"


def split_rows(text: str) -> list[Row]:
    """Split a flattened table of the portal into rows; text before the first row is not returned."""
    body = text.removeprefix(HEADER)
    rows = []
    for piece in _ROW.split(body):
        head = _HEAD.match(piece)
        if head is not None:
            rows.append(_row(KINDS[head[1].lower()], head[2]))
    return rows


def _row(kind: MethodKind, rest: str) -> Row:
    time, rest = _take_time(rest)
    if time == "?":
        fee, rest = "", _GLUED.sub("", rest, count=1)
    else:
        found = _FEE.match(rest)
        fee = found[1] if found else ""
        rest = rest[len(fee) :]
    words, description = _bracketed(rest)
    return Row(kind, "" if time == _NO_INFO else time, fee, words, one_line(description))


def _take_time(rest: str) -> tuple[str, str]:
    """Return the time cell and the rest; "?" where the number is glued to the amount, so that neither can be told."""
    if bare := _BARE.match(rest):
        return bare[1], rest[bare.end() :]
    found = _TIME.match(rest)
    time = found[1] if found else ""
    if not time and not rest[:1].isdigit() and (words := _TIME_IN_WORDS.match(rest)):
        time = words[1]
    if time:
        return time, rest[len(time) :]
    return ("?" if rest[:1].isdigit() else ""), rest


def _bracketed(text: str) -> tuple[str, str]:
    """Return the text in the brackets at the start, and what follows them; unbalanced brackets take everything."""
    if not text.startswith("("):
        return "", text
    depth = 0
    for position, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return text[1:position], text[position + 1 :]
    return text[1:], ""


def build_methods(rows: Iterable[Row], issues: Issues) -> tuple[Method, ...]:
    """Join the rows of each way of filing into one method with its times and fees, without doubles.

    Where a way has several rows, the description of each row says when its time and fee apply.
    """
    by_kind: dict[MethodKind, list[Row]] = {}
    for row in dict.fromkeys(rows):
        by_kind.setdefault(row.kind, []).append(row)
    if not by_kind:
        issues.add("method_missing", "methods")
        return (_unstated(),)
    return tuple(_method(kind, group, issues) for kind, group in by_kind.items())


def _method(kind: MethodKind, rows: list[Row], issues: Issues) -> Method:
    several = len(rows) > 1
    times: dict[Duration, None] = {}
    fees: dict[Fee, None] = {}
    for row in rows:
        condition = row.description[:_CONDITION_LENGTH] if several and not is_empty(row.description) else None
        times[_time(row, condition, issues)] = None
        fees[parse_fee(row.fee, row.fee_words, condition, issues, row.fee_name)] = None
    note = None if several or is_empty(rows[0].description) else rows[0].description
    return Method(kind=kind, times=tuple(times), fees=tuple(fees), note=note)


def _time(row: Row, condition: str | None, issues: Issues) -> Duration:
    if row.time == "?":
        issues.add("time_unit_lost", "methods.times", "số dính với mức phí")
        return Duration(unknown="Nguồn bị dính thời hạn với mức phí, không đọc được", condition=condition)
    return parse_time(row.time, condition, issues)


def _unstated() -> Method:
    return Method(
        kind="in_person",
        times=(Duration(unknown="Nguồn không ghi thời hạn giải quyết"),),
        fees=(Fee(name="Phí, lệ phí", kind="unknown", reason="Nguồn không ghi mức phí, lệ phí"),),
        note="Nguồn không ghi cách thức nộp; Anh/Chị nên hỏi cơ quan tiếp nhận trước khi đi.",
    )
