"""Questions about fines ("đăng ký muộn có bị phạt không"): no record holds them, and a fee is no answer to them."""

from __future__ import annotations

import re

from viet_nlu.text import fold

from actions.asking import buttons, offered
from actions.misses import fallback_outcome
from actions.services import Services
from actions.turn import Outcome, Turn
from core.message import Aspect, Reply, ReplyKind

_ASKED = re.compile(
    r"\bphat (?:(?:tien|hanh chinh) )?(?:khong|ko|k|bao nhieu|bao tien|bn|nhieu|nhiu|the nao|sao|may)\b"
    r"|\b(?:muc|tien|xu) phat\b|\bphat (?:tien|hanh chinh)\b"
)
NOT_HELD = "Tôi không có nguồn về xử phạt nên không dám trả lời mức phạt. Anh/Chị gọi 19001009 để được chỉ dẫn."


def about_fines(services: Services, turn: Turn) -> Outcome | None:
    """Say that fines are not known and offer the procedure that is named, or return ``None``."""
    if not _ASKED.search(fold(turn.text)):
        return None
    decision = services.kb.decide(turn.text, turn.focus)
    if decision.kind != "answer":
        return fallback_outcome(turn, NOT_HELD)
    hit = decision.hits[0]
    options = buttons([(hit.code, hit.title)], Aspect.OVERVIEW)
    text = f"{NOT_HELD}\nTôi hướng dẫn được thủ tục “{hit.title}”, Anh/Chị bấm vào tên để xem ạ."
    reply = Reply(kind=ReplyKind.CLARIFY, text=text, aspect=Aspect.OVERVIEW, options=options)
    return Outcome(reply, {"focus_procedure": hit.code, "focus_aspect": None, "offered": offered(options), "misses": 0})
