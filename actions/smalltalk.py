"""Topic "smalltalk": short, courteous, and back to the work."""

from __future__ import annotations

from dataclasses import dataclass

from actions.asking import COMMON, buttons, offered, titled
from actions.english import english_outcome
from actions.misses import CAN_DO, HELP, HUMAN
from actions.services import Services
from actions.turn import Outcome, TopicAction, Turn
from core.message import Aspect, Reply, ReplyKind

EXAMPLE = "Anh/Chị gõ tên việc cần làm, ví dụ: “làm khai sinh cho con cần giấy tờ gì”."
TEXTS: dict[str, str] = {
    "greet": f"Xin chào Anh/Chị. Tôi là trợ lý tự động của bộ phận Một cửa. {EXAMPLE}",
    "goodbye": "Chào Anh/Chị. Khi cần hỏi thủ tục, Anh/Chị cứ nhắn lại cho tôi ạ.",
    "thanks": "Dạ không có gì ạ. Anh/Chị cần hỏi thêm thủ tục nào nữa không?",
    "help": f"{CAN_DO} Tôi cũng chỉ cách tra cứu hồ sơ và cách gặp cán bộ. {EXAMPLE}",
    "ask_identity": "Tôi là hệ thống trả lời tự động (không phải người), trả lời từ cơ sở dữ liệu thủ tục hành chính "
    "có ghi nguồn và ngày đối chiếu. Khi cần, Anh/Chị có thể gặp cán bộ.",
    "praise": "Cảm ơn Anh/Chị. Anh/Chị cần hỏi thêm thủ tục nào nữa không ạ?",
    "chitchat": f"Cảm ơn Anh/Chị đã trò chuyện. Việc của tôi là hướng dẫn thủ tục hành chính. {EXAMPLE}",
}
_SHOW_PROCEDURES = {"greet", "help"}


@dataclass(frozen=True)
class ActionSmalltalk:
    """Answers greetings, thanks, help and questions about the assistant itself."""

    services: Services
    name: str = "action_smalltalk"

    def respond(self, turn: Turn) -> Outcome:
        """Answer by intent; greetings and help show some common procedures to press."""
        if turn.intent == "english":
            return english_outcome(self.services, turn)
        text = TEXTS.get(turn.intent, TEXTS["chitchat"])
        if turn.intent in _SHOW_PROCEDURES:
            options = buttons(titled(self.services, COMMON[:3]), Aspect.OVERVIEW)
            reply = Reply(kind=ReplyKind.SMALLTALK, text=text, options=(*options, HUMAN))
            return Outcome(reply, {"misses": 0, "offered": offered(options)})
        more = (HELP, HUMAN) if turn.intent == "ask_identity" else ()
        return Outcome(Reply(kind=ReplyKind.SMALLTALK, text=text, options=more), {"misses": 0})


def actions(services: Services) -> list[TopicAction]:
    """Return the actions of this topic."""
    return [ActionSmalltalk(services)]
