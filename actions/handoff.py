"""Topic "handoff": a person when the machine should stop."""

from __future__ import annotations

from dataclasses import dataclass

from actions.services import Services
from actions.turn import Outcome, TopicAction, Turn
from core.message import Reply, ReplyKind

TEXT = (
    "Anh/Chị có thể gặp cán bộ hỗ trợ theo các cách sau:\n"
    "• Gọi tổng đài 19001009 hoặc 024.1022.\n"
    "• Đến Điểm phục vụ hành chính công xã, phường nơi gần nhất trong giờ làm việc.\n"
    "Trong khi chờ, Anh/Chị vẫn có thể hỏi tôi về giấy tờ, lệ phí, thời hạn của thủ tục."
)


@dataclass(frozen=True)
class ActionHandoff:
    """Tells how to reach an officer."""

    services: Services
    name: str = "action_handoff"

    def respond(self, turn: Turn) -> Outcome:
        """Answer with the hotlines and the counters; the misses start anew."""
        return handoff_outcome(turn)


def handoff_outcome(turn: Turn) -> Outcome:
    """Tell how to reach an officer."""
    return Outcome(Reply(kind=ReplyKind.HANDOFF, text=TEXT, procedure=turn.focus), {"misses": 0})


def actions(services: Services) -> list[TopicAction]:
    """Return the actions of this topic."""
    return [ActionHandoff(services)]
