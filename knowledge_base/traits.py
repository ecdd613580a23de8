"""What sets procedures of one family apart: the act asked for (cấp lại, đổi…), the foreign element, the place.

The same detectors read questions and names, on folded words, so that a question's signs can be laid beside a name's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from core.procedure import Procedure

# Each act with the patterns that show it. A question may show several; patterns are tried on " w1 w2 … ".
_ACTS: Final[dict[str, str]] = {
    "reissue": r"cap lai|lam lai|xin lai|bi mat|lam mat|danh mat|that lac|danh roi|bi roi|rach|hu hong|nat",
    "exchange": r"cap doi|doi (?:the|giay|bang|bien|so|sang|ho chieu|can cuoc)|het han|sap het han",
    "extend": r"gia han|keo dai",
    "change": r"thay doi|cai chinh|sua (?:ten|ngay|nam|doi|lai|thong tin|sai|loi)|doi (?:ten|ho|dia chi|chu|nganh)"
    r"|dieu chinh|bo sung|dinh chinh|cap nhat|ghi sai|bi sai|sai ten|doi thong tin",
    "end": r"cham dut|giai the|dong cua|nghi (?:kinh doanh|ban)|ngung han|dep tiem|huy(?: bo)?"
    r"|het (?:giam|hieu luc|han giam)|thoi lam|khong lam (?:giam ho )?nua",
    "suspend": r"tam ngung|tam dung|tam nghi",
    "delete": r"xoa|thu hoi|rut|nop lai|gach ten|cat (?:ho )?khau",
    "extract": r"trich luc|ban sao|sao luc|so goc|sao y",
    "redo": r"dang ky lai|lam lai|khai lai|tieu huy"
    r"|(?:mat|cap lai|rach|hong|chay) [a-z ]{0,30}(?:khai sinh|ket hon|chung tu|khai tu)"
    r"|(?:khai sinh|ket hon|khai tu|chung tu|nuoi con nuoi) [a-z ]{0,12}(?:bi|lai|mat|rach|hong|cu)",
    "note": r"ghi chu|ghi vao so|cong nhan (?:ket hon|ly hon|hon nhan)"
    r"|da (?:dang ky|ket hon|khai sinh|ly hon)[a-z ]{0,20} (?:nuoc ngoai|ben)",
    "confirm": r"xac nhan|xac minh",
    "split": r"tach|chia (?:doi|lam|thanh|ra)|hop thua|gop thua",
    "transfer": r"chuyen (?:nhuong|quyen|doi)|sang ten|mua ban|tang cho|mua xe|ban xe|mua lai",
    "inherit": r"thua ke|di san|di chuc",
    "register": r"dang ky",
    "refuse": r"tu choi|khong (?:nhan|lay|huong|can) (?:phan|thua ke|di san|dat|nha|tai san)|khong nhan|nhuong",
    "supervise": r"giam sat",
    "parent": r"nhan (?:cha|bo|me|con(?! nuoi)|lai (?:cha|bo|con))[a-z ]*",
    "adopt": r"con nuoi|nuoi con nuoi|nhan nuoi|nhan con nuoi",
    "unlock": r"mo khoa",
    "lock": r"khoa",
    "organisation": r"to chuc|doanh nghiep|cong ty|co quan",
    "certify": r"chung thuc|cong chung",
}
# Lands whose people come up in citizens' questions; "anh" alone is an elder brother, "tu phap" the judiciary.
_LANDS: Final = (
    r"my|han|han quoc|nhat|nhat ban|dai loan|trung quoc|duc|phap|uc|anh quoc|canada|lao|campuchia|thai lan"
    r"|singapore|malaysia|philippines|an do|ha lan|chau au|chau phi"
)
_SIGNS: Final[dict[str, str]] = {
    "foreign": r"nuoc ngoai|viet kieu|nguoi tay|(?:chong|vo|ong|ba|khach|ban trai|ban gai) tay|ngoai quoc|con lai"
    r"|hai ngoai|quoc te|foreign|foreigner|citizenship|lanh su|dai su quan|ngoai kieu|(?:nguoi|chong|vo|ben) nga"
    rf"|quoc tich(?! viet)|(?:chong|vo|nguoi|o|ben|sang|tai|quoc tich|ban trai|ban gai) (?:{_LANDS})",
    "stateless": r"goc viet|(?:khong|chua) (?:ro|co|xac dinh|biet)[a-z ]{0,9} quoc tich",
    "mobile": r"luu dong|tai nha|den nha|tan nha|xuong nha|den tan|khong (?:tu )?di (?:lai |dung )?duoc"
    r"|khong ra[a-z ]{0,10} duoc|gia yeu|(?:bi|bai|nam) liet|liet (?:giuong|nua|toan)|om nang|tat nguyen"
    r"|nam mot cho|neo don",
    "border": r"bien gioi|lang gieng|giap bien|vung bien",
    "linked": r"ket hop|lien thong|cung luc|dong thoi|mot lan|mot luot|gop|kem|luon the|bao hiem|bhyt",
    "online": r"dien tu|truc tuyen",
    "military": r"quan doi|bo doi|quan su|cong an nhan dan|xuat ngu|quoc phong",
    "temporary": r"tam thoi|bien tam",
    "child": r"tre em|duoi (?:14|6)|em be|so sinh|cho (?:con|chau|be|tre)",
}
# "mất" that means the cost or the time ("khai tử mất bao lâu"), not that something was lost.
_SPENDING: Final = re.compile(r" mat (?=(?:khoang |co |tam )?(?:bao|may|phi|tien|le phi|nhieu|lau|thoi gian|cong|gi) )")
_COMPILED: Final = {name: re.compile(rf" (?:{pattern}) ") for name, pattern in {**_ACTS, **_SIGNS}.items()}
TRAITS: Final[tuple[str, ...]] = tuple(_COMPILED)
ACTS: Final[tuple[str, ...]] = tuple(_ACTS)


def traits(words: Sequence[str], acting: Sequence[str] | None = None) -> list[float]:
    """Return 1.0 or 0.0 for each of ``TRAITS`` that folded words show; acts only where they stand in ``acting``."""
    signs = _SPENDING.sub(" ", f" {' '.join(words)} ")
    acts = signs if acting is None else _SPENDING.sub(" ", f" {' '.join(acting)} ")
    return [1.0 if pattern.search(acts if name in _ACTS else signs) else 0.0 for name, pattern in _COMPILED.items()]


PRIORS: Final = ("popularity", "curated", "commune", "province", "ministry", "internal", "aliases")


def priors(procedure: Procedure) -> list[float]:
    """Return what is known of a procedure before any question, each 0..1, in the order of ``PRIORS``."""
    return [
        procedure.popularity / 5,
        float(procedure.origin == "curated"),
        *(float(level in procedure.levels) for level in ("commune", "province", "ministry")),
        float(procedure.internal),
        min(len(procedure.aliases), 10) / 10,
    ]
