"""Smaller steps of the normalisation: emoji, joined syllables, i/y variants and regional words. Pure functions."""

from __future__ import annotations

import re
from typing import Final

from viet_nlu.teencode_chat import REGIONAL, REGIONAL_PHRASES
from viet_nlu.text import fold, has_marks

_EMOJI: Final = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff\u200d\ufe0f]+")
# What an emoji says when it is the whole message.
_SAYS: Final = {
    "👍": "đồng ý", "👌": "đồng ý", "✅": "đúng rồi", "✔": "đúng rồi", "🆗": "đồng ý", "👎": "không đúng",
    "❌": "không đúng", "🙏": "cảm ơn", "❤": "cảm ơn", "💖": "cảm ơn", "🥰": "cảm ơn", "😍": "tuyệt vời",
    "👏": "tuyệt vời", "💯": "tuyệt vời", "👋": "xin chào", "😂": "haha", "🤣": "haha", "😄": "haha", "😊": "hihi",
    "🙂": "hihi", "😁": "hihi", "😢": "huhu", "😭": "huhu", "😡": "bực quá", "🤬": "bực quá", "😤": "bực quá",
    "❓": "không hiểu", "🤔": "không hiểu", "🆘": "cứu tôi với", "🔥": "cháy", "🚒": "cháy", "🚑": "cấp cứu",
}  # fmt: skip
# Compounds of this domain that are typed as one word; no single syllable looks like one of them.
_COMPOUNDS: Final = (
    "khai sinh|khai tử|kết hôn|ly hôn|hôn nhân|độc thân|hộ khẩu|thường trú|tạm trú|tạm vắng|cư trú|lưu trú"
    "|căn cước|công dân|hộ chiếu|lệ phí|giấy tờ|hồ sơ|đăng ký|đăng kí|sổ đỏ|sổ hồng|giấy phép|xây dựng"
    "|kinh doanh|bảo hiểm|y tế|xã hội|bằng lái|lái xe|xe máy|ô tô|chứng thực|công chứng|chữ ký|trích lục"
    "|xác nhận|tình trạng|lý lịch|tư pháp|nghĩa vụ|quân sự|thủ tục|hành chính|dịch vụ|trực tuyến|ủy ban"
    "|nhân dân|công an|phường|địa chỉ|điện thoại|cán bộ|bao nhiêu|bao lâu|thế nào|làm sao|như thế nào"
    "|ở đâu|khi nào|mấy ngày|cảm ơn|xin chào|chào bạn|tạm biệt|hướng dẫn|giúp tôi|giúp em|giúp mình"
    "|cấp lại|cấp đổi|làm lại|gia hạn|bản sao|sao y|tờ khai|con nuôi|giám hộ|sang tên|tách thửa|biển số"
    "|chuyển nhượng|thừa kế|sử dụng|mục đích|quyền sử dụng|khiếu nại|phản ánh|tố cáo|trợ cấp|khuyết tật"
    "|cao tuổi|hộ nghèo|thành phố|hà nội|việt nam|nước ngoài|giờ làm việc|làm việc|thời gian|kết quả"
    "|điều kiện|thời hạn|quy định|cơ quan|chứng minh|chứng sinh|định danh|ủy quyền|kiểm tra|tra cứu"
    "|nộp hồ sơ|giấy khai sinh|làm khai sinh|chi phí|miễn phí|bao nhiêu tiền|không được|được không"
    "|có không"
)
_JOINED: Final = {
    fold(one).replace(" ", ""): [len(word) for word in one.split()] for one in _COMPOUNDS.split("|") if " " in one
}
_WORD: Final = re.compile(r"(?<![\w.@/\-])[^\W\d_]{4,16}(?![\w@/\-]|\.\w)")
_MARKED_I: Final = re.compile(r"(?i)\b(?P<onset>qu|[hklmt])(?P<vowel>[iíìỉĩị])\b")
_TO_Y: Final = str.maketrans("iíìỉĩịIÍÌỈĨỊ", "yýỳỷỹỵYÝỲỶỸỴ")
# Without marks "ki" and "li" are read as "ky" and "ly" only beside these words.
_PLAIN_I: Final = re.compile(
    r"(?i)\b(?P<before>dang|chu|dau|quan|xu|dia|thanh|hop|phap)\s+(?P<word>ki|li)\b|\b(?P<word2>li)\s+(?P<after>lich|do|hon)\b"
)
_REGIONAL: Final = re.compile(
    r"(?i)(?<![\w.@/\-])(?:"
    + "|".join(sorted(map(re.escape, (*REGIONAL, *REGIONAL_PHRASES)), key=len, reverse=True))
    + r")(?!\w)"
)


