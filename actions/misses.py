"""What every topic says when nothing certain was understood."""

from __future__ import annotations

from actions.turn import Outcome, Turn, payload
from core.message import Button, Reply, ReplyKind

CAN_DO = (
    "Tôi có thể hướng dẫn giấy tờ, lệ phí, thời hạn, nơi nộp, cách nộp trực tuyến của các thủ tục hành chính "
    "(khai sinh, kết hôn, cư trú, căn cước, chứng thực, hộ kinh doanh, đất đai, xe…)."
)
HUMAN = Button(title="Gặp cán bộ hỗ trợ", payload=payload("request_human"))
HELP = Button(title="Tôi có thể hỏi gì?", payload=payload("help"))
HANDOFF_AFTER = 2


def fallback_outcome(turn: Turn, reason: str = "Xin lỗi, tôi chưa hiểu rõ ý Anh/Chị.") -> Outcome:
    """Say what was not understood and what the assistant can do; after two misses offer a person first."""
    misses = turn.misses + 1
    options = (HUMAN, HELP) if misses >= HANDOFF_AFTER else (HELP, HUMAN)
    more = " Anh/Chị có thể gặp cán bộ để được hỗ trợ trực tiếp." if misses >= HANDOFF_AFTER else ""
    ask = " Anh/Chị vui lòng gõ tên việc cần làm, ví dụ: “cấp lại căn cước”, “đăng ký tạm trú”."
    reply = Reply(kind=ReplyKind.FALLBACK, text=f"{reason} {CAN_DO}{ask}{more}", options=options)
    return Outcome(reply, {"misses": misses})
