"""Issues: what an import repaired, marked as unknown or could not read, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

IssueKind = Literal[
    "time_unit_lost",
    "time_not_entered",
    "time_not_whole",
    "fee_not_entered",
    "fee_placeholder",
    "fee_many_amounts",
    "fee_conflict",
    "fee_foreign_currency",
    "fee_in_words",
    "internal_code",
    "abolished_level",
    "page_chrome",
    "scrambled_text",
    "papers_not_a_table",
    "quantity_glued",
    "form_name_glued",
    "text_left_over",
    "method_missing",
    "office_missing",
    "level_missing",
    "field_missing",
    "code_suffix",
    "duplicate_code",
    "bad_code",
    "bad_record",
]
Severity = Literal["repaired", "marked", "lost"]

REPAIRED: Final[frozenset[IssueKind]] = frozenset({"page_chrome", "code_suffix"})
LOST: Final[frozenset[IssueKind]] = frozenset({"bad_code", "bad_record", "duplicate_code"})

MEANING: Final[dict[IssueKind, str]] = {
    "time_unit_lost": "Mất đơn vị thời gian: không hiển thị con số trơ trọi",
    "time_not_entered": "Nguồn không nhập thời hạn",
    "time_not_whole": "Thời hạn không phải số nguyên hoặc không đọc được",
    "fee_not_entered": "Nguồn không nhập mức phí (kể cả “Miễn phí” không kèm giải thích)",
    "fee_placeholder": "Mức phí chỉ là giá trị giữ chỗ (địa phương quy định, dẫn văn bản, hoặc số quá nhỏ)",
    "fee_many_amounts": "Nguồn nêu nhiều mức phí tùy trường hợp trong một ô",
    "fee_conflict": "Số tiền trong ô khác số tiền trong phần giải thích",
    "fee_foreign_currency": "Mức phí ghi bằng ngoại tệ",
    "fee_in_words": "Mức phí diễn đạt bằng lời, không có số tiền",
    "internal_code": "Mã bắt đầu bằng 5 hoặc 6: có vẻ là thủ tục nội bộ",
    "abolished_level": "Nhắc tới cấp huyện (bỏ từ 01/7/2025)",
    "page_chrome": "Lẫn chữ của giao diện trang web, đã cắt bỏ",
    "scrambled_text": "Câu chữ bị xáo trộn hoặc đứt đoạn",
    "papers_not_a_table": "Thành phần hồ sơ không ở dạng bảng",
    "quantity_glued": "Số lượng dính vào tên giấy tờ",
    "form_name_glued": "Tên tệp biểu mẫu dính vào tên giấy tờ",
    "text_left_over": "Còn đoạn chữ không xếp được vào bảng",
    "method_missing": "Không đọc được cách thức nộp nào",
    "office_missing": "Nguồn không ghi cơ quan thực hiện",
    "level_missing": "Nguồn không ghi cấp thực hiện",
    "field_missing": "Nguồn không ghi lĩnh vực",
    "code_suffix": "Mã có phần đuôi của cơ quan, đã bỏ đuôi",
    "duplicate_code": "Mã đã xuất hiện trước đó trong cùng tệp",
    "bad_code": "Mã thủ tục không đúng dạng",
    "bad_record": "Bản ghi không đọc được",
}


class Issue(BaseModel):
    """One finding: the procedure's code (or ``line N``), the kind, the field and what was seen."""

    model_config = ConfigDict(frozen=True)

    code: str
    kind: IssueKind
    field: str
    detail: str = ""

    @property
    def severity(self) -> Severity:
        """``repaired`` the value is good now; ``marked`` it is stated as unknown or flagged; ``lost`` not imported."""
        if self.kind in LOST:
            return "lost"
        return "repaired" if self.kind in REPAIRED else "marked"


class Issues:
    """Collects the issues of one record; the same kind in the same field is kept once with its first detail."""

    def __init__(self, code: str) -> None:
        self.code = code
        self._found: dict[tuple[IssueKind, str], Issue] = {}

    def add(self, kind: IssueKind, field: str, detail: str = "") -> None:
        """Note an issue; ``detail`` is cut at 160 characters."""
        self._found.setdefault((kind, field), Issue(code=self.code, kind=kind, field=field, detail=detail[:160]))

    def __iter__(self) -> Iterator[Issue]:
        return iter(self._found.values())

    def __len__(self) -> int:
        return len(self._found)

    def kinds(self) -> frozenset[IssueKind]:
        """Return the kinds found so far."""
        return frozenset(kind for kind, _ in self._found)
