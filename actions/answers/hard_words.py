"""Hard words of the law in plain Vietnamese, each explained once in a conversation."""

from __future__ import annotations

from collections.abc import Collection

from viet_nlu.text import nfc

MEANINGS: dict[str, str] = {
    "chứng thực": "cơ quan nhà nước xác nhận bản sao giống bản chính, hoặc chữ ký là đúng của người ký",
    "bản sao từ sổ gốc": "bản sao do nơi đang giữ sổ cấp, không cần sao từ bản chính",
    "trích lục": "bản lấy ra từ sổ hộ tịch, có đóng dấu",
    "giấy chứng sinh": "giấy bệnh viện hoặc nơi sinh cấp khi bé ra đời",
    "giấy báo tử": "giấy xác nhận một người đã mất, do bệnh viện hoặc cơ quan có thẩm quyền cấp",
    "hộ tịch": "các việc khai sinh, kết hôn, khai tử… của một người, được ghi vào sổ",
    "cải chính": "sửa chỗ ghi sai trong giấy tờ",
    "giám hộ": "chăm lo và thay mặt cho người chưa thành niên hoặc người không tự lo được",
    "di sản": "tài sản của người đã mất để lại",
    "văn bản ủy quyền": "giấy giao cho người khác làm thay mình",
    "hợp pháp hóa lãnh sự": "xác nhận con dấu, chữ ký trên giấy tờ nước ngoài để dùng ở Việt Nam",
    "xuất trình": "đưa ra cho cán bộ xem rồi nhận lại",
    "niêm yết": "dán thông báo công khai cho mọi người biết",
    "thế chấp": "dùng nhà, đất làm bảo đảm cho khoản vay",
    "đính chính": "sửa chỗ ghi sai trên giấy đã cấp",
    "thửa đất": "một mảnh đất có ranh giới riêng",
    "phi địa giới": "nộp ở đâu cũng được, không phụ thuộc nơi cư trú",
    "hoàn công": "ghi nhận nhà đã xây xong vào giấy tờ",
    "lưu trú": "ở lại một nơi không phải nơi thường trú, tạm trú trong thời gian ngắn",
    "định danh điện tử": "tài khoản VNeID dùng để chứng minh mình là ai trên mạng",
}


def hard_word(text: str, explained: Collection[str]) -> str | None:
    """Return the first hard word of a text, in the order of the list, that was not explained before."""
    lower = nfc(text).lower()
    return next((word for word in MEANINGS if word in lower and word not in explained), None)


def explanation(word: str) -> str:
    """Return the sentence that explains a word."""
    return f"(“{word[:1].upper()}{word[1:]}” là: {MEANINGS[word]}.)"
