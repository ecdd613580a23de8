"""Abbreviations and teencode that citizens type, grouped; keys in lower case, values with marks.

Only data. A key that has one meaning in this domain stands in ``GROUPS``; one whose meaning hangs on its neighbours
stands in ``BY_CONTEXT``.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from viet_nlu.teencode_chat import CHAT, REGIONAL
from viet_nlu.teencode_terms import AGENCIES, PAPERS, PLACES

GROUPS: Final[dict[str, dict[str, str]]] = {"chat": CHAT, "papers": PAPERS, "agencies": AGENCIES, "places": PLACES}
# Kept apart: another step of the normalisation writes them out.
REGIONS: Final = REGIONAL


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
        Reading("hộ khẩu", next_words=_words("moi cu thuong"),
                previous_words=_words("nhap tach so cat chuyen sua xoa lam")),
        Reading("không"),
    ),
    "kh": (
        Reading("kết hôn", previous_words=_words("ky ki dk dang giay")),
        Reading("không"),
    ),
    "đk": (
        Reading("điều kiện", previous_words=_words("can nhung cac yeu du"), next_words=_words("de gi nao la the")),
        Reading("được", next_words=_words("khong ko k kg hok hong hem khum chua dau")),
        Reading("đăng ký", next_words=_words("ket khai tam thuong xe ho kinh ks kh tt tru lai nhan giam hkd kd bien "
                                             "nghia nuoi dat luu cu o hoc"),
                previous_words=_words("muon tuc di lam phi giay mau don cach hoi so")),
        Reading("được"),
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
    "dt": (
        Reading("diện tích", previous_words=_words("tang sua giam du"), next_words=_words("dat nha toi thieu")),
        Reading("điện thoại", previous_words=_words("so xin cho goi")),
    ),
    "bh": (
        Reading("bảo hiểm", previous_words=_words("the lam mua dong so"), next_words=_words("y xa that xe")),
        Reading("bao giờ"),
    ),
    "hc": (
        Reading("hộ chiếu", previous_words=_words("lam cap doi mat so gia")),
        Reading("hành chính", previous_words=_words("tuc vu cong")),
    ),
    "ct": (
        Reading("chứng thực", next_words=_words("ban chu hop giay sao")),
    ),
}  # fmt: skip

# Capital letters alone are initials of names ("anh K", "chị C"); these letters are read only in lower case.
SINGLE_LETTERS: Final = frozenset(key for group in GROUPS.values() for key in group if len(key) == 1)