# Smileys of signs, between spaces only ("10:30)" is none), and laughter of one letter ("kkk" is no "không").
_SMILEY: Final = re.compile(r"(?i)(?<!\S)(?:[:;=]['^-]?[)\]]+|[:;=]-?[dp]+|:v|\^[_.]?\^|xd+)(?!\S)")
_SAD: Final = re.compile(r"(?i)(?<!\S)(?:[:;=]['^-]?[(\[]+|t[_.]t|:'\()(?!\S)")
_LAUGHTER: Final = re.compile(r"(?i)(?<!\S)(?:k{2,}|h{3,}|=\)+)(?!\S)")


def read_smileys(text: str) -> str:
    """Return the text with laughter as "haha" and without smileys; smileys alone become "hihi" or "huhu"."""
    laughing = _LAUGHTER.sub("haha", text)
    for pattern, says in ((_SMILEY, "hihi"), (_SAD, "huhu")):
        if pattern.search(laughing):
            rest = " ".join(pattern.sub(" ", laughing).split())
            laughing = rest if any(char.isalnum() for char in rest) else says
    return laughing


def read_emoji(text: str) -> str:
    """Return the text without emoji and smileys; a message of them alone becomes what the first known one says."""
    text = read_smileys(text)
    if not _EMOJI.search(text):
        return text
    rest = " ".join(_EMOJI.sub(" ", text).split())
    if any(char.isalnum() for char in rest):
        return rest
    says = next((_SAYS[char] for char in text if char in _SAYS), "")
    return says or rest


def split_joined(text: str) -> str:
    """Return the text with compounds typed as one word taken apart (``khaisinh`` → ``khai sinh``), case kept."""
    return _WORD.sub(lambda match: _split(match.group()), text)


def _split(word: str) -> str:
    sizes = _JOINED.get(fold(word))
    if sizes is None:
        return word
    parts, at = [], 0
    for size in sizes:
        parts.append(word[at : at + size])
        at += size
    return " ".join(parts)


def one_spelling(text: str) -> str:
    """Return the text with y where the records write it (``đăng kí`` → ``đăng ký``, ``dang ki`` → ``dang ky``)."""
    if has_marks(text):
        text = _MARKED_I.sub(_with_y, text)
    return _PLAIN_I.sub(lambda match: re.sub("(?i)(?<=k)i(?!\\w)|(?<=l)i(?!\\w)", "y", match.group()), text)


def _with_y(match: re.Match[str]) -> str:
    vowel = match["vowel"]
    if vowel in "iI" and match["onset"].lower() != "qu":
        return match.group()  # "hi", "mi", "ti" are words of their own
    if match["onset"].lower() in "ht" and vowel.lower() != "ỉ":
        return match.group()  # "tí", "tì", "hí" stay; "tỉ lệ" is "tỷ lệ"
    return match["onset"] + vowel.translate(_TO_Y)


def standard_words(text: str) -> str:
    """Return the text with regional words in their standard form (``mần răng`` → ``làm sao``); marked words only."""
    return _REGIONAL.sub(lambda match: _standard(match.group().lower(), match.group()), text)


def _standard(word: str, typed: str) -> str:
    return REGIONAL_PHRASES.get(word) or REGIONAL.get(word) or typed
