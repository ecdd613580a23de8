"""Topic "fallback": an honest answer when nothing certain was understood, and a person after two misses."""

from __future__ import annotations

from dataclasses import dataclass, replace

from actions.answering import decided
from actions.context import in_context
from actions.english import english_outcome, looks_english
from actions.fines import about_fines
from actions.misses import fallback_outcome
from actions.procedure import ASPECTS, ActionProcedure
from actions.services import Services
from actions.several import only_aspect, words_of_aspect
from actions.turn import Outcome, TopicAction, Turn
from actions.words import content
from core.message import Aspect

SURE = 0.8
NAMED = 0.93  # search is hardly ever this certain of what is no procedure (docs/search.md): then the intent was wrong
LIKELY = 0.8  # from here a question back is kinder than to call it none of ours
GUESS = 0.2


@dataclass(frozen=True)
class ActionFallback:
    """Answers what fits no intent: a certain procedure if the text names one, else the honest fallback."""

    services: Services
    name: str = "action_fallback"

    def respond(self, turn: Turn) -> Outcome:
        """Answer what leans on the turn before, then English, then the procedure that the text itself names."""
        told = in_context(self.services, turn, likely_aspect(turn)) or about_fines(self.services, turn)
        if told is not None:
            return told
        if only_aspect(turn.text):
            aspect = words_of_aspect(turn.text) or likely_aspect(turn)
            return ActionProcedure(self.services).respond(replace(turn, intent=f"ask_{aspect}"))
        if looks_english(turn.text):
            return english_outcome(self.services, turn)
        if not content(turn.text) or not self.services.kb.mentions_procedure(turn.text):
            return fallback_outcome(turn)
        decision = self.services.kb.decide(turn.text, turn.focus)
        if turn.intent == "out_of_scope" and turn.confidence >= SURE:
            if decision.kind != "answer" or decision.confidence < LIKELY:
                return fallback_outcome(turn, "Câu hỏi này nằm ngoài phạm vi hỗ trợ của tôi.")
            if decision.confidence < NAMED and len(decision.hits) > 1:
                decision = replace(decision, kind="clarify")
        return decided(self.services, turn, decision, likely_aspect(turn))


def likely_aspect(turn: Turn) -> Aspect:
    """Return the aspect of the likeliest question about a procedure, though no intent was certain."""
    for name, confidence in turn.ranking:
        if confidence >= GUESS and name in ASPECTS:
            return ASPECTS[name]
    return Aspect.OVERVIEW


def actions(services: Services) -> list[TopicAction]:
    """Return the actions of this topic."""
    return [ActionFallback(services)]
