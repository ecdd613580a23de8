"""Topic "procedure": which procedure is meant, and the answer to the aspect asked."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from viet_nlu.text import fold

from actions.answers.compose import LABELS, compose
from actions.events import event_outcome
from actions.misses import fallback_outcome
from actions.nearby import at_place
from actions.services import Services
from actions.turn import Outcome, TopicAction, Turn, procedure_button
from core.errors import UnknownProcedure
from core.message import Aspect, Button, Reply, ReplyKind
from knowledge_base.service import Decision
from knowledge_base.words import folded_words, topic_spans

ASPECTS: dict[str, Aspect] = {
    "ask_procedure": Aspect.OVERVIEW,
    **{f"ask_{aspect}": aspect for aspect in Aspect if aspect is not Aspect.OVERVIEW},
}
COMMON = ("1.001193", "1.000894", "1.004222", "2.000815")
MANY, SURE = 2, 0.6  # so many syllables of another topic, unless the aspect is this sure, are not about the focus
CODE = re.compile(r"\b\d\.\d{6}\b")
_ORDINALS = {
    "nhat": 1, "mot": 1, "dau": 1, "tien": 1, "hai": 2, "nhi": 2, "ba": 3, "bon": 4, "tu": 4, "cuoi": -1, "cung": -1,
}  # fmt: skip


@dataclass(frozen=True)
class ActionProcedure:
    """Answers one aspect of the procedure that the text names, or of the one in focus."""

    services: Services
    name: str = "action_procedure"

    def respond(self, turn: Turn) -> Outcome:
        """Answer, ask back with 2–4 choices, or say honestly that nothing was found."""
        aspect = ASPECTS.get(turn.intent, Aspect.OVERVIEW)
        code = turn.entity("procedure_code") or _typed_code(turn.text)
        if code:
            return answer(self.services, turn, code, aspect)
        if not self.services.kb.mentions_procedure(turn.text):
            return self._without_name(turn, aspect)
        if aspect is Aspect.OVERVIEW and turn.pending_aspect and not turn.focus:
            aspect = turn.pending_aspect
        return decided(self.services, turn, self.services.kb.decide(turn.text, turn.focus), aspect)

    def _without_name(self, turn: Turn, aspect: Aspect) -> Outcome:
        event = event_outcome(self.services, turn)
        if event is not None:
            return event
        foreign = foreign_syllables(turn.text)
        if turn.focus and (foreign < MANY or turn.confidence >= SURE):
            return answer(self.services, turn, turn.focus, aspect)
        return fallback_outcome(turn) if foreign else which_procedure(self.services, aspect)


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
        return answer(self.services, turn, code, Aspect(aspect), Detail.of(turn.entity("case"), turn.entity("page")))


@dataclass(frozen=True)
class ActionChooseOption:
    """Answers "cái thứ hai", "số 1": one of the options offered last."""

    services: Services
    name: str = "action_choose_option"

    def respond(self, turn: Turn) -> Outcome:
        """Answer the option of that number, or ask for the name when nothing was offered.

        A number inside a procedure's name ("lý lịch tư pháp số 1") chooses nothing.
        """
        if self.services.kb.mentions_procedure(turn.text):
            return ActionProcedure(self.services).respond(turn)
        options: list[dict[str, Any]] = list(turn.slots.get("offered") or [])
        index = _ordinal(turn.entity("ordinal") or turn.text)
        if index is None or not options or index > len(options):
            return which_procedure(self.services, turn.pending_aspect or Aspect.OVERVIEW)
        chosen = options[index - 1 if index > 0 else -1]
        code, aspect = str(chosen["procedure_code"]), Aspect(chosen["aspect"])
        return answer(self.services, turn, code, aspect, Detail.of(chosen.get("case"), chosen.get("page")))


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


def which_procedure(services: Services, aspect: Aspect) -> Outcome:
    """Ask which procedure is meant, and remember the aspect for the answer that follows."""
    options = buttons(titled(services, COMMON), aspect)
    label = "" if aspect is Aspect.OVERVIEW else f" về {LABELS[aspect].lower()}"
    text = f"Anh/Chị muốn hỏi{label} của thủ tục nào ạ? Anh/Chị gõ tên việc cần làm, ví dụ: “làm khai sinh cho con”."
    reply = Reply(kind=ReplyKind.CLARIFY, text=text, aspect=aspect, options=options)
    return Outcome(reply, {"focus_aspect": aspect, "offered": offered(options)})


def decided(services: Services, turn: Turn, decision: Decision, aspect: Aspect) -> Outcome:
    """Turn a decision of the knowledge base into an answer, 2–4 choices, or a fallback."""
    if decision.kind == "answer":
        return answer(services, turn, decision.hits[0].code, aspect)
    event = event_outcome(services, turn)
    if event is not None:
        return event
    if decision.kind == "clarify" and len(decision.hits) > 1:
        return _clarify(decision, aspect)
    return fallback_outcome(turn)


@dataclass(frozen=True)
class Detail:
    """Which part of a long answer is wanted: the case of the papers and the page (1-based)."""

    case_id: str | None = None
    page: int = 1

    @classmethod
    def of(cls, case_id: object, page: object) -> Detail:
        """Read the part from the entities of a payload; anything unreadable means the first page."""
        number = int(page) if isinstance(page, str) and page.isdecimal() else 1
        return cls(case_id if isinstance(case_id, str) else None, number)


FIRST = Detail()


def answer(services: Services, turn: Turn, code: str, aspect: Aspect, detail: Detail = FIRST) -> Outcome:
    """Answer one aspect and put the procedure in focus; an unknown code is said plainly."""
    try:
        procedure = services.kb.get(code, services.today())
    except UnknownProcedure:
        return fallback_outcome(turn, f"Tôi chưa có thông tin còn hiệu lực của thủ tục mã {code}.")
    reply = compose(procedure, aspect, detail.case_id, detail.page)
    if aspect is Aspect.PLACE:
        reply = at_place(services, turn, procedure, reply)
    slots = {"focus_procedure": code, "focus_aspect": None, "offered": offered(reply.options), "misses": 0}
    return Outcome(reply, slots)


def _clarify(decision: Decision, aspect: Aspect) -> Outcome:
    options = buttons([(hit.code, hit.title) for hit in decision.hits[:4]], aspect)
    question = decision.question or "Anh/Chị muốn hỏi thủ tục nào dưới đây ạ?"
    slots = {"focus_aspect": aspect, "offered": offered(options), "misses": 0}
    return Outcome(Reply(kind=ReplyKind.CLARIFY, text=question, aspect=aspect, options=options), slots)


def buttons(titles: Sequence[tuple[str, str]], aspect: Aspect) -> tuple[Button, ...]:
    """Return one button a procedure."""
    return tuple(procedure_button(title, code, aspect) for code, title in titles)


def offered(options: tuple[Button, ...]) -> list[dict[str, str]]:
    """Return what the tracker keeps of the options, so that "số 2" can be answered: the entities of each payload."""
    return [json.loads(button.payload[button.payload.index("{") :]) for button in options if button.procedure]


def foreign_syllables(text: str) -> int:
    """Count the syllables that remain of a text when the words that every question has are gone."""
    return sum(end - start for start, end in topic_spans(folded_words(text)))


def _typed_code(text: str) -> str | None:
    found = CODE.search(text)
    return found.group() if found else None


def _ordinal(text: str) -> int | None:
    folded = fold(text)
    digit = re.search(r"\d+", folded)
    if digit:
        return int(digit.group()) or None
    words = folded.split()
    return next((_ORDINALS[word] for word in reversed(words) if word in _ORDINALS), None)


def titled(services: Services, codes: Sequence[str]) -> list[tuple[str, str]]:
    """Return those of the codes that the knowledge base holds today, each with its title."""
    hits = []
    for code in codes:
        try:
            hits.append((code, services.kb.get(code, services.today()).title))
        except UnknownProcedure:
            continue
    return hits


def actions(services: Services) -> list[TopicAction]:
    """Return the actions of this topic."""
    return [
        ActionProcedure(services),
        ActionChooseProcedure(services),
        ActionChooseOption(services),
        ActionListProcedures(services),
    ]
