"""What a citizen reads when a dossier moves: one change, or a digest of several; always one message on any channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.dossier import HANOI, Status
from dossiers.code import masked

# A digest of so many lines with names cut so short stays under 1,900 characters, which every channel takes whole.
DIGEST_LINES = 10
_NAME_ALONE, _NAME_IN_LINE = 300, 70
STOP = "Để ngừng nhận thông báo, Anh/Chị nhắn: hủy theo dõi."


@dataclass(frozen=True)
class Item:
    """One change inside a notice."""

    code: str
    version: int
    status: Status
    at: datetime
    procedure_name: str


def notice_text(items: Sequence[Item]) -> str:
    """Return what the citizen reads; the code without its running number, as others may see the screen."""
    if len(items) == 1:
        item = items[0]
        return (
            f"Thông báo hồ sơ: {_cut(item.procedure_name, _NAME_ALONE)} ({masked(item.code)}) chuyển sang trạng thái "
            f"“{item.status.word}” lúc {_moment(item.at)}.{_next(item.status)}\n{STOP}"
        )
    lines = [f"Anh/Chị có {len(items)} thay đổi về hồ sơ đang theo dõi:", *map(_line, items[-DIGEST_LINES:])]
    if len(items) > DIGEST_LINES:
        lines.append(
            f"Trên đây là {DIGEST_LINES} thay đổi mới nhất; để xem các hồ sơ khác, Anh/Chị nhắn: hồ sơ đang theo dõi."
        )
    return "\n".join([*lines, STOP])


def _line(item: Item) -> str:
    name = _cut(item.procedure_name, _NAME_IN_LINE)
    return f"• {name} ({masked(item.code)}): {item.status.word}, {_moment(item.at)}"


def _next(status: Status) -> str:
    words = {
        Status.SUPPLEMENT: " Mời Anh/Chị tra cứu hồ sơ để xem giấy tờ cần bổ sung.",
        Status.PAYMENT: " Mời Anh/Chị tra cứu hồ sơ để xem khoản cần nộp.",
        Status.DONE: " Mời Anh/Chị đến nhận kết quả, mang theo phiếu tiếp nhận và giấy tờ tùy thân.",
    }
    return words.get(status, "")


def _cut(name: str, most: int) -> str:
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(HANOI):%H:%M ngày %d/%m/%Y}"
