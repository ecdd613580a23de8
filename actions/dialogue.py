"""Topic "dialogue": yes, no, say it again, another matter."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from actions.procedure import answer, which_procedure
from actions.services import Services
from actions.turn import Outcome, TopicAction, Turn
from core.message import Aspect, Reply, ReplyKind

GO_ON = "Dạ vâng. Anh/Chị cần hỏi thêm điều gì ạ? Anh/Chị gõ tên việc cần làm, hoặc “gặp cán bộ” để được hỗ trợ."
START_AGAIN = "Dạ, mời Anh/Chị hỏi việc khác. Anh/Chị gõ tên việc cần làm, ví dụ: “đăng ký tạm trú”."
CORRECT_ME = (
    "Xin lỗi Anh/Chị, tôi hiểu chưa đúng. Anh/Chị vui lòng nói rõ hơn việc cần làm, "
    "ví dụ: “cấp lại, không phải cấp mới”."
)


@dataclass(frozen=True)
class ActionDialogue:
    """Answers short turns that only make sense with what was said before."""

    services: Services
    name: str = "action_dialogue"

    def respond(self, turn: Turn) -> Outcome:
        """Answer by intent: yes to a single choice takes it, no drops the focus, repeat says the last reply again."""
        match turn.intent:
            case "repeat":
                return self._repeat(turn)
            case "affirm":
                return self._affirm(turn)
            case "change_topic":
                return _talk(START_AGAIN)
            case _:
                return _talk(CORRECT_ME) if turn.focus or turn.slots.get("offered") else _talk(GO_ON)

    def _repeat(self, turn: Turn) -> Outcome:
        try:
            return Outcome(Reply.model_validate(turn.slots.get("last_reply")))
        except ValidationError:
            return which_procedure(self.services, Aspect.OVERVIEW)

    def _affirm(self, turn: Turn) -> Outcome:
        options = turn.slots.get("offered") or []
        if turn.focus is None and len(options) == 1:
            return answer(self.services, turn, str(options[0]["procedure_code"]), Aspect(options[0]["aspect"]))
        return Outcome(Reply(kind=ReplyKind.SMALLTALK, text=GO_ON), {"misses": 0})


def _talk(text: str) -> Outcome:
    reply = Reply(kind=ReplyKind.SMALLTALK, text=text)
    return Outcome(reply, {"focus_procedure": None, "focus_aspect": None, "offered": None, "misses": 0})


def actions(services: Services) -> list[TopicAction]:
    """Return the actions of this topic."""
    return [ActionDialogue(services)]
