"""Topic "dossier": how to follow a dossier. No registry is connected yet, and the answer says so."""

from __future__ import annotations

from dataclasses import dataclass

from actions.misses import HUMAN
from actions.services import Services
from actions.turn import Outcome, TopicAction, Turn
from core.message import Reply, ReplyKind
from dossiers.code import find_dossier_code

WHERE = (
    "Anh/Chị tra cứu tình trạng hồ sơ bằng một trong các cách:\n"
    "• Cổng Dịch vụ công quốc gia (dichvucong.gov.vn), mục Tra cứu hồ sơ: nhập mã hồ sơ trên phiếu tiếp nhận.\n"
    "• Gọi tổng đài 19001009 hoặc 024.1022, đọc mã hồ sơ.\n"
    "• Hỏi trực tiếp nơi đã nộp, mang theo phiếu tiếp nhận."
)
NO_ACCESS = "Tôi chưa được kết nối với hệ thống xử lý hồ sơ nên không xem được tình trạng hồ sơ của Anh/Chị."
CODE_SEEN = "Mã hồ sơ Anh/Chị gửi đúng dạng mã trên phiếu tiếp nhận."
CODE_ASK = "Mã hồ sơ in trên phiếu tiếp nhận, có dạng như H26-251225-0001."


@dataclass(frozen=True)
class ActionDossier:
    """Tells where a dossier's state can be seen; never repeats the code, so that no answer in the tracker holds it."""

    services: Services
    name: str = "action_dossier"

    def respond(self, turn: Turn) -> Outcome:
        """Answer by whether the text holds a well-formed code."""
        head = CODE_SEEN if find_dossier_code(turn.text) else CODE_ASK
        reply = Reply(kind=ReplyKind.STATUS, text=f"{NO_ACCESS} {head}\n{WHERE}", options=(HUMAN,))
        return Outcome(reply, {"misses": 0})


def actions(services: Services) -> list[TopicAction]:
    """Return the actions of this topic."""
    return [ActionDossier(services)]
