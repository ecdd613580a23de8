"""Life events ("mới sinh con", "bán xe"…): the procedures they need, in order, and what can be filed together."""

from __future__ import annotations

from actions.services import Services
from actions.turn import Outcome, Turn, procedure_button
from core.errors import UnknownProcedure
from core.message import Aspect, Reply, ReplyKind
from knowledge_base.life_events import EventStep, Joint, LifeEvent, find

MAX_OPTIONS = 4


def event_outcome(services: Services, turn: Turn) -> Outcome | None:
    """Return the bundle of the event that the text tells of, or ``None``; asked only when search is not certain."""
    matches = find(turn.text)
    return _told(services, matches[0].event) if matches else None


def _told(services: Services, event: LifeEvent) -> Outcome | None:
    titles = _titles(services, event)
    steps = [step for step in event.steps if step.code in titles]
    if not steps:
        return None
    lines = [f"{event.title}: {event.summary}"]
    lines += [_step_line(number, step, titles) for number, step in enumerate(steps, start=1)]
    lines += [_joint_line(joint, titles) for joint in event.joint if joint.code in titles]
    lines.append("Anh/Chị muốn xem thủ tục nào ạ?")
    codes = [joint.code for joint in event.joint[:1] if joint.code in titles] + [step.code for step in steps]
    options = tuple(procedure_button(titles[code], code, Aspect.OVERVIEW) for code in codes[:MAX_OPTIONS])
    offered = [{"procedure_code": code, "aspect": str(Aspect.OVERVIEW)} for code in codes[:MAX_OPTIONS]]
    reply = Reply(kind=ReplyKind.CLARIFY, text="\n".join(lines), options=options)
    return Outcome(reply, {"offered": offered, "misses": 0})


def _step_line(number: int, step: EventStep, titles: dict[str, str]) -> str:
    only = f" (khi: {step.only_if[:1].lower()}{step.only_if[1:]})" if step.only_if else ""
    return f"{number}. {titles[step.code]}{only}: {step.why}"


def _joint_line(joint: Joint, titles: dict[str, str]) -> str:
    covers = ", ".join(part[:1].lower() + part[1:] for part in joint.covers)
    return f"• Làm cùng một lần: {titles[joint.code]} ({covers}). {joint.when}."


def _titles(services: Services, event: LifeEvent) -> dict[str, str]:
    titles = {}
    for code in sorted(event.codes()):
        try:
            titles[code] = services.kb.get(code, services.today()).title
        except UnknownProcedure:
            continue
    return titles
