"""Topic "procedure": which procedure is meant, and the answer to the aspect asked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from actions.answering import Detail, answer, decided
from actions.asking import COMMON, buttons, offered, titled, which_procedure
from actions.choosing import by_number, chosen_answer, only_number
from actions.context import in_context
from actions.events import event_outcome
from actions.fines import about_fines
from actions.misses import fallback_outcome
from actions.services import Services
from actions.several import aspects_in, only_aspect
from actions.turn import Outcome, TopicAction, Turn
from core.message import Aspect, Reply, ReplyKind
from knowledge_base.words import folded_words, topic_spans

ASPECTS: dict[str, Aspect] = {
    "ask_procedure": Aspect.OVERVIEW,
    **{f"ask_{aspect}": aspect for aspect in Aspect if aspect is not Aspect.OVERVIEW},
}
MANY, SURE = 2, 0.6  # so many syllables of another topic, unless the aspect is this sure, are not about the focus
CODE = re.compile(r"\b\d\.\d{6}\b")


@dataclass(frozen=True)
class ActionProcedure:
    """Answers one aspect of the procedure that the text names, or of the one in focus."""

    services: Services
    name: str = "action_procedure"

    def respond(self, turn: Turn) -> Outcome:
        """Answer, ask back with 2–4 choices, or say honestly that nothing was found."""
        aspect, *also = aspects_in(turn, ASPECTS.get(turn.intent, Aspect.OVERVIEW))
        code = turn.entity("procedure_code") or _typed_code(turn.text)
        if code:
            return answer(self.services, turn, code, aspect, Detail(also=tuple(also)))
        told = in_context(self.services, turn, aspect) or about_fines(self.services, turn)
        if told is not None:
            return told
        alone = only_aspect(turn.text)
        if alone and turn.focus:
            return answer(self.services, turn, turn.focus, aspect, Detail(also=tuple(also)))
        if alone or not self.services.kb.mentions_procedure(turn.text):
            return self._without_name(turn, aspect, tuple(also))
        if aspect is Aspect.OVERVIEW and turn.pending_aspect and not turn.focus:
            aspect = turn.pending_aspect
        return decided(self.services, turn, self.services.kb.decide(turn.text, turn.focus), aspect, tuple(also))

    def _without_name(self, turn: Turn, aspect: Aspect, also: tuple[Aspect, ...]) -> Outcome:
        event = event_outcome(self.services, turn)
        if event is not None:
            return event
        foreign = foreign_syllables(turn.text)
        if turn.focus and (foreign < MANY or turn.confidence >= SURE):
            return answer(self.services, turn, turn.focus, aspect, Detail(also=also))
        return (
            fallback_outcome(turn) if foreign and not only_aspect(turn.text) else which_procedure(self.services, aspect)
        )


@dataclass(frozen=True)
class ActionChooseProcedure:
    """Answers a pressed button: procedure, aspect, and for long answers the case and the page."""

    services: Services
    name: str = "action_choose_procedure"

    def respond(self, turn: Turn) -> Outcome:
        """Answer the aspect of the procedure that the payload names."""
        code = turn.entity("procedure_code")
        aspect = turn.entity("aspect")
        if not code or aspect not in set(Aspect):
            return fallback_outcome(turn)
        part = {name: turn.entity(name) for name in ("case", "page", "also")}
        return answer(self.services, turn, code, Aspect(aspect), Detail.of(part))


@dataclass(frozen=True)
class ActionChooseOption:
    """Answers "cái thứ hai", "số 1", "cái cấp lại": one of the options offered last."""

    services: Services
    name: str = "action_choose_option"

    def respond(self, turn: Turn) -> Outcome:
        """Answer the option of that number, or ask for the name when nothing was offered.

        A number inside a procedure's name ("lý lịch tư pháp số 1") chooses nothing.
        """
        told = in_context(self.services, turn, turn.pending_aspect or Aspect.OVERVIEW)
        if told is not None:
            return told
        if not only_number(turn.text) and self.services.kb.mentions_procedure(turn.text):
            return ActionProcedure(self.services).respond(turn)
        option = by_number(turn)
        if option is None:
            return which_procedure(self.services, turn.pending_aspect or Aspect.OVERVIEW)
        return chosen_answer(self.services, turn, option)


@dataclass(frozen=True)
class ActionListProcedures:
    """Names the procedures closest to what was asked, or the most common ones."""

    services: Services
    name: str = "action_list_procedures"

    def respond(self, turn: Turn) -> Outcome:
        """Offer up to four procedures as buttons."""
        decision = self.services.kb.decide(turn.text) if self.services.kb.mentions_procedure(turn.text) else None
        hits = [(hit.code, hit.title) for hit in decision.hits[:4]] if decision else []
        if len(hits) < 2:
            hits = titled(self.services, COMMON)
        options = buttons(hits, Aspect.OVERVIEW)
        text = "Anh/Chị có thể chọn một trong các thủ tục sau, hoặc gõ tên việc cần làm:"
        return Outcome(Reply(kind=ReplyKind.CLARIFY, text=text, options=options), {"offered": offered(options)})


def foreign_syllables(text: str) -> int:
    """Count the syllables that remain of a text when the words that every question has are gone."""
    return sum(end - start for start, end in topic_spans(folded_words(text)))


def _typed_code(text: str) -> str | None:
    found = CODE.search(text)
    return found.group() if found else None


def actions(services: Services) -> list[TopicAction]:
    """Return the actions of this topic."""
    return [
        ActionProcedure(services),
        ActionChooseProcedure(services),
        ActionChooseOption(services),
        ActionListProcedures(services),
    ]
