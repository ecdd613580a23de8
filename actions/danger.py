"""A second look at every text for danger to life: the one mistake of the classifier that no procedure may answer.

"Tôi muốn chết" is near to "đăng ký khai tử" for a classifier and for a search. The patterns are few and literal: a wish
of the speaker's own, or a danger that is happening now. A question about a procedure ("khai tử cho người tự tử") has no
such words.
"""

from __future__ import annotations

import re

from viet_nlu.text import fold

_I = r"(?:toi|em|minh|mik|mk|tui|chau|con|tao|t|to)"
_DISTRESS = re.compile(
    rf"\b{_I} (?:chi |rat |that su |da |dang |lai )*(?:muon|dinh|se|sap) (?:chet|tu tu|tu sat|ket thuc cuoc doi)\b"
    rf"|^(?:muon chet|chan song|khong muon song)\b|\b(?:khong|ko|k|chang) (?:con )?(?:muon|thiet) song\b"
    r"|\b(?:chan song|song khong noi nua|chet di cho xong|chet quach|cat co tay|nhay cau tu tu|uong thuoc tu tu)\b"
)
_EMERGENCY = re.compile(
    r"\b(?:dang chay nha|chay nha roi|nha (?:toi|em|minh) (?:dang )?(?:bi )?chay|cuu (?:toi|em|voi|minh) (?:voi|gap)"
    r"|dang bi danh|co nguoi (?:bi )?(?:ngat|dam|chem|duoi nuoc)|goi cap cuu)\b"
)
_SURELY_PROCEDURE = re.compile(r"\b(?:khai tu|bao tu|chung tu|thu tuc|giay to)\b")


def danger_in(text: str) -> str | None:
    """Return ``distress`` or ``emergency`` when the text says so in plain words, else ``None``."""
    folded = fold(text)
    if _SURELY_PROCEDURE.search(folded):
        return None
    if _DISTRESS.search(folded):
        return "distress"
    return "emergency" if _EMERGENCY.search(folded) else None
