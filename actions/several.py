"""The aspects that one message asks for: the one of its intent, and those whose question words are in the text."""

from __future__ import annotations

import re

from viet_nlu.text import fold

from actions.turn import Turn
from actions.words import content
from core.message import Aspect

# Question words only: "giấy tờ" alone may stand in a procedure's name, "giấy tờ gì" asks. Folded.
_CUES: tuple[tuple[Aspect, str], ...] = (
    (Aspect.DOCUMENTS, r"giay to (?:gi|nao|nhung gi)|(?:can|gom|mang|theo|chuan bi|nop) (?:nhung )?(?:giay to )?gi\b"
     r"|ho so (?:gom|can|gi)|can giay to|giay to can|can (?:nhung )?giay gi"),
    (Aspect.FEE, r"bao nhieu tien|(?:le|chi) phi(?: (?:la|het))?(?: bao nhieu(?! ngay| lau))?"
     r"|het bao nhieu(?! lau)|ton bao nhieu|phi bao nhieu|mat tien|ton tien"
     r"|mat bao nhieu tien|gia bao nhieu|co phi\b|phi the nao|bn tien|tien khong"),
    (Aspect.TIME, r"(?:bao lau|may ngay)(?: (?:thi|moi|nua))*(?: (?:xong|co|duoc)\b)?|bao nhieu ngay"
     r"|khi nao (?:xong|co|lay)|thoi han|bao gio (?:xong|co|lay)"
     r"|mat may ngay|lau khong(?= a\b| vay| ban| em|$)|may hom"),
    (Aspect.PLACE, r"o dau|nop dau|cho nao|noi nao|den dau|ra dau|phuong nao|co quan nao|noi nop"),
    (Aspect.ONLINE, r"online|truc tuyen|qua mang|tren mang|vneid duoc"),
    (Aspect.STEPS, r"cac buoc|trinh tu|quy trinh|may buoc"),
    (Aspect.ELIGIBILITY, r"dieu kien"),
    (Aspect.FORMS, r"mau don|mau to khai|bieu mau|to khai nao|xin mau"),
    (Aspect.LEGAL, r"can cu phap ly|luat nao|nghi dinh nao|thong tu nao|quy dinh nao"),
    (Aspect.RESULT, r"ket qua|nhan duoc gi|duoc cap gi"),
)  # fmt: skip
_EACH = re.compile(r"\b(?:mot|1|moi) (?:trang|ban|to|bo|nguoi|lan|xe)\b|\b(?:thi|nhu|ra) (?:the nao|sao)\b")
_PARTS = re.compile(r"[,;?!.\n]+|\b(?:va|voi|con|roi|cung|cung nhu|lai|dong thoi|luon)\b")
# Pairs that are one question: "nộp online ở đâu", "mẫu tờ khai lấy ở đâu", "làm online mất bao lâu".
_ONE_QUESTION = {Aspect.ONLINE, Aspect.FORMS, Aspect.RESULT, Aspect.LEGAL, Aspect.STEPS, Aspect.ELIGIBILITY}


def aspects_in(turn: Turn, first: Aspect) -> tuple[Aspect, ...]:
    """Return the aspects asked in the order of the text; ``first``, that of the intent, when it asks one thing.

    Where the text is nothing but one aspect's own words ("thời hạn thì sao"), those decide; and where a whole sentence
    was read as a wish alone but asks one thing in so many words ("muốn mở quán thì đăng ký ở đâu"), that.
    """
    found: list[Aspect] = []
    for part in _PARTS.split(fold(turn.text)):
        found += [aspect for aspect in _in_part(part) if aspect not in found]
    plain = len(found) == 1 and found[0] not in _ONE_QUESTION
    told = plain and (first is Aspect.OVERVIEW or only_aspect(turn.text))
    return tuple(found) if told or len(found) > 1 else (first,)


def only_aspect(text: str) -> bool:
    """Tell whether a text asks for an aspect and names nothing else ("thời hạn thì sao", "mấy tiền một trang")."""
    folded = fold(text)
    rest = _PARTS.sub(" ", _EACH.sub(" ", folded))
    for _, cue in _CUES:
        rest = re.sub(cue, " ", rest)
    return words_of_aspect(text) is not None and not content(rest)


def words_of_aspect(text: str) -> Aspect | None:
    """Return the aspect whose words a short text holds, or ``None``."""
    found = _in_part(fold(text))
    return found[0] if found else None


def _in_part(part: str) -> list[Aspect]:
    places = [(match.start(), aspect) for aspect, cue in _CUES if (match := re.search(cue, part))]
    aspects = [aspect for _, aspect in sorted(places)]
    if any(aspect in _ONE_QUESTION for aspect in aspects):
        return [next(aspect for aspect in aspects if aspect in _ONE_QUESTION)] if aspects else []
    return aspects
