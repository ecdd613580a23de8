"""Topic "privacy": what is kept, and erasing it on request (Law 91/2025/QH15, Decree 356/2025/NĐ-CP)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from viet_nlu.text import fold

from actions.misses import HUMAN
from actions.services import Services
from actions.turn import Outcome, TopicAction, Turn, payload
from core.dossier import DossierUnavailable
from core.message import Button, Reply, ReplyKind

if TYPE_CHECKING:
    from actions.dossier_room import DossierRoom
    from actions.subject_requests import Kind

TEXT = (
    "Về dữ liệu của Anh/Chị:\n"
    "• Tôi lưu nội dung trò chuyện tối đa 90 ngày để trả lời tiếp câu chuyện, không dùng cho việc khác.\n"
    "• Anh/Chị không cần gửi số định danh, ảnh giấy tờ hay mật khẩu để hỏi thủ tục.\n"
    "• Anh/Chị có quyền yêu cầu xem, xóa dữ liệu hoặc rút lại sự đồng ý (Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15). "
    "Để xóa, Anh/Chị nhắn: xóa dữ liệu của tôi. Để yêu cầu xem, Anh/Chị gọi 19001009."
)
SURE = (
    "Anh/Chị muốn xóa dữ liệu trong cuộc trò chuyện này? Tôi sẽ xóa nội dung tin nhắn, phiên xác nhận hồ sơ, việc theo "
    "dõi hồ sơ và các thông báo đang chờ. Việc này không hoàn lại được; hồ sơ đã nộp ở cơ quan nhà nước không bị ảnh "
    "hưởng. Anh/Chị xác nhận giúp tôi ạ."
)
DONE = (
    "Đã xóa phiên xác nhận hồ sơ, việc theo dõi hồ sơ và các thông báo đang chờ. Nội dung tin nhắn trước đó được xóa "
    "trong ít phút nữa.\n"
    "Phần còn giữ theo quy định: thời điểm nhắn tin (không có nội dung, tối đa 90 ngày) và nhật ký yêu cầu, nhật ký "
    "tra cứu dưới dạng mã hóa không đọc được. Hồ sơ đã nộp do cơ quan tiếp nhận quản lý theo pháp luật về lưu trữ."
)
KEPT = "Dạ, tôi giữ nguyên và không xóa gì. Anh/Chị cần hỏi thêm điều gì ạ?"
NOWHERE = "Hiện tôi chưa thực hiện được việc xóa tại đây. Anh/Chị gọi 19001009 để được thực hiện ạ."
AWAY = (
    "Xin lỗi Anh/Chị, hệ thống đang bận nên tôi chưa xóa được. Anh/Chị vui lòng thử lại sau ít phút, hoặc gọi 19001009."
)
ERASE = Button(title="Xóa dữ liệu", payload=payload("ask_privacy", wish="erase_now"))
KEEP = Button(title="Không xóa", payload=payload("ask_privacy", wish="keep"))

_WITHDRAW = re.compile(r"\b(?:rut|huy|thu hoi)\b.{0,14}\bdong y\b|\bkhong dong y\b.{0,12}\b(?:luu|dung|xu ly)\b")
_ERASE = re.compile(
    r"\bxoa\b.{0,24}\b(?:du lieu|thong tin|tin nhan|chat|lich su|hoi thoai|tro chuyen|so dien thoai|so can cuoc|cccd"
    r"|nhung gi|noi dung)\b"
)
_YES = re.compile(
    r"(?:(?:co|vang|da|u|ok|oke|dong y|chac chan|chac|xac nhan|duoc|xoa)\b\W*)+"
    r"(?:(?:di|het|luon|giup|toi|ngay|a|nhe)\b\W*)*"
)
_NO = re.compile(r"(?:thoi|khong|ko|k|huy|dung xoa)\b.{0,24}")
_FORGOTTEN = ("last_reply", "answered", "history", "offered", "explained", "focus_procedure", "focus_aspect",
              "focus_case", "dossier_open", "dossier_said")  # fmt: skip


@dataclass(frozen=True)
class ActionPrivacy:
    """Answers questions about personal data, and erases it after one confirmation."""

    services: Services
    name: str = "action_privacy"

    def respond(self, turn: Turn) -> Outcome:
        """Tell what is kept, ask whether to erase, or do it."""
        asked, wish = turn.slots.get("erase_asked"), turn.entity("wish")
        if wish == "keep" or (asked and wish is None and is_no(turn)):
            return _said(KEPT)
        if wish == "erase_now" or (asked and is_yes(turn)):
            return self._erased(turn, "withdraw" if asked == "withdraw" else "erase")
        kind = wished(turn.text)
        if kind is None:
            return _said(TEXT, HUMAN)
        reply = Reply(kind=ReplyKind.CLARIFY, text=SURE, options=(ERASE, KEEP))
        return Outcome(reply, {"misses": 0, "erase_asked": kind})

    def takes(self, turn: Turn, action: str) -> bool:
        """Tell whether a turn answers our question whether to erase, whatever was understood of it."""
        return bool(turn.slots.get("erase_asked")) and action != self.name and (is_yes(turn) or is_no(turn))

    def _erased(self, turn: Turn, kind: Kind) -> Outcome:
        try:
            room = self.services.dossiers()
            if room is None:
                return _said(NOWHERE, HUMAN)
            _erase(room, turn.conversation, kind)
        except DossierUnavailable:
            return _said(AWAY, HUMAN)
        return Outcome(_said(DONE).reply, {**dict.fromkeys(_FORGOTTEN), "misses": 0, "erase_asked": None})


def wished(text: str) -> Kind | None:
    """Return what a text asks to be done with the person's data, or ``None``."""
    folded = " ".join(fold(text).split())
    if _WITHDRAW.search(folded):
        return "withdraw"
    return "erase" if _ERASE.search(folded) else None


def is_yes(turn: Turn) -> bool:
    """Tell whether a turn confirms; words that decline win over an intent that was read from them."""
    folded = " ".join(fold(turn.text).split())
    return not is_no(turn) and (turn.intent == "affirm" or _YES.fullmatch(folded) is not None)


def is_no(turn: Turn) -> bool:
    """Tell whether a turn declines."""
    return turn.intent == "deny" or _NO.fullmatch(" ".join(fold(turn.text).split())) is not None


def _erase(room: DossierRoom, conversation: str, kind: Kind) -> None:
    """What follows the person ends now; the words said before are the worker's to erase, after this answer."""
    from actions.subject_requests import ask  # noqa: PLC0415 - with the room, which most conversations never need

    ask(room.vault.transactions, conversation, kind)
    room.desk.erase(conversation)
    room.vault.forget(conversation)


def _said(text: str, *options: Button) -> Outcome:
    reply = Reply(kind=ReplyKind.SMALLTALK, text=text, options=options)
    return Outcome(reply, {"misses": 0, "erase_asked": None})


def actions(services: Services) -> list[TopicAction]:
    """Return the actions of this topic."""
    return [ActionPrivacy(services)]
