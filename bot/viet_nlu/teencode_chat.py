"""Chat spellings and regional words in citizens' messages; keys in lower case, values with marks. Only data."""

from __future__ import annotations

from typing import Final

CHAT: Final[dict[str, str]] = {
    "ko": "không", "hok": "không", "hem": "không", "hông": "không", "khg": "không", "khum": "không", "khom": "không",
    "hổng": "không", "hăm": "không", "kog": "không", "khong": "không", "kg": "không", "k": "không", "kô": "không",
    "kó": "có", "kái": "cái", "kòn": "còn", "kũng": "cũng", "dc": "được", "đc": "được", "đuoc": "được",
    "đươc": "được", "dươc": "được", "dx": "được", "dcj": "được gì", "đcj": "được gì", "j": "gì", "ji": "gì",
    "jì": "gì", "gj": "gì", "z": "vậy", "zậy": "vậy", "dzậy": "vậy", "dzay": "vậy", "v": "vậy", "zay": "vậy",
    "zạ": "vậy ạ", "zị": "vậy", "r": "rồi", "rùi": "rồi", "roài": "rồi", "ròi": "rồi", "gòi": "rồi", "mik": "mình",
    "mk": "mình", "mìk": "mình", "mh": "mình", "mjnh": "mình", "mềnh": "mình", "mng": "mọi người", "mn": "mọi người",
    "ntn": "như thế nào", "nhtn": "như thế nào", "nthế": "như thế", "nnao": "như nào", "nnào": "như nào", "lm": "làm",
    "lsao": "làm sao", "lmsao": "làm sao", "lmj": "làm gì", "ns": "nói", "bít": "biết", "bik": "biết", "bt": "biết",
    "bjt": "biết", "pit": "biết", "ik": "đi", "đki": "đăng ký", "đkí": "đăng ký", "dki": "đăng ký", "đky": "đăng ký",
    "dky": "đăng ký", "đký": "đăng ký", "dkí": "đăng ký", "vs": "với", "zới": "với", "dới": "với", "vơi": "với",
    "qá": "quá", "wa": "quá", "wá": "quá", "nx": "nữa", "trc": "trước", "trk": "trước", "ng": "người",
    "ngta": "người ta", "ngừi": "người", "ngừoi": "người", "ngnhà": "người nhà", "ngnha": "người nhà", "e": "em",
    "a": "anh", "c": "chị", "cj": "chị", "chj": "chị", "m": "mình", "tks": "cảm ơn", "thks": "cảm ơn",
    "thanks": "cảm ơn", "thank": "cảm ơn", "thanku": "cảm ơn", "thankiu": "cảm ơn", "ths": "cảm ơn",
    "camon": "cảm ơn", "cmon": "cảm ơn", "cảmơn": "cảm ơn", "camơn": "cảm ơn", "cámơn": "cảm ơn", "camown": "cảm ơn",
    "ok": "đồng ý", "oke": "đồng ý", "okie": "đồng ý", "okla": "đồng ý", "okê": "đồng ý", "okey": "đồng ý",
    "oki": "đồng ý", "okay": "đồng ý", "okela": "đồng ý", "hnay": "hôm nay", "hqua": "hôm qua", "hnai": "hôm nay",
    "bjo": "bây giờ", "bjờ": "bây giờ", "bgio": "bây giờ", "bgiờ": "bây giờ", "jo": "giờ", "jờ": "giờ",
    "sdt": "số điện thoại", "sđt": "số điện thoại", "sodt": "số điện thoại", "đt": "điện thoại",
    "dthoai": "điện thoại", "đthoai": "điện thoại", "đthoại": "điện thoại", "nv": "nhân viên", "nvien": "nhân viên",
    "cb": "cán bộ", "cbo": "cán bộ", "cbộ": "cán bộ", "vk": "vợ", "vck": "vợ chồng", "ck": "chồng", "chog": "chồng",
    "ox": "chồng", "bx": "vợ", "nhìu": "nhiều", "nhju": "nhiêu", "bnhieu": "bao nhiêu", "bnhiu": "bao nhiêu",
    "bnhiêu": "bao nhiêu", "bnh": "bao nhiêu", "bnhju": "bao nhiêu", "nhiu": "nhiêu", "blau": "bao lâu",
    "blâu": "bao lâu", "bl": "bao lâu", "tn": "thế nào", "thnao": "thế nào", "thnào": "thế nào", "tnao": "thế nào",
    "tnào": "thế nào", "cx": "cũng", "cug": "cũng", "cũg": "cũng", "ms": "mới", "nhg": "nhưng", "nhưg": "nhưng",
    "nhưq": "nhưng", "ak": "à", "ah": "à", "ạk": "ạ", "uh": "ừ", "uk": "ừ", "uhm": "ừ", "uhuh": "ừ", "uki": "ừ",
    "chx": "chưa", "tg": "thời gian", "tgian": "thời gian", "thgian": "thời gian", "đag": "đang", "dag": "đang",
    "đg": "đang", "đng": "đang", "hjhj": "hihi", "xog": "xong", "xg": "xong", "trog": "trong", "thág": "tháng",
    "thag": "tháng", "ngai": "ngày", "sn": "sinh năm", "snhat": "sinh nhật", "nvay": "như vậy", "nvậy": "như vậy",
    "vid": "ví dụ", "vd": "ví dụ", "ib": "nhắn tin", "inb": "nhắn tin", "rep": "trả lời", "qtrong": "quan trọng",
    "qtrọng": "quan trọng", "hdan": "hướng dẫn", "hdẫn": "hướng dẫn", "hd": "hướng dẫn", "zô": "vào", "dô": "vào",
    "zo": "vào", "zề": "về", "zúp": "giúp", "júp": "giúp", "jup": "giúp", "gúp": "giúp", "gium": "giúp", "gưi": "gửi",
    "sd": "sử dụng", "sdung": "sử dụng", "tgia": "tham gia", "thui": "thôi", "thoai": "thôi", "nhoa": "nha",
    "nka": "nha", "nhek": "nhé", "nhóe": "nhé", "lun": "luôn", "đêy": "đây", "đei": "đây", "trl": "trả lời",
    "cty": "công ty", "gd": "gia đình", "gđ": "gia đình", "gđình": "gia đình", "gdinh": "gia đình", "pm": "nhắn tin",
    "hsinh": "học sinh", "svien": "sinh viên", "sv": "sinh viên", "cd": "công dân", "cdan": "công dân",
    "tphan": "thành phần", "tìn": "tiền", "tièn": "tiền", "xiền": "tiền", "xìn": "tiền",
}  # fmt: skip

