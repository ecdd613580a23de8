"""Abbreviations and teencode that citizens type, grouped; keys in lower case, values with marks.

Only data. A key that has one meaning in this domain stands in ``GROUPS``; one whose meaning hangs on its neighbours
stands in ``BY_CONTEXT``.
"""

from __future__ import annotations

from typing import Final, NamedTuple

CHAT: Final[dict[str, str]] = {
    "ko": "không", "hok": "không", "hem": "không", "hông": "không", "khg": "không",
    "k": "không", "kô": "không", "dc": "được", "đc": "được", "đk": "được",
    "dx": "được", "dcj": "được gì", "j": "gì", "ji": "gì", "z": "vậy", "zậy": "vậy",
    "v": "vậy", "zay": "vậy", "zạ": "vậy ạ", "r": "rồi", "rùi": "rồi", "roài": "rồi", "ròi": "rồi", "mik": "mình",
    "mk": "mình", "mìk": "mình", "mh": "mình", "ntn": "như thế nào", "nnao": "như nào",
    "lm": "làm", "lsao": "làm sao", "ns": "nói", "bít": "biết", "bik": "biết", "bt": "biết",
    "ik": "đi", "đki": "đăng ký", "vs": "với", "zới": "với", "qá": "quá", "nx": "nữa", "trc": "trước",
    "ng": "người", "ngta": "người ta", "mn": "mọi người", "mng": "mọi người",
    "e": "em", "a": "anh", "c": "chị", "cj": "chị", "chj": "chị", "m": "mình", "tks": "cảm ơn", "thks": "cảm ơn",
    "thanks": "cảm ơn", "thank": "cảm ơn", "ths": "cảm ơn", "camon": "cảm ơn", "cmon": "cảm ơn",
    "ok": "đồng ý", "oke": "đồng ý", "okie": "đồng ý", "okla": "đồng ý", "hnay": "hôm nay",
    "hqua": "hôm qua", "bjo": "bây giờ", "sdt": "số điện thoại",
    "sđt": "số điện thoại", "đt": "điện thoại", "nv": "nhân viên", "cb": "cán bộ", "vk": "vợ",
    "nhìu": "nhiêu", "bnhieu": "bao nhiêu", "bnhiu": "bao nhiêu", "bnhiêu": "bao nhiêu",
    "nhiu": "nhiêu", "blau": "bao lâu", "bl": "bao lâu", "tn": "thế nào", "thnao": "thế nào",
    "cx": "cũng", "cug": "cũng", "ms": "mới", "nhg": "nhưng", "nhưg": "nhưng", "ak": "à", "uh": "ừ", "uk": "ừ",
    "uhm": "ừ",
    "chx": "chưa", "tg": "thời gian", "đag": "đang", "dag": "đang", "đg": "đang",
}  # fmt: skip

PAPERS: Final[dict[str, str]] = {
    "cccd": "căn cước công dân", "cmnd": "chứng minh nhân dân", "cmt": "chứng minh thư", "cmtnd": "chứng minh nhân dân",
    "cmthu": "chứng minh thư", "shk": "sổ hộ khẩu", "gks": "giấy khai sinh", "ks": "khai sinh",
    "gkt": "giấy khai tử", "dkkh": "đăng ký kết hôn", "đkkh": "đăng ký kết hôn",
    "gcnkh": "giấy chứng nhận kết hôn", "xnhn": "xác nhận tình trạng hôn nhân", "tthn": "tình trạng hôn nhân",
    "xntthn": "xác nhận tình trạng hôn nhân", "xnđt": "xác nhận độc thân", "hkd": "hộ kinh doanh",
    "hkdct": "hộ kinh doanh cá thể", "gpkd": "giấy phép kinh doanh", "đkkd": "đăng ký kinh doanh",
    "dkkd": "đăng ký kinh doanh", "gplx": "giấy phép lái xe", "blx": "bằng lái xe", "gpxd": "giấy phép xây dựng",
    "gcn": "giấy chứng nhận", "gcnqsdd": "giấy chứng nhận quyền sử dụng đất", "qsdd": "quyền sử dụng đất",
    "gcnqsdđ": "giấy chứng nhận quyền sử dụng đất", "qsdđ": "quyền sử dụng đất",
    "lltp": "lý lịch tư pháp", "syll": "sơ yếu lý lịch", "bhyt": "bảo hiểm y tế", "bhxh": "bảo hiểm xã hội",
    "gttt": "giấy tờ tùy thân", "hs": "hồ sơ", "hso": "hồ sơ", "gtờ": "giấy tờ", "đkx": "đăng ký xe",
    "dkx": "đăng ký xe", "nvqs": "nghĩa vụ quân sự", "attp": "an toàn thực phẩm", "pccc": "phòng cháy chữa cháy",
    "mst": "mã số thuế", "tkai": "tờ khai", "bsao": "bản sao",
}  # fmt: skip

