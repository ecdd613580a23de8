"""Words that every channel shows the same way."""

from __future__ import annotations

from core.message import Reply, Source

AUTOMATIC_NOTICE = (
    "Đây là hệ thống trả lời tự động. Anh/Chị không cần gửi ảnh giấy tờ hay số định danh cá nhân để hỏi thủ tục."
)


def source_line(source: Source) -> str:
    """Write one source as a line: procedure code, decision and the day it was checked."""
    code = f"thủ tục {source.code}" if source.code[:1].isdigit() else None
    named = ", ".join(part for part in (code, source.decision) if part) or "trang thông tin của thành phố"
    return f"Nguồn: {named}, đối chiếu ngày {source.checked_on.strftime('%d/%m/%Y')}"


def plain_text(reply: Reply) -> str:
    """Write a reply as text alone, for what cannot show buttons or links: sources below, options numbered."""
    parts = [reply.text]
    parts += [f"{number}. {button.title}" for number, button in enumerate(reply.options, start=1)]
    parts += [source_line(source) + (f"\n{source.url}" if source.url else "") for source in reply.sources]
    return "\n".join(parts)
