"""Two or three questions in one message: one answer after the other in one reply, each with its head."""

from __future__ import annotations

from collections.abc import Sequence

from actions.answers.compose import LABELS, MAX_OPTIONS, answer_lines, next_options, paginate, sources_of
from actions.turn import procedure_button
from core.message import Aspect, Button, Reply, ReplyKind
from core.procedure import Procedure

SEVERAL_CHARS = 1200
MOST_ASPECTS = 3


def compose_several(procedure: Procedure, aspects: Sequence[Aspect], case_id: str | None = None) -> Reply:
    """Write two or three aspects in one text of at most 1,200 characters (one line may be longer).

    What does not fit is behind a button of its own aspect ("Xem thêm: giấy tờ cần có").
    """
    wanted = tuple(dict.fromkeys(aspects))[:MOST_ASPECTS]
    heads = sum(len(LABELS[aspect]) + 8 for aspect in wanted) + len(procedure.title)
    room = SEVERAL_CHARS - heads
    parts, buttons = [procedure.title], list[Button]()
    # The short answers first take what they need, so that the long one gets what remains.
    sizes = {aspect: _size(answer_lines(procedure, aspect, case_id)) for aspect in wanted}
    for number, aspect in enumerate(wanted, start=1):
        others = sum(min(sizes[other], room // len(wanted)) for other in wanted[number:])
        pages = paginate(answer_lines(procedure, aspect, case_id), max(room - others, room // len(wanted)), per_line=1)
        room -= _size(pages[0])
        parts += [f"{number}) {LABELS[aspect]}:", *pages[0]]
        if len(pages) > 1:
            buttons.append(_more(procedure, aspect, case_id))
    return Reply(
        kind=ReplyKind.ANSWER,
        text="\n".join(parts),
        procedure=procedure.code,
        aspect=wanted[0],
        options=_options(procedure, wanted, buttons),
        sources=tuple(dict.fromkeys(ref for aspect in wanted for ref in sources_of(procedure, aspect))),
    )


def _size(lines: Sequence[str]) -> int:
    return sum(len(line) + 1 for line in lines)


def _more(procedure: Procedure, aspect: Aspect, case_id: str | None) -> Button:
    more: dict[str, str | int] = {"case": case_id} if case_id else {}
    return procedure_button(f"Xem thêm: {LABELS[aspect].lower()}", procedure.code, aspect, **more)


def _options(procedure: Procedure, told: Sequence[Aspect], more: list[Button]) -> tuple[Button, ...]:
    labels = {LABELS[aspect] for aspect in told}
    likely = [button for aspect in told for button in next_options(procedure, aspect)]
    fresh = {button.title: button for button in likely if button.title not in labels}
    return (*more, *fresh.values())[:MAX_OPTIONS]
