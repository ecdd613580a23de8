"""The knowledge base of one city: national records with the city's own rules laid over them."""

from __future__ import annotations

from datetime import date

from core.procedure import Procedure
from knowledge_base.overlays import Overlay, apply_overlay, load_overlay
from knowledge_base.service import Decision, KnowledgeBase


class CityKnowledge:
    """A knowledge base whose records carry the fees and rules of one city on the day they are read."""

    def __init__(self, base: KnowledgeBase, overlay: Overlay | None = None) -> None:
        self._base = base
        self._overlay = overlay or load_overlay()

    @property
    def overlay(self) -> Overlay:
        """Return what the city adds: service points, rules, channels."""
        return self._overlay

    def get(self, code: str, day: date | None = None) -> Procedure:
        """Return a procedure with the facts and the city's rules that hold on ``day`` (today when not given).

        Raises:
            UnknownProcedure: nobody has this code, or the procedure does not hold on that day.
        """
        when = day or date.today()
        record = self._base.get(code, when)
        # The overlay ends the national fee the day before its own begins: what ended must go once more.
        return apply_overlay(record, self._overlay, when).as_of(when) or record

    def decide(self, text: str, focus: str | None = None) -> Decision:
        """Decide whether a question can be answered, needs a question back, or is not about a procedure here."""
        return self._base.decide(text, focus)

    def mentions_procedure(self, text: str) -> bool:
        """Tell whether the text itself names a procedure or its topic."""
        return self._base.mentions_procedure(text)
