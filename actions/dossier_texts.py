"""What the topic "dossier" says by itself, and its buttons; what is said of a dossier is in ``dossiers.wording``."""

from __future__ import annotations

from actions.turn import payload
from core.message import Button

HERE = "• Hoặc tra cứu ngay tại đây: Anh/Chị gửi cho tôi mã hồ sơ in trên phiếu tiếp nhận, dạng như H26-251225-0001."
WHICH = "Anh/Chị muốn hỏi hồ sơ nào dưới đây? Với hồ sơ khác, vui lòng gửi mã hồ sơ."
OTHER = "Dạ, Anh/Chị vui lòng gửi mã của hồ sơ đó (in trên phiếu tiếp nhận), kèm thông tin xác nhận của hồ sơ đó."
FORGOTTEN = (
    "Tôi đã kết thúc phiên tra cứu: muốn xem lại hồ sơ, cần gửi lại mã hồ sơ và thông tin xác nhận. "
    "Việc theo dõi hồ sơ (nếu có) vẫn giữ; để ngừng, Anh/Chị nhắn: hủy theo dõi."
)
FOLLOWS = (
    "Tôi sẽ nhắn Anh/Chị mỗi khi hồ sơ đổi trạng thái (không nhắn từ 21:00 đến 7:00). "
    "Để ngừng, Anh/Chị nhắn: hủy theo dõi."
)
FOLLOWED = "Anh/Chị đang theo dõi hồ sơ này rồi (hoặc đã theo dõi đủ 50 hồ sơ). Để ngừng, Anh/Chị nhắn: hủy theo dõi."
NOTICES = (
    "Có ạ. Khi Anh/Chị xem hồ sơ tại đây và chọn “Theo dõi hồ sơ này”, tôi nhắn mỗi khi hồ sơ đổi trạng thái "
    "(không nhắn từ 21:00 đến 7:00)."
)
NONE_FOLLOWED = "Anh/Chị hiện không theo dõi hồ sơ nào."
PACES = {
    "digest": "Từ nay tôi gộp các thay đổi thành một tin mỗi ngày, lúc 17:00.",
    "each": "Từ nay tôi nhắn từng thay đổi của hồ sơ Anh/Chị theo dõi.",
}


def _button(title: str, intent: str, wish: str) -> Button:
    return Button(title=title, payload=payload(intent, wish=wish))


BUTTONS = {
    "follow": _button("Theo dõi hồ sơ này", "manage_dossier", "follow"),
    "supplement": _button("Cần bổ sung gì?", "ask_dossier_status", "supplement"),
    "where": _button("Nhận kết quả ở đâu?", "ask_dossier_status", "where"),
    "status": _button("Xem tình trạng", "ask_dossier_status", "status"),
    "unfollow": _button("Hủy theo dõi", "manage_dossier", "unfollow"),
    "forget": _button("Kết thúc tra cứu", "manage_dossier", "forget"),
}


def more(*without: str) -> tuple[Button, ...]:
    """What else can be asked of the dossier just shown, at most three."""
    names = [name for name in ("follow", "supplement", "where", "forget") if name not in without]
    return tuple(BUTTONS[name] for name in names[:3])
