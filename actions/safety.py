"""Topic "safety": emergencies and insults get fixed, careful replies."""

from __future__ import annotations

from dataclasses import dataclass

from actions.misses import HELP, HUMAN
from actions.services import Services
from actions.turn import Outcome, TopicAction, Turn
from core.message import Reply, ReplyKind

EMERGENCY = (
    "Nếu đang khẩn cấp, Anh/Chị hãy gọi ngay:\n"
    "• 113 – công an\n• 114 – cháy, nổ, cứu nạn\n• 115 – cấp cứu y tế\n"
    "Tôi là hệ thống tự động và không gọi thay Anh/Chị được."
)
INSULT = (
    "Tôi hiểu Anh/Chị đang không hài lòng và xin lỗi vì sự bất tiện. Anh/Chị cho tôi biết việc cần làm, "
    "hoặc chọn gặp cán bộ để được hỗ trợ trực tiếp."
)


@dataclass(frozen=True)
class ActionSafety:
    """Answers emergencies with the numbers to call, and insults with calm."""

    services: Services
    name: str = "action_safety"

    def respond(self, turn: Turn) -> Outcome:
        """Answer by intent with a fixed text."""
        if turn.intent == "emergency":
            return Outcome(Reply(kind=ReplyKind.HANDOFF, text=EMERGENCY), {"misses": 0})
        return Outcome(Reply(kind=ReplyKind.SMALLTALK, text=INSULT, options=(HUMAN, HELP)))


def actions(services: Services) -> list[TopicAction]:
    """Return the actions of this topic."""
    return [ActionSafety(services)]
