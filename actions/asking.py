"""Questions back to the citizen, and the buttons that go with them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from actions.answers.compose import LABELS
from actions.services import Services
from actions.turn import Outcome, procedure_button
from core.errors import UnknownProcedure
from core.message import Aspect, Button, Reply, ReplyKind
from knowledge_base.service import Decision

COMMON = ("1.001193", "1.000894", "1.004222", "2.000815")


def which_procedure(services: Services, aspect: Aspect) -> Outcome:
    """Ask which procedure is meant, and remember the aspect for the answer that follows."""
    options = buttons(titled(services, COMMON), aspect)
    label = "" if aspect is Aspect.OVERVIEW else f" về {LABELS[aspect].lower()}"
    text = f"Anh/Chị muốn hỏi{label} của thủ tục nào ạ? Anh/Chị gõ tên việc cần làm, ví dụ: “làm khai sinh cho con”."
    reply = Reply(kind=ReplyKind.CLARIFY, text=text, aspect=aspect, options=options)
    return Outcome(reply, {"focus_aspect": aspect, "offered": offered(options)})


def which_of(decision: Decision, aspect: Aspect, also: Sequence[Aspect] = ()) -> Outcome:
    """Offer the 2–4 procedures that a text may mean, with the question that tells them apart."""
    options = buttons([(hit.code, hit.title) for hit in decision.hits[:4]], aspect, also)
    question = decision.question or "Anh/Chị muốn hỏi thủ tục nào dưới đây ạ?"
    slots = {"focus_aspect": aspect, "offered": offered(options), "misses": 0}
    return Outcome(Reply(kind=ReplyKind.CLARIFY, text=question, aspect=aspect, options=options), slots)


def buttons(titles: Sequence[tuple[str, str]], aspect: Aspect, also: Sequence[Aspect] = ()) -> tuple[Button, ...]:
    """Return one button a procedure; ``also`` are further aspects that were asked in the same message."""
    more: dict[str, str | int] = {"also": " ".join(also)} if also else {}
    return tuple(procedure_button(title, code, aspect, **more) for code, title in titles)


def offered(options: Sequence[Button]) -> list[dict[str, str]]:
    """Return what the tracker keeps of the options, so that "số 2" and "cái cấp lại" can be answered.

    Each is the entities of the payload and the title that was shown.
    """
    return [
        {**json.loads(button.payload[button.payload.index("{") :]), "title": button.title}
        for button in options
        if button.procedure
    ]


def titled(services: Services, codes: Sequence[str]) -> list[tuple[str, str]]:
    """Return those of the codes that the knowledge base holds today, each with its title."""
    hits = []
    for code in codes:
        try:
            hits.append((code, services.kb.get(code, services.today()).title))
        except UnknownProcedure:
            continue
    return hits
