"""The question that an editor wants asked before a procedure is answered, unless the citizen has settled it."""

from __future__ import annotations

from collections.abc import Callable

from core.procedure import Procedure
from knowledge_base.decision import Decision, Hit
from knowledge_base.words import folded_words


def asked_first(decision: Decision, text: str, read: Callable[[str], Procedure]) -> Decision:
    """Return the decision, or the question between the answer and the sibling that it must be told from."""
    if decision.kind != "answer":
        return decision
    first, said = decision.hits[0], f" {' '.join(folded_words(text))} "
    for sibling in read(first.code).siblings:
        if sibling.unless_said and not any(_stands(phrase, said) for phrase in sibling.unless_said):
            other = read(sibling.code)
            hits = (Hit(other.code, other.title, other.name, first.score), first)
            return Decision("clarify", hits, decision.confidence, sibling.question)
    return decision


def _stands(phrase: str, said: str) -> bool:
    return f" {' '.join(folded_words(phrase))} " in said
