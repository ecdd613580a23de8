"""Topic "office": addresses, hours and hotlines of the one-stop units; what no source gives is said plainly."""

from __future__ import annotations

from dataclasses import dataclass

from actions.misses import HUMAN
from actions.procedure import answer
from actions.services import Services
from actions.turn import Outcome, TopicAction, Turn
from core.message import Aspect, Reply, ReplyKind

ADDRESS = (
    "Nơi tiếp nhận hồ sơ tại Hà Nội (thông tin ngày 01/07/2025, thanglong.chinhphu.vn):\n"
    "• Việc của xã, phường: Điểm phục vụ hành chính công tại Ủy ban nhân dân xã, phường.\n"
    "• Trung tâm Phục vụ hành chính công thành phố, Chi nhánh số 1: 258 Võ Chí Công.\n"
    "Tôi chưa có địa chỉ đã xác nhận của từng điểm xã, phường; Anh/Chị gọi 19001009 để được chỉ nơi gần nhất."
)
HOURS = (
    "Giờ làm việc của từng điểm tiếp nhận chưa được nguồn nào của tôi xác nhận, nên tôi không nêu giờ cụ thể. "
    "Anh/Chị gọi 19001009 trước khi đi. "
    "Ứng dụng iHanoi cho lấy số hẹn trong khoảng 08:00–16:00, mỗi người tối đa 2 số một ngày."
)
HOTLINE = "Tổng đài hỗ trợ thủ tục hành chính của Hà Nội: 19001009 và 024.1022 (thông tin ngày 01/07/2025)."
_TEXTS = {"ask_office_address": ADDRESS, "ask_opening_hours": HOURS, "ask_hotline": HOTLINE}


@dataclass(frozen=True)
class ActionOffice:
    """Answers where the counters are, when they open and whom to call."""

    services: Services
    name: str = "action_office"

    def respond(self, turn: Turn) -> Outcome:
        """Answer by intent; an address asked for a named procedure is answered with that procedure's office."""
        if turn.intent == "ask_office_address" and self.services.kb.mentions_procedure(turn.text):
            decision = self.services.kb.decide(turn.text, turn.focus)
            if decision.kind == "answer":
                return answer(self.services, turn, decision.hits[0].code, Aspect.PLACE)
        text = _TEXTS.get(turn.intent, ADDRESS)
        return Outcome(Reply(kind=ReplyKind.ANSWER, text=text, aspect=Aspect.PLACE, options=(HUMAN,)), {"misses": 0})


def actions(services: Services) -> list[TopicAction]:
    """Return the actions of this topic."""
    return [ActionOffice(services)]
