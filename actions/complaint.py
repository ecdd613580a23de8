"""Topic "complaint": where feedback, complaints and denunciations are received; the assistant takes none itself."""

from __future__ import annotations

from dataclasses import dataclass

from actions.misses import HUMAN
from actions.services import Services
from actions.turn import Outcome, TopicAction, Turn
from core.message import Reply, ReplyKind

TEXT = (
    "Tôi rất tiếc vì Anh/Chị chưa hài lòng. Tôi là hệ thống tự động nên không tiếp nhận đơn, Anh/Chị có thể gửi đến:\n"
    "• Phản ánh, kiến nghị về thủ tục và thái độ phục vụ: tổng đài 19001009, 024.1022, hoặc mục Phản ánh kiến nghị "
    "trên Cổng Dịch vụ công quốc gia (dichvucong.gov.vn).\n"
    "• Khiếu nại, tố cáo: gửi đơn đến cơ quan có thẩm quyền hoặc nơi tiếp công dân; "
    "ứng dụng iHanoi không tiếp nhận loại này.\n"
    "Anh/Chị giữ lại phiếu tiếp nhận hồ sơ để việc giải quyết nhanh hơn."
)


@dataclass(frozen=True)
class ActionComplaint:
    """Answers an unhappy citizen with the right addresses."""

    services: Services
    name: str = "action_complaint"

    def respond(self, turn: Turn) -> Outcome:
        """Answer with where to send feedback, and where complaints and denunciations go."""
        reply = Reply(kind=ReplyKind.HANDOFF, text=TEXT, procedure=turn.focus, options=(HUMAN,))
        return Outcome(reply, {"misses": 0})


def actions(services: Services) -> list[TopicAction]:
    """Return the actions of this topic."""
    return [ActionComplaint(services)]
