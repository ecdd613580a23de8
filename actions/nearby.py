"""Places in answers: a unit of today put in for an old or a new address, and which office that makes competent."""

from __future__ import annotations

from actions.services import Services
from actions.turn import Turn
from core.message import Reply
from core.procedure import Procedure
from knowledge_base.competence import Applicant, competent
from knowledge_base.places import Ambiguous, Place, Resolved, resolve


def at_place(services: Services, turn: Turn, procedure: Procedure, reply: Reply) -> Reply:
    """Add to an answer about the place of filing what is known for the place that the person named, if any."""
    place = place_named(turn)
    if place is None:
        return reply
    found = competent(procedure, place, applicant_of(turn), services.today(), services.kb.overlay)
    said = "\n".join(line for line in (moved(place), found.text) if line)
    return reply.model_copy(update={"text": f"{reply.text}\n{said}"})


def place_named(turn: Turn) -> Place | None:
    """Return the place that a text names: a unit of today, or a question when an old ward was split; else ``None``."""
    place = resolve(turn.text)
    return place if isinstance(place, Resolved | Ambiguous) else None


def moved(place: Place) -> str:
    """Say which unit of today an old address belongs to, and the caveat that goes with it."""
    if not isinstance(place, Resolved):
        return ""
    head = f"{place.old} nay thuộc {place.unit.name}." if place.old else ""
    return " ".join(part for part in (head, place.note or "") if part)


def applicant_of(turn: Turn) -> Applicant:
    """Return who asks, as far as the text tells."""
    text = turn.text.lower()
    if "nước ngoài" in text or "nuoc ngoai" in text:
        return "foreigner"
    return "organisation" if any(word in text for word in ("công ty", "doanh nghiệp", "cong ty")) else "citizen"
