"""Topic "dialogue": yes, no, again, shorter, more, back, corrections, another matter."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import ValidationError
from viet_nlu.text import fold

from actions.answering import Detail, again, answer
from actions.answers.compose import page_count
from actions.asking import which_procedure
from actions.choosing import by_title, chosen_answer, options_of
from actions.context import case_told, in_context
from actions.correcting import corrected, correction_in, siblings_offered
from actions.handoff import handoff_outcome
from actions.memory import Answered, before, last_answer
from actions.misses import HUMAN
from actions.services import Services
from actions.turn import Outcome, TopicAction, Turn
from core.errors import UnknownProcedure
from core.message import Aspect, Button, Reply, ReplyKind

GO_ON = "Dạ vâng. Anh/Chị cần hỏi thêm điều gì ạ? Anh/Chị gõ tên việc cần làm, hoặc “gặp cán bộ” để được hỗ trợ."
AT_HAND = "Dạ vâng. Khi cần hỏi thủ tục, Anh/Chị cứ nhắn cho tôi ạ."
START_AGAIN = "Dạ, mời Anh/Chị hỏi việc khác. Anh/Chị gõ tên việc cần làm, ví dụ: “đăng ký tạm trú”."
WHICH_ONE = "Dạ, Anh/Chị chọn giúp một trong các mục sau (gõ số thứ tự hoặc vài chữ trong tên):"
NOTHING_BEFORE = "Trước đó Anh/Chị chưa hỏi thủ tục nào khác. Anh/Chị gõ tên việc cần làm để tôi hướng dẫn ạ."
# What "chi tiết hơn" adds to an overview, which tells a little of everything.
_NEAR = ("repeat", "shorter", "more_detail", "go_back", "change_topic")
_WORDS = (
    ("shorter", re.compile(r"\b(?:ngan|tom tat|gon|don gian|de hieu|kho hieu|dai (?:qua|dong))\b")),
    ("more_detail", re.compile(r"\b(?:chi tiet|ky hon|cu the|day du|xem tiep|noi tiep|con gi nua|xem them)\b")),
    ("go_back", re.compile(r"\b(?:luc nay|luc truoc|ban nay|vua nay|truoc do|thu tuc truoc|cai truoc|hoi nay)\b")),
)
MORE_OF_OVERVIEW = (Aspect.DOCUMENTS, Aspect.STEPS)


@dataclass(frozen=True)
class ActionDialogue:
    """Answers short turns that only make sense with what was said before."""

    services: Services
    name: str = "action_dialogue"

    def respond(self, turn: Turn) -> Outcome:
        """Answer by intent; a correction in the words goes before whatever intent was read."""
        if correction_in(turn.text) is not None:
            told = in_context(self.services, turn, Aspect.OVERVIEW)
            if told is not None:
                return told
        return self._by_intent(turn)

    def _by_intent(self, turn: Turn) -> Outcome:
        answers: dict[str, Callable[[Turn], Outcome]] = {
            "repeat": self._repeat,
            "affirm": self._affirm,
            "shorter": self._shorter,
            "more_detail": self._more,
            "go_back": self._back,
            "correct": self._correct,
            "change_topic": lambda _turn: _talk(START_AGAIN),
        }
        return answers.get(meant(turn), self._deny)(turn)

    def _correct(self, turn: Turn) -> Outcome:
        """Correct; a case told without a correcting word ("tôi là người mua") stays with the procedure."""
        told = case_told(self.services, turn) if correction_in(turn.text) is None else None
        return told or corrected(self.services, turn)

    def _repeat(self, turn: Turn) -> Outcome:
        """Say the last reply again; small talk in between is skipped when something was answered before it."""
        reply, last = _last_reply(turn), last_answer(turn)
        if last is not None and (reply is None or reply.kind is ReplyKind.SMALLTALK):
            return again(self.services, turn, last)
        return Outcome(reply) if reply is not None else which_procedure(self.services, Aspect.OVERVIEW)

    def _affirm(self, turn: Turn) -> Outcome:
        """Take the only choice, or the one named with the yes; after a fallback that offered a person, give one."""
        options = options_of(turn)
        named = by_title(self.services, turn)
        if named is not None:
            return chosen_answer(self.services, turn, named)
        if turn.focus is None and len(options) == 1:
            return chosen_answer(self.services, turn, options[0])
        last = _last_reply(turn)
        if last is not None and last.kind is ReplyKind.FALLBACK and last.options[:1] == (HUMAN,):
            return handoff_outcome(turn)
        if last is not None and last.kind is ReplyKind.CLARIFY and options:
            return Outcome(last.model_copy(update={"text": WHICH_ONE}))
        return Outcome(Reply(kind=ReplyKind.SMALLTALK, text=GO_ON, options=_likely(last)), {"misses": 0})

    def _deny(self, turn: Turn) -> Outcome:
        last = _last_reply(turn)
        if last is not None and last.kind in (ReplyKind.ANSWER, ReplyKind.CLARIFY):
            return siblings_offered(self.services, turn)
        return Outcome(Reply(kind=ReplyKind.SMALLTALK, text=AT_HAND), {"misses": 0})

    def _shorter(self, turn: Turn) -> Outcome:
        last = last_answer(turn)
        if last is None:
            return self._repeat(turn)
        return answer(self.services, turn, last.code, last.aspects[0], Detail(last.case_id, brief=True))

    def _more(self, turn: Turn) -> Outcome:
        """Go on with the next page; after the last one, with what an overview leaves out, or offer other aspects."""
        last = last_answer(turn)
        if last is None:
            return self._repeat(turn)
        first = last.aspects[0]
        if last.page == 0 or len(last.aspects) > 1:
            return answer(self.services, turn, last.code, first, Detail(last.case_id))
        if last.page < self._pages(last):
            return answer(self.services, turn, last.code, first, Detail(last.case_id, last.page + 1))
        if first is Aspect.OVERVIEW:
            more, *also = MORE_OF_OVERVIEW
            return answer(self.services, turn, last.code, more, Detail(last.case_id, also=tuple(also)))
        return self._all_told(turn, last)

    def _pages(self, last: Answered) -> int:
        try:
            return page_count(self.services.kb.get(last.code, self.services.today()), last.aspects[0], last.case_id)
        except UnknownProcedure:
            return 0

    def _all_told(self, turn: Turn, last: Answered) -> Outcome:
        again = answer(self.services, turn, last.code, last.aspects[0], Detail(last.case_id))
        text = (
            "Phần này tôi đã nêu hết những gì nguồn ghi. Anh/Chị có thể xem mục khác dưới đây, hoặc gặp cán bộ "
            "để hỏi kỹ hơn."
        )
        return Outcome(
            Reply(kind=ReplyKind.SMALLTALK, text=text, options=(*again.reply.options[:3], HUMAN)),
            {"offered": again.slots.get("offered"), "misses": 0},
        )

    def _back(self, turn: Turn) -> Outcome:
        """Answer again about the procedure before; it leaves the memory, so that the next "back" goes further."""
        history, last, reply = before(turn), last_answer(turn), _last_reply(turn)
        left = turn.focus is None or (reply is not None and reply.kind is ReplyKind.CLARIFY)
        if last is not None and left:
            history = [last, *history]
        if not history:
            return Outcome(Reply(kind=ReplyKind.SMALLTALK, text=NOTHING_BEFORE), {"misses": 0})
        target, *rest = history
        back = again(self.services, turn, target)
        return Outcome(back.reply, {**back.slots, "history": [one.as_slot() for one in rest]})


def meant(turn: Turn) -> str:
    """Return the intent, told apart by plain words where the intents of this topic are near to each other."""
    if turn.intent not in _NEAR:
        return turn.intent
    folded = fold(turn.text)
    return next((intent for intent, words in _WORDS if words.search(folded)), turn.intent)


def _last_reply(turn: Turn) -> Reply | None:
    try:
        return Reply.model_validate(turn.slots.get("last_reply"))
    except ValidationError:
        return None


def _likely(last: Reply | None) -> tuple[Button, ...]:
    return last.options if last is not None and last.kind is ReplyKind.ANSWER else ()


def _talk(text: str) -> Outcome:
    reply = Reply(kind=ReplyKind.SMALLTALK, text=text)
    return Outcome(
        reply, {"focus_procedure": None, "focus_aspect": None, "focus_case": None, "offered": None, "misses": 0}
    )


def actions(services: Services) -> list[TopicAction]:
    """Return the actions of this topic."""
    return [ActionDialogue(services)]