REGIONAL: Final[dict[str, str]] = {
    "tui": "tôi", "mần": "làm", "rứa": "thế", "rứ": "thế", "nớ": "đó", "nì": "này", "mô": "đâu",
    "chừ": "bây giờ", "giùm": "giúp", "dùm": "giúp", "xài": "dùng", "coi": "xem", "vầy": "thế này", "dzầy": "thế này",
    "thiệt": "thật", "nhứt": "nhất", "bịnh": "bệnh", "má": "mẹ", "tía": "bố", "ổng": "ông ấy", "bển": "bên ấy",
    "trển": "trên ấy", "hổm": "hôm trước", "hén": "nhỉ", "heng": "nhé", "nghen": "nhé", "nhen": "nhé",
    "kiếng": "kính", "lẹ": "nhanh", "trễ": "muộn",
}  # fmt: skip

# Regional words that mean something else outside these phrases.
REGIONAL_PHRASES: Final[dict[str, str]] = {
    "bây chừ": "bây giờ", "thầy u": "bố mẹ", "ảnh ấy": "anh ấy", "hổm rày": "mấy hôm nay", "hồi nãy": "lúc nãy",
    "hôn thú": "kết hôn", "khai báo tử": "khai tử", "chánh chủ": "chính chủ", "nhà mần": "nhà làm",
    "chi rứa": "gì thế", "chi vậy": "gì vậy", "làm chi": "làm gì", "giấy chi": "giấy gì", "tờ chi": "tờ gì",
    "mắc tiền": "đắt tiền", "hết trơn": "hết", "hết trọi": "hết", "nhiêu vậy": "bao nhiêu",
    "khai sanh": "khai sinh", "chứng sanh": "chứng sinh", "ngày sanh": "ngày sinh", "mới sanh": "mới sinh",
    "sanh con": "sinh con", "hỏng có": "không có", "hỏng biết": "không biết", "hỏng phải": "không phải",
    "lúc mô": "lúc nào", "khi mô": "khi nào", "làm răng": "làm sao", "răng rứa": "sao thế", "ra răng": "ra sao",
    "chừng mô": "bao nhiêu", "bao nhiêu rứa": "bao nhiêu thế",
}  # fmt: skip
