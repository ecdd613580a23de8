"""Topic "dossier": its state, safely, by code and second fact; questions about it; notices when it moves."""

from __future__ import annotations

from dataclasses import dataclass

from actions.dialogue import meant
from actions.dossier_words import asks_about_notices, question_of
from actions.misses import HUMAN
from actions.services import Services
from actions.turn import Outcome, TopicAction, Turn
from core.dossier import DossierUnavailable
from core.message import Reply, ReplyKind
from dossiers.code import find_dossier_code
from dossiers.vault import is_lent

WHERE = (
    "Anh/Chị tra cứu tình trạng hồ sơ bằng một trong các cách:\n"
    "• Cổng Dịch vụ công quốc gia (dichvucong.gov.vn), mục Tra cứu hồ sơ: nhập mã hồ sơ trên phiếu tiếp nhận.\n"
    "• Gọi tổng đài 19001009 hoặc 024.1022, đọc mã hồ sơ.\n"
    "• Hỏi trực tiếp nơi đã nộp, mang theo phiếu tiếp nhận."
)
NO_ACCESS = "Tôi chưa được kết nối với hệ thống xử lý hồ sơ nên không xem được tình trạng hồ sơ của Anh/Chị."
CODE_SEEN = "Mã hồ sơ Anh/Chị gửi đúng dạng mã trên phiếu tiếp nhận."
_ABOUT_PROCEDURES = ("action_procedure", "action_office", "action_fallback")
CODE_ASK = "Mã hồ sơ in trên phiếu tiếp nhận, có dạng như H26-251225-0001."


@dataclass(frozen=True)
class ActionDossier:
    """Answers everything about a dossier that was handed in; without a registry says so and where to look."""

    services: Services
    name: str = "action_dossier"

    def respond(self, turn: Turn) -> Outcome:
        """Answer, ask for what is missing, or say that the registry is away."""
        try:
            room = self.services.dossiers()
            if room is None or room.is_empty():
                return _unconnected(turn)
            from actions.dossier_talk import Talk  # noqa: PLC0415 - see actions.settings.open_dossiers

            talk = Talk(self.services, room, turn)
            reply = talk.reply()
            opened = {"dossier_open": True, "focus_procedure": None} if talk.is_open() else {"dossier_open": False}
            return Outcome(reply, {"misses": 0, "dossier_said": is_lent(reply.text), **opened})
        except DossierUnavailable as error:
            reply = Reply(kind=ReplyKind.STATUS, text=error.citizen_text, options=(HUMAN,))
            return Outcome(reply, {"misses": 0})

    def takes(self, turn: Turn, action: str) -> bool:
        """Tell whether a turn read as another topic's is about the dossier shown before.

        "Nhắc lại" right after it; and "bao giờ có kết quả", "người khác lấy hộ được không", when no procedure was
        named, now or since.
        """
        if turn.intent == "repeat" and turn.slots.get("dossier_said"):
            return meant(turn) == "repeat"
        if not turn.slots.get("dossier_open") or turn.focus:
            return False
        if action not in _ABOUT_PROCEDURES and turn.intent != "help":  # "tôi phải bổ sung gì" sounds like it
            return False
        named = turn.entity("procedure") or turn.entity("procedure_code")
        return named is None and (question_of(turn.text) is not None or asks_about_notices(turn.text))


def _unconnected(turn: Turn) -> Outcome:
    """No registry holds any dossier: said plainly, without repeating the code."""
    seen = find_dossier_code(turn.text) or turn.entity("dossier_code")
    text = f"{NO_ACCESS} {CODE_SEEN if seen else CODE_ASK}\n{WHERE}"
    return Outcome(Reply(kind=ReplyKind.STATUS, text=text, options=(HUMAN,)), {"misses": 0})


def actions(services: Services) -> list[TopicAction]:
    """Return the actions of this topic."""
    return [ActionDossier(services)]
