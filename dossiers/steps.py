"""The five steps of a dossier as a timeline: from the portal's statuses, honest where they do not tell the step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.dossier import CLOSED, FINISHED, HANOI, Dossier, Status, Step

StepState = Literal["done", "now", "within", "ahead", "stopped"]
_SIGNS: dict[StepState, str] = {"done": "✓", "now": "●", "within": "◐", "ahead": "○", "stopped": "✕"}
_STEPS = tuple(Step)
_MIDDLE = (Step.APPRAISE, Step.APPROVE, Step.SEAL)
_WAITS = {
    Status.SUPPLEMENT: "tạm dừng, chờ Anh/Chị bổ sung giấy tờ",
    Status.PAYMENT: "chờ Anh/Chị thực hiện nghĩa vụ tài chính",
}


@dataclass(frozen=True)
class TimelineStep:
    """One of the five steps. ``within``: the dossier is in one of the steps so marked, and no one says in which."""

    step: Step
    state: StepState
    at: datetime | None = None
    note: str | None = None


def timeline(dossier: Dossier) -> tuple[TimelineStep, ...]:
    """Return the five steps of a dossier in order, each with its state and the day it was reached where known."""
    states = _states(dossier)
    note = _note(dossier)
    return tuple(
        TimelineStep(
            step,
            states[step],
            _reached(dossier, step) if states[step] == "done" else None,
            note if states[step] in ("now", "stopped") else None,
        )
        for step in _STEPS
    )


def timeline_text(dossier: Dossier) -> str:
    """Return the timeline as five lines (and one of explanation) that every channel can show."""
    steps = timeline(dossier)
    lines = [_line(number, step) for number, step in enumerate(steps, 1)]
    if any(step.state == "within" for step in steps):
        lines.append("(◐: hồ sơ đang được xử lý, hệ thống chưa cho biết đang ở bước nào trong các bước này)")
    return "\n".join(lines)


def _states(dossier: Dossier) -> dict[Step, StepState]:
    status = dossier.status
    if status is Status.RETURNED:
        return dict.fromkeys(_STEPS, "done")
    if status is Status.PROCESSING and dossier.step is None:
        return _upto(Step.APPRAISE, "within") | dict.fromkeys(_MIDDLE, "within")
    return _upto(_current(dossier), "stopped" if status in CLOSED else "now")


def _current(dossier: Dossier) -> Step:
    if dossier.status in FINISHED:
        return Step.RETURN
    if dossier.status in (Status.REGISTERED, Status.NOT_ACCEPTED):
        return Step.RECEIVE
    return dossier.step or Step.APPRAISE


def _upto(current: Step, state: StepState) -> dict[Step, StepState]:
    place = _STEPS.index(current)
    return {step: "done" if n < place else state if n == place else "ahead" for n, step in enumerate(_STEPS)}


def _note(dossier: Dossier) -> str:
    if dossier.status in _WAITS:
        return _WAITS[dossier.status]
    if dossier.status in CLOSED:
        return dossier.status.word.lower()
    if dossier.status is Status.DONE:
        return "đã có kết quả, mời Anh/Chị đến nhận"
    return "chờ cơ quan tiếp nhận" if dossier.status is Status.REGISTERED else "đang thực hiện"


def _reached(dossier: Dossier, step: Step) -> datetime | None:
    if step is Step.RECEIVE:
        accepted = [event.at for event in dossier.events if event.status is Status.ACCEPTED]
        return accepted[0] if accepted else dossier.received_at
    if step is Step.RETURN:
        returned = [event.at for event in dossier.events if event.status is Status.RETURNED]
        return returned[-1] if returned else dossier.finished_at
    behind = [event.at for event in dossier.events if event.step and _STEPS.index(event.step) > _STEPS.index(step)]
    if behind:
        return behind[0]
    return dossier.finished_at if step is Step.SEAL else None


def _line(number: int, step: TimelineStep) -> str:
    day = f" – {step.at.astimezone(HANOI):%d/%m/%Y}" if step.at else ""
    note = f" – {step.note}" if step.note else ""
    return f"{_SIGNS[step.state]} {number}. {step.step.value}{day}{note}"
