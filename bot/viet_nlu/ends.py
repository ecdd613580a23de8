"""Rules for the ends of a name that was found: words that always belong to it and words that never do. Pure functions.

The convention is in CONTRIBUTING.md (what is marked in an example); the tagger has too few examples of each ending.
"""

from __future__ import annotations

import re
from typing import Final

from viet_nlu.patterns import Found
from viet_nlu.text import fold, nfc

# For whom or with whom, which narrows the case; "cho con hỏi" is the asker and no part of a name.
_PERSON: Final = (
    r"(?:\d+ )?(?:nguoi(?: (?:nuoc ngoai|da mat|viet nam|viet|khac|cao tuoi|khuyet tat|co cong))?|tre(?: em| so sinh)?"
    r"|con(?: nho| rieng| gai| trai)?|be|em be|chau|bo me|cha me|me|bo|ong noi|ong ngoai|ba noi|ba ngoai|ong ba|ong|ba"
    r"|vo|chong|khach|sinh vien|hoc sinh)(?: (?:moi sinh|ngoai gia thu|bi bo roi|gia))*(?: \d+ tuoi)?"
)
_WHOM: Final = re.compile(rf" (?:cho|voi|khoi) {_PERSON}\b(?! (?:hoi|biet|hay))")
_KIND: Final = re.compile(
    r" (?:lan (?:dau|hai|2)|so [12]|qua han|dien tu|nha (?:\d+ tang|cap \d)|ca the|cong dan|(?:o )?rieng le"
    r"|pho thong|gan chip|(?:xe )?o to|xe may|(?:(?<=o to )|(?<=xe may ))cu|(?<=xa hoi )mot lan)\b"
)
# What became of the old paper belongs to the act of getting a new one, not to the paper alone.
_LOST: Final = re.compile(r" (?:bi (?:mat|hu|hong|rach|chay)|het han)\b")
_NEW_PAPER: Final = re.compile(r"(?:cap|lam|doi|xin)\b")
_PERSON_CUT: Final = re.compile(r"(?:nguoi(?: nuoc)?|con(?: ngoai)?|be|tre|me|bo|chau)$")
_REST_OF_PERSON: Final = re.compile(
    r" (?:nuoc ngoai|ngoai gia thu|ngoai|gai|trai|gia thu|da mat|bi bo roi|(?:gia |tren )?\d+ tuoi|gia"
    r"|(?<=nguoi )khac)\b"
)
_NEVER_LAST: Final = re.compile(
    r" (?:(?:lam )?(?:qua|tren(?! \d)) .*|online.*|truc tuyen.*|nam nay|(?<!xa hoi )mot lan|khi .*"
    r"|(?:trong|ngoai|truoc|tai|o|ra) (?:vuon|ngo|nha|cho|via he)(?: minh)?|di du lich|cua (?:phuong|xa)"
    r"|chu (?:khong|dau) .*|(?<!nguoi )khac(?: (?!nhau).*)?|(?<!viec )(?<!di )lam|nhanh(?: gon)?|gap"
    r"|z|va|cho|voi|thi|(?<!bi )mat|nhe)$"
)
_NEVER_FIRST: Final = re.compile(
    r"(?:don xin|don de nghi|xin hoi|to khai|mau"
    r"|thue(?= (?:cho tang|tang cho|sang ten|chuyen nhuong))"
    r"|di(?= (?:lam|khai|xin|sao|nop|dang|cap|doi (?:can|bang|the|giay|ho|gplx)))) "
)
_FORM_BEFORE: Final = re.compile(r"(?:\bdon|\bcach) $")
_FORM_VERB: Final = re.compile(r"(?:xin|lam) ")
_VERB_BEFORE: Final = re.compile(
    r"(?:^|(?<=\s))(?:xin (?:the|giay|tam) |(?:(?:cap|doi) (?:lai )?)?(?:(?<!co )the|giay|phieu) "
    r"|(?:cap|doi)(?: (?:anh|lai))? |lam |(?:(?<=muon )|(?<=can )|(?<=phai ))xin |dong cua )$"
)
# A paper named alone: what became of it is no part of its name ("căn cước bị gãy").
_PAPER: Final = re.compile(
    r"giay |(?:the )?(?:can cuoc|bao hiem|cccd)\b|(?:ho chieu|bang lai|gplx|so do|so hong|khai sinh)\b"
)
_BECAME: Final = re.compile(r" (?:bi|sap|het han|ghi (?:sai|thieu|nham)|dung ten|(?<!sinh )qua han)\b")
_FIELDS: Final = re.compile(r"khai (?!sinh\b|tu\b|bao\b)")  # "tờ khai" before the name of what it is for
_HALVES: Final = (("thay ", "doi "), ("nghi ", "kinh doanh"))  # a verb whose second half begins a name of its own
_UNIT_BEFORE: Final = re.compile(r"(?:^|(?<=\s))(?:thi xa|thi tran|phuong|xa|quan|huyen) ?$")


def tidied(text: str, found: Found) -> Found:
    """Return what was found with its ends put right; a text that folding makes longer or shorter is left alone."""
    folded = fold(text)
    if len(folded) != len(text):
        return found
    if found.entity == "place":
        return _moved(text, found, _with_unit(folded, found.start, found.end))
    if found.entity != "procedure":
        return found
    start, end = _cut(folded, found.start, found.end)
    return _moved(text, found, (_with_verb(folded, start), _with_case(folded, start, end)))


def _moved(text: str, found: Found, ends: tuple[int, int]) -> Found:
    start, end = ends
    return found._replace(start=start, end=end, value=nfc(text[start:end]))


def _with_unit(folded: str, start: int, end: int) -> tuple[int, int]:
    before = folded[:start]
    if before.endswith("thi ") and folded.startswith("xa ", start):
        return start - len("thi "), end
    match = _UNIT_BEFORE.search(before)
    return (match.start() if match else start), end


def _cut(folded: str, start: int, end: int) -> tuple[int, int]:
    last = _NEVER_LAST.search(folded, start, end)
    end = last.start() if last else end
    first = _NEVER_FIRST.match(folded, start, end)
    start = first.end() if first else start
    before = folded[:start]
    form = _FORM_VERB.match(folded, start, end) if _FORM_BEFORE.search(before) else None
    form = _FIELDS.match(folded, start, end) if before.endswith("to ") else form
    return (form.end() if form else start), end


def _with_verb(folded: str, start: int) -> int:
    before = folded[:start]
    half = next((one for one, rest in _HALVES if before.endswith(one) and folded.startswith(rest, start)), "")
    if half:
        return start - len(half)
    match = _VERB_BEFORE.search(before)
    return match.start() if match and not _FORM_BEFORE.search(before[: match.start()]) else start


def _with_case(folded: str, start: int, end: int) -> int:
    """Return the end with what narrows the case: kind, for whom, the loss of the old paper."""
    if _PERSON_CUT.search(folded[start:end]):
        rest = _REST_OF_PERSON.match(folded, end)
        end = rest.end() if rest else end
    patterns = (_KIND, _WHOM, _LOST) if _NEW_PAPER.match(folded, start) else (_KIND, _WHOM)
    for pattern in (*patterns, *patterns):
        match = pattern.match(folded, end)
        end = match.end() if match else end
    became = _BECAME.search(folded, start, end) if _PAPER.match(folded, start, end) else None
    return became.start() if became else end