AGENCIES: Final[dict[str, str]] = {
    "ubnd": "ủy ban nhân dân", "ub": "ủy ban", "hdnd": "hội đồng nhân dân", "hđnd": "hội đồng nhân dân",
    "tthc": "thủ tục hành chính", "ttục": "thủ tục", "dvc": "dịch vụ công",
    "dvctt": "dịch vụ công trực tuyến", "vpđk": "văn phòng đăng ký", "vpdkdd": "văn phòng đăng ký đất đai",
    "csgt": "cảnh sát giao thông", "pvhcc": "phục vụ hành chính công", "ttpvhcc": "trung tâm phục vụ hành chính công",
}  # fmt: skip

PLACES: Final[dict[str, str]] = {
    "hn": "Hà Nội", "hnoi": "Hà Nội", "hcm": "Hồ Chí Minh", "tphcm": "thành phố Hồ Chí Minh", "sg": "Sài Gòn",
    "vn": "Việt Nam", "tp": "thành phố", "tphn": "thành phố Hà Nội",
}  # fmt: skip

GROUPS: Final[dict[str, dict[str, str]]] = {"chat": CHAT, "papers": PAPERS, "agencies": AGENCIES, "places": PLACES}


class Reading(NamedTuple):
    """One reading of an ambiguous key: it holds when a neighbour (folded) is in a set; two empty sets = else."""

    long: str
    next_words: frozenset[str] = frozenset()
    previous_words: frozenset[str] = frozenset()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The first reading whose neighbours fit is taken; a key without a fitting reading stays as it was typed.
BY_CONTEXT: Final[dict[str, tuple[Reading, ...]]] = {
    "bn": (
        Reading("bạn", next_words=_words("oi a co cho giup la biet muon tu van")),
        Reading("bao nhiêu", next_words=_words("tien ngay lau nam tuoi thang vay the z ban phi le"),
                previous_words=_words("het la phi ton mat tien le gia gom can")),
        Reading("bạn"),
    ),
    "gt": (
        Reading("giới tính", previous_words=_words("doi sua chuyen")),
        Reading("giấy tờ"),
    ),
    "tt": (
        Reading("thường trú", previous_words=_words("ky ki dk nhap khau")),
        Reading("thông tin", previous_words=_words("sua doi cung cap them xin cho")),
        Reading("trực tuyến", previous_words=_words("nop cong")),
        Reading("thủ tục"),
    ),
    "hk": (
        Reading("hộ khẩu", next_words=_words("moi cu thuong cho"),
                previous_words=_words("nhap tach so cat chuyen sua xoa lam")),
        Reading("không"),
    ),
    "kh": (
        Reading("kết hôn", previous_words=_words("ky ki dk dang giay")),
        Reading("không"),
    ),
    "dk": (
        Reading("điều kiện", previous_words=_words("can nhung cac co"), next_words=_words("de gi nao")),
        Reading("đăng ký"),
    ),
    "ca": (Reading("công an", next_words=_words("phuong xa quan khu"), previous_words=_words("ra len den qua o tai")),),
    "kt": (Reading("khai tử", previous_words=_words("dang ky giay bao")),),
    "cc": (
        Reading("căn cước", previous_words=_words("the lam cap doi so lai")),
        Reading("công chứng", next_words=_words("giay ban hop")),
    ),
    "ld": (Reading("lao động", previous_words=_words("nguoi hop dong")),),
    "tk": (
        Reading("tờ khai", previous_words=_words("mau dien to ghi")),
        Reading("tài khoản", previous_words=_words("tao lap dang so mat")),
        Reading("cảm ơn"),
    ),
    "ct": (
        Reading("chứng thực", next_words=_words("ban chu hop giay sao")),
    ),
}  # fmt: skip

# Capital letters alone are initials of names ("anh K", "chị C"); these letters are read only in lower case.
SINGLE_LETTERS: Final = frozenset(key for group in GROUPS.values() for key in group if len(key) == 1)
