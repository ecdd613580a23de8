"""Countries that people name where a record says "nước ngoài". Pure; folded text in, folded text out."""

from __future__ import annotations

import re

_COUNTRIES = (
    "my|hoa ky|anh quoc|nuoc anh|phap|duc|nhat ban|nhat|han quoc|han|dai loan|trung quoc|uc|canada|nga|sec|tiep|ba lan"
    "|lao|campuchia|cam pu chia|thai lan|thai|singapore|sing|malaysia|ma lai|an do|ha lan|thuy dien|na uy|phan lan"
    "|chau au|chau phi|trieu tien|ukraina|ucraina|angola|tay ban nha|new zealand|bo dao nha|hungari|dan mach"
)
# "ở Mỹ Đình", "tại Đức Giang", "ở Nhật Tân", "ở Thái Bình" and "ở ngã tư" are places at home.
_AT_HOME = (
    "dinh|duc|tho|hao|hung|luong|loc|xuyen|thanh|tu|trach|giang|thuong|hoa|tri|hop|tan|binh|nguyen|ha|ho|mo|ninh|son|cai"
    "|tuu|dang|ba|nam|bay|phong|noi|yen|la|tien|chau|thinh|thuy|hang|kim|long|linh|cao"
)
_ABROAD = re.compile(rf"\b(?:o|tai|ben|o ben|tu|sang)(?: nuoc)? (?:{_COUNTRIES})\b(?! (?:{_AT_HOME})\b)")


def abroad(folded: str) -> str:
    """Return a folded text with "ở Mỹ", "bên Đức" and the like as "ở nước ngoài"."""
    return _ABROAD.sub("o nuoc ngoai", folded)
