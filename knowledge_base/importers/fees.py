"""Fees: from a cell and its bracketed explanation to a fee, stating as unknown whatever is not said in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from core.facts import Fee
from knowledge_base.importers.cells import is_empty, one_line
from knowledge_base.importers.issues import IssueKind, Issues
from knowledge_base.importers.letters import LOW

_FIELD: Final = "methods.fees"
SMALLEST_FEE: Final = 1000  # đồng; the portal's "20 VNĐ" stands for an amount whose thousands were lost

_AMOUNT_CELL: Final = re.compile(r"^([\d.,]+)\s*(Việt Nam Đồng|VNĐ|VND|Đồng|đ)$", re.I)
_FOREIGN: Final = re.compile(r"\d\s*(?:USD|EUR|đô la)|(?:USD|EUR)\b", re.I)
_MONEY: Final = re.compile(
    r"(?<![\d./])(\d{1,3}(?:[.,]\d{3})+)(?![\d.,]*\d)(?!\s*(?:kg|tấn|m2|m3|m²|m³|ha|GT|CV|km|lít|người|KW)\b)"
    r"|(?<![\d./])(\d{4,9})\s*(?:đồng|đ\b|vnđ|vnd|việt nam đồng)",
    re.I,
)
_MILLIONS: Final = re.compile(r"(\d{1,3}) triệu đồng", re.I)
_PER_UNIT: Final = re.compile(
    r"(?:đồng|đ|vnđ|^)\s*/\s*(?:0?1\s*)?(giấy chứng nhận|giấy phép|giấy thông hành|giấy xác nhận|"
    r"giấy công nhận|thẻ căn cước|thẻ abtc|lần cấp|lần đăng ký|tờ khai|hồ sơ|trường hợp|giao dịch|đơn hàng|phương tiện|"
    r"hợp đồng|chữ ký|văn bản|bản|trang|tờ|giấy|thẻ|lần|người|xe|biển|thửa|đơn)(?!\w)",
    re.I,
)
_LOCAL: Final = re.compile(
    r"(?:Hội đồng nhân dân|HĐND|Ủy ban nhân dân (?:cấp )?tỉnh|địa phương|từng tỉnh)[^.;]{0,80}(?:quy định|quyết định)"
    r"|(?:quy định|quyết định|nghị quyết) của (?:Hội đồng nhân dân|HĐND|Ủy ban nhân dân (?:cấp )?tỉnh|địa phương)",
    re.I,
)
_FREE_WORDS: Final = re.compile(
    r"^\W*(?:không có|không|không thu(?: phí| lệ phí| phí, lệ phí| phí, lệ phí)?|miễn phí|miễn lệ phí|"
    r"miễn thu(?: phí| lệ phí)?|không mất phí|không phải nộp (?:phí|lệ phí))\W*$",
    re.I,
)
_DATED: Final = re.compile(
    r"(?:từ|kể từ)(?: ngày)? (\d{1,2})/(\d{1,2})/(\d{4})[^.;]{0,30}?đến(?: hết)?(?: ngày)? (\d{1,2})/(\d{1,2})/(\d{4})",
    re.I,
)
_SENTENCE: Final = re.compile(rf"[{LOW}]{{4}}.*\s.*[{LOW}]{{3}}", re.I)
_FREE_UNTIL: Final = re.compile(r"miễn (?:thu )?(?:phí|lệ phí)[^.;]{0,20} từ ngày", re.I)
_REASONS: Final[dict[IssueKind, str]] = {
    "fee_not_entered": "Nguồn không ghi rõ mức phí, lệ phí",
    "fee_placeholder": "Nguồn chỉ dẫn văn bản quy định hoặc ghi số giữ chỗ, không có mức thu cụ thể",
    "fee_many_amounts": "Nguồn nêu nhiều mức tùy trường hợp, xem ghi chú",
    "fee_conflict": "Nguồn ghi hai mức khác nhau, cần hỏi lại cơ quan tiếp nhận",
    "fee_foreign_currency": "Nguồn ghi mức thu bằng ngoại tệ, xem ghi chú",
    "fee_in_words": "Nguồn diễn đạt mức thu bằng lời, xem ghi chú",
}


def parse_fee(cell: str, words: str, condition: str | None, issues: Issues, name: str = "Phí, lệ phí") -> Fee:
    """Read one fee.

    ``cell`` is the amount as entered ("Miễn phí", "20,000 VNĐ"), ``words`` the explanation that carries exemptions; it
    is kept as the fee's note. "Miễn phí" alone is unknown: the portal writes it also when no amount was entered.
    """
    reading = _Reading(name, one_line(cell), one_line(words), condition, issues)
    if _FOREIGN.search(reading.cell):
        return reading.unknown("fee_foreign_currency", f"{reading.cell} {reading.words}".strip())
    found = _AMOUNT_CELL.match(reading.cell)
    if found is not None and _number(found[1]) > 0:
        return reading.entered(_number(found[1]))
    return reading.nothing_entered()


@dataclass(frozen=True)
class _Reading:
    """One fee being read: its name, the cell, the words, the case in which it applies."""

    name: str
    cell: str
    words: str
    condition: str | None
    issues: Issues

    def nothing_entered(self) -> Fee:
        amounts = _amounts(self.words)
        if _LOCAL.search(self.words):
            self.issues.add("fee_placeholder", _FIELD, self.words)
            return Fee(name=self.name, kind="set_locally", note=self.words, condition=self.condition)
        if self.words and _FREE_WORDS.match(self.words) and not is_empty(self.cell):
            return Fee(name=self.name, kind="free", condition=self.condition, note=f"Nguồn ghi: {self.words}")
        if amounts:
            return self.unknown("fee_many_amounts" if len(amounts) > 1 else "fee_placeholder")
        if not is_empty(self.words):
            return self.unknown("fee_placeholder")
        if _SENTENCE.search(self.cell) and not re.match(r"miễn phí|không", self.cell, re.I):
            return self.unknown("fee_in_words", self.cell)
        return self.unknown("fee_not_entered", "")

    def entered(self, amount: int) -> Fee:
        amounts, (since, until) = _amounts(self.words), _dates(self.words)
        free_for_a_time = until is not None and _FREE_UNTIL.search(self.words) is not None
        if amount < SMALLEST_FEE:
            return self.unknown("fee_placeholder", detail=f"{amount} đồng. {self.words}")
        if until and len(amounts) == 1 and amount not in amounts and not free_for_a_time:
            # The cell holds the full fee, the words a lower one for a time: only the dated one is sure.
            amount = next(iter(amounts))
        elif amounts and amount not in amounts:
            return self.unknown("fee_conflict", detail=f"{amount} đồng. {self.words}")
        elif amounts - {amount}:
            return self.unknown("fee_many_amounts")
        if until and free_for_a_time:
            since, until = until + timedelta(days=1), None
        return self._stated(amount, since, until)

    def _stated(self, amount: int, since: date | None, until: date | None) -> Fee:
        unit = _PER_UNIT.search(self.words)
        return Fee(
            name=self.name,
            kind="per_unit" if unit else "fixed",
            amount=amount,
            unit=unit[1].lower() if unit else None,
            condition=self.condition,
            note=None if is_empty(self.words) else self.words,
            valid_from=since,
            valid_until=until,
        )

    def unknown(self, kind: IssueKind, note: str | None = None, detail: str | None = None) -> Fee:
        text = self.words if note is None else note
        self.issues.add(kind, _FIELD, detail or text or self.cell)
        return Fee(name=self.name, kind="unknown", reason=_REASONS[kind], note=text or None, condition=self.condition)


def _number(text: str) -> int:
    digits = re.sub(r"\D", "", text)
    return int(digits) if digits else 0


def _amounts(words: str) -> set[int]:
    plain = {_number(found[1] or found[2]) for found in _MONEY.finditer(words)}
    return (plain | {int(found[1]) * 1_000_000 for found in _MILLIONS.finditer(words)}) - {0}


def _dates(words: str) -> tuple[date | None, date | None]:
    found = _DATED.search(words)
    if found is None:
        return None, None
    day, month, year, last_day, last_month, last_year = (int(group) for group in found.groups())
    try:
        since, until = date(year, month, day), date(last_year, last_month, last_day)
    except ValueError:
        return None, None
    return (since, until) if since <= until else (None, None)
