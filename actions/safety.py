"""Topic "safety": emergencies, distress, threats, insults, bribery, politics and probing get fixed, careful replies."""

from __future__ import annotations

from dataclasses import dataclass

from actions.context import case_told
from actions.danger import danger_in
from actions.fallback import ActionFallback
from actions.misses import HELP, HUMAN
from actions.services import Services
from actions.turn import Outcome, TopicAction, Turn
from core.message import Reply, ReplyKind

EMERGENCY = (
    "Nếu đang khẩn cấp, Anh/Chị hãy gọi ngay:\n"
    "• 113 – công an\n• 114 – cháy, nổ, cứu nạn\n• 115 – cấp cứu y tế\n"
    "Tôi là hệ thống tự động và không gọi thay Anh/Chị được."
)
DISTRESS = (
    "Tôi rất tiếc khi biết Anh/Chị đang trải qua lúc khó khăn như vậy. Anh/Chị không phải một mình.\n"
    "• Nếu Anh/Chị hoặc ai đó đang nguy hiểm, xin gọi ngay 115 (cấp cứu).\n"
    "• Anh/Chị hãy nói với một người mình tin tưởng và nhờ họ ở bên lúc này.\n"
    "• Với trẻ em, tổng đài bảo vệ trẻ em là 111.\n"
    "Tôi là hệ thống tự động nên không thay được người có chuyên môn."
)
THREAT = (
    "Tôi hiểu Anh/Chị đang rất bức xúc. Tôi không thể hỗ trợ việc gây hại cho người khác. "
    "Nếu có người đang bị đe dọa hoặc nguy hiểm, xin gọi 113.\n"
    "Nếu Anh/Chị chưa hài lòng về cách giải quyết, Anh/Chị gửi phản ánh qua tổng đài 19001009 hoặc 024.1022."
)
INSULT = (
    "Tôi hiểu Anh/Chị đang không hài lòng và xin lỗi vì sự bất tiện. Anh/Chị cho tôi biết việc cần làm, "
    "hoặc chọn gặp cán bộ để được hỗ trợ trực tiếp."
)
BRIBERY = (
    "Tôi không thể hướng dẫn việc đưa tiền, quà ngoài mức phí quy định để được giải quyết nhanh. "
    "Đó là việc pháp luật cấm.\n"
    "• Anh/Chị chỉ nộp phí, lệ phí theo quy định và có quyền nhận biên lai.\n"
    "• Nếu có người gợi ý hoặc đòi tiền, Anh/Chị báo tổng đài 19001009 hoặc 024.1022; "
    "đơn tố cáo gửi cơ quan có thẩm quyền hoặc nơi tiếp công dân.\n"
    "Anh/Chị gõ tên thủ tục để tôi nêu mức phí và thời hạn đúng quy định."
)
POLITICS = (
    "Tôi chỉ hướng dẫn thủ tục hành chính và không bình luận về chính trị hay nhân sự. "
    "Anh/Chị cần làm thủ tục gì, tôi xin hướng dẫn ạ."
)
PROBE = (
    "Tôi không cung cấp cấu hình, hướng dẫn nội bộ của hệ thống hoặc thông tin, hồ sơ của người khác. "
    "Mỗi người tự tra cứu hồ sơ của mình bằng mã trên phiếu tiếp nhận. "
    "Anh/Chị cần làm thủ tục gì, tôi xin hướng dẫn ạ."
)
# Intent → kind, text and buttons.
REPLIES = {
    "emergency": (ReplyKind.HANDOFF, EMERGENCY, ()),
    "distress": (ReplyKind.HANDOFF, DISTRESS, (HUMAN,)),
    "threat": (ReplyKind.HANDOFF, THREAT, (HUMAN,)),
    "insult": (ReplyKind.SMALLTALK, INSULT, (HUMAN, HELP)),
    "bribery": (ReplyKind.SMALLTALK, BRIBERY, (HUMAN, HELP)),
    "politics": (ReplyKind.SMALLTALK, POLITICS, (HELP, HUMAN)),
    "probe": (ReplyKind.SMALLTALK, PROBE, (HELP, HUMAN)),
}

_NEAR_CASES = ("emergency", "distress")
# An accusation must be sure: "tôi là người mua" read as probing at 0.4 is answered as what it is, a follow-up.
_SURELY = frozenset({"probe", "bribery", "politics", "threat", "insult"})
SURE = 0.5


@dataclass(frozen=True)
class ActionSafety:
    """Answers with a fixed text by intent; nothing of the citizen's text is repeated."""

    services: Services
    name: str = "action_safety"

    def respond(self, turn: Turn) -> Outcome:
        """Answer by intent; an insult keeps the count of misses, since it often follows one.

        "Trẻ bị bỏ rơi" said while a birth is registered is a case of its papers, unless the words tell of danger.
        """
        if danger_in(turn.text) is None:
            case = case_told(self.services, turn) if turn.intent in _NEAR_CASES else None
            if case is not None:
                return case
            if turn.intent in _SURELY and turn.confidence < SURE:
                return ActionFallback(self.services).respond(turn)
        return safety_outcome(turn.intent)


def safety_outcome(intent: str) -> Outcome:
    """Return the fixed reply of an intent of this topic; calm for one that is none of them."""
    kind, text, options = REPLIES.get(intent, REPLIES["insult"])
    slots = {} if intent == "insult" else {"misses": 0}
    return Outcome(Reply(kind=kind, text=text, options=options), slots)


def actions(services: Services) -> list[TopicAction]:
    """Return the actions of this topic."""
    return [ActionSafety(services)]
