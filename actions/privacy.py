"""Topic "privacy": what the assistant keeps and whom to ask for it (Law 91/2025/QH15, Decree 356/2025/NĐ-CP)."""

from __future__ import annotations

from dataclasses import dataclass

from actions.misses import HUMAN
from actions.services import Services
from actions.turn import Outcome, TopicAction, Turn
from core.message import Reply, ReplyKind

TEXT = (
    "Về dữ liệu của Anh/Chị:\n"
    "• Tôi lưu nội dung trò chuyện tối đa 90 ngày để trả lời tiếp câu chuyện, không dùng cho việc khác.\n"
    "• Anh/Chị không cần gửi số định danh, ảnh giấy tờ hay mật khẩu để hỏi thủ tục.\n"
    "• Anh/Chị có quyền yêu cầu xem, xóa dữ liệu hoặc rút lại sự đồng ý (Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15). "
    "Để yêu cầu, Anh/Chị gọi 19001009."
)


@dataclass(frozen=True)
class ActionPrivacy:
    """Answers questions about personal data."""

    services: Services
    name: str = "action_privacy"

    def respond(self, turn: Turn) -> Outcome:
        """Answer with what is kept and the citizen's rights."""
        return Outcome(Reply(kind=ReplyKind.SMALLTALK, text=TEXT, options=(HUMAN,)), {"misses": 0})


def actions(services: Services) -> list[TopicAction]:
    """Return the actions of this topic."""
    return [ActionPrivacy(services)]
