"""A question about two procedures at once ("cả hai làm cùng lúc được không"), which no record answers."""

from __future__ import annotations

import re

from viet_nlu.text import fold

from actions.asking import buttons, offered, titled
from actions.memory import before, last_answer
from actions.services import Services
from actions.turn import Outcome, Turn
from core.message import Aspect, Reply, ReplyKind

# "cả hai vợ chồng", "cả hai bên" are people: what follows must speak of the procedures.
_BOTH = re.compile(
    r"\b(?:ca (?:hai|2)(?= (?:lam|nop|thu tuc|viec|cai|cung|duoc|thi|loai|giay|het|can|mat|luon|1|mot)\b|\s*[?.!]*$)"
    r"|(?:hai|2) (?:thu tuc|viec|cai) (?:nay|do|kia|tren|cung)\b)"
)
SAYS = (
    "Tôi có thông tin của từng thủ tục, nhưng chưa có nguồn nào trả lời chung cho cả hai. "
    "Anh/Chị muốn xem thủ tục nào trước ạ?"
)


def about_both(services: Services, turn: Turn, aspect: Aspect) -> Outcome | None:
    """Offer the two procedures spoken of last when the text asks about both, or return ``None``."""
    last, earlier = last_answer(turn), before(turn)
    if last is None or not earlier or not _BOTH.search(fold(turn.text)):
        return None
    options = buttons(titled(services, (earlier[0].code, last.code)), aspect)
    if len(options) < 2:  # one of them has expired since
        return None
    reply = Reply(kind=ReplyKind.CLARIFY, text=SAYS, aspect=aspect, options=options)
    return Outcome(reply, {"focus_aspect": aspect, "offered": offered(options), "misses": 0})
