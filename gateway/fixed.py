"""Answers that need no understanding: the greeting of a new contact, and to attachments, which nobody reads here."""

from __future__ import annotations

from core.message import Incoming, Reply, ReplyKind
from core.wording import AUTOMATIC_NOTICE

GREETING = (
    "Xin chào Anh/Chị! Tôi là Trợ lý Một cửa, hỗ trợ tra cứu thủ tục hành chính: giấy tờ cần nộp, lệ phí, "
    f"thời gian và nơi giải quyết. {AUTOMATIC_NOTICE} Anh/Chị muốn hỏi về thủ tục nào ạ?"
)
RESUMED = "Trợ lý tự động tiếp tục hỗ trợ Anh/Chị từ đây. Khi cần gặp lại cán bộ, Anh/Chị vui lòng nhắn “gặp cán bộ” ạ."
_ONLY_TEXT = "Anh/Chị vui lòng gõ câu hỏi bằng chữ giúp tôi ạ."
_ATTACHMENTS = {
    "audio": f"Tôi chưa nghe được tin nhắn thoại. {_ONLY_TEXT}",
    "location": "Tôi đã nhận được vị trí nhưng chưa tra cứu theo bản đồ được. "
    "Anh/Chị vui lòng gõ tên phường hoặc xã giúp tôi ạ.",
    "sticker": "Dạ, tôi có thể giúp gì cho Anh/Chị ạ? Anh/Chị muốn hỏi về thủ tục nào, vui lòng gõ tên thủ tục.",
    "gif": "Dạ, tôi có thể giúp gì cho Anh/Chị ạ? Anh/Chị muốn hỏi về thủ tục nào, vui lòng gõ tên thủ tục.",
}
_OTHER = (
    f"Tôi chỉ đọc được tin nhắn bằng chữ. {_ONLY_TEXT} "
    "Để giữ an toàn thông tin cá nhân, Anh/Chị không cần gửi ảnh hay bản chụp giấy tờ ở đây."
)


SLOW_DOWN = Reply(
    kind=ReplyKind.SMALLTALK,
    text="Anh/Chị đang gửi hơi nhanh, mong Anh/Chị gửi chậm lại giúp tôi ạ. Khi nhiều tin đến cùng lúc, tôi gộp lại và "
    "trả lời chung một lần; Anh/Chị vui lòng viết gọn câu hỏi vào một tin nhắn.",
)


def fixed_reply(message: Incoming) -> Reply | None:
    """Return the answer to a message that holds nothing to understand, else ``None``."""
    if message.metadata.get("event") == "greet":
        return Reply(kind=ReplyKind.SMALLTALK, text=GREETING, intent="greet")
    if message.metadata.get("event") == "resume":
        return Reply(kind=ReplyKind.SMALLTALK, text=RESUMED)
    attachments = message.metadata.get("attachments")
    if message.text or message.payload or not attachments:
        return None
    kind = str(attachments[0].get("type")) if isinstance(attachments[0], dict) else ""
    return Reply(kind=ReplyKind.SMALLTALK, text=_ATTACHMENTS.get(kind, _OTHER))
