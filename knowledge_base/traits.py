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
    r"|het (?:giam|hieu luc)|thoi lam",
    "suspend": r"tam ngung|tam dung|tam nghi",
    "delete": r"xoa|thu hoi|rut",
    "extract": r"trich luc|ban sao|sao luc|so goc|sao y",
    "redo": r"dang ky lai|lam lai|khai lai|tieu huy"
    r"|(?:mat|cap lai|rach|hong) [a-z ]{0,30}(?:khai sinh|ket hon|chung tu|khai tu)"
    r"|(?:khai sinh|ket hon|khai tu|chung tu|nuoi con nuoi) [a-z ]{0,12}(?:bi|lai|mat|rach|hong|cu)",
    "note": r"ghi chu|ghi vao so|cong nhan (?:ket hon|ly hon|hon nhan)"
    r"|da (?:dang ky|ket hon|khai sinh|ly hon)[a-z ]{0,20} (?:nuoc ngoai|ben)",
    "confirm": r"xac nhan|xac minh",
    "split": r"tach",
    "transfer": r"chuyen (?:nhuong|quyen|doi)|sang ten|mua ban|tang cho|mua xe|ban xe|mua lai",
    "inherit": r"thua ke|di san|di chuc",
    "register": r"dang ky",
    "refuse": r"tu choi|khong nhan|nhuong",
    "supervise": r"giam sat",
    "parent": r"nhan (?:cha|bo|me|con)[a-z ]*",
    "unlock": r"mo khoa",
    "lock": r"khoa",
    "organisation": r"to chuc|doanh nghiep|cong ty|co quan",
    "certify": r"chung thuc|cong chung",
}
_SIGNS: Final[dict[str, str]] = {
    "foreign": r"nuoc ngoai|viet kieu|nguoi tay|chong tay|vo tay|ngoai quoc|quoc tich|con lai|hai ngoai"
    r"|quoc te|foreign|foreigner|citizenship"
    r"|lanh su|dai su quan"
    r"|(?:chong|vo|nguoi|o|ben|sang|tu) (?:my|han|han quoc|nhat|nhat ban|dai loan|trung quoc"
    r"|duc|phap|uc|anh quoc|nga|canada|lao)",
    "mobile": r"luu dong|tai nha|den nha|tan nha|khong di (?:lai )?duoc|gia yeu|liet giuong|om nang",
    "border": r"bien gioi|lang gieng",
    "linked": r"ket hop|lien thong|cung luc|dong thoi|mot lan|luon the|bao hiem",
    "online": r"dien tu|truc tuyen",
}
_COMPILED: Final = {name: re.compile(rf" (?:{pattern}) ") for name, pattern in {**_ACTS, **_SIGNS}.items()}
TRAITS: Final[tuple[str, ...]] = tuple(_COMPILED)
ACTS: Final[tuple[str, ...]] = tuple(_ACTS)


def traits(words: Sequence[str]) -> list[float]:
    """Return 1.0 or 0.0 for each of ``TRAITS`` that folded words show."""
    text = f" {' '.join(words)} "
    return [1.0 if pattern.search(text) else 0.0 for pattern in _COMPILED.values()]


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
