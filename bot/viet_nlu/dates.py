"""Days as citizens name them ("thứ sáu tuần sau", "mùng 5 tháng sau", "chiều mai"), against a given day. Pure.

The value is in ISO 8601: a day (2026-11-27), a week (2026-W49) or a month (2026-12). "Mùng 5" is read in the solar
calendar unless "âm lịch" follows, which has no value here and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from viet_nlu.numerals import DIGITS, read_number
from viet_nlu.text import fold

_PART: Final = r"(?:(?:buoi )?(?:sang|trua|chieu|toi) )?"
_NEAR_DAYS: Final = {
    "hom nay": 0, "bua nay": 0, "ngay hom nay": 0, "sang nay": 0, "trua nay": 0, "chieu nay": 0, "toi nay": 0,
    "ngay mai": 1, "hom sau": 1, "sang mai": 1, "trua mai": 1, "chieu mai": 1, "toi mai": 1, "ngay kia": 2,
    "hom qua": -1, "hom kia": -2, "sang qua": -1, "toi qua": -1, "chieu qua": -1,
}  # fmt: skip
_WEEKDAYS: Final = {
    "hai": 0, "ba": 1, "tu": 2, "nam": 3, "sau": 4, "bay": 5, "2": 0, "3": 1, "4": 2, "5": 3, "6": 4, "7": 5,
}  # fmt: skip
_WEEK: Final = {"nay": 0, "sau": 1, "toi": 1, "truoc": -1, "qua": -1}
_SHIFT: Final = "nay|sau|toi|truoc|qua"
_DIGITS: Final = "|".join(sorted(DIGITS.keys() - {"lam", "nham", "khong"}, key=len, reverse=True))
_NUMBER: Final = rf"(?:\d{{1,3}}|(?:(?:{_DIGITS}) )?muoi(?: (?:{_DIGITS}|lam))?|{_DIGITS})"
# "Thứ hai" alone may be "the second", so a weekday needs a week, a part of the day or a word that leads to it.
_WEEKDAY: Final = re.compile(
    rf"\b(?P<lead>(?:sang|trua|chieu|toi|ngay|hom|vao|den|tu|bua|mai) )?"
    rf"(?:(?:thu ?|t)(?P<day>hai|ba|tu|nam|sau|bay|[2-7])|(?P<sunday>chu nhat|cn))\b"
    rf"(?:,? (?:(?:cua )?tuan (?P<week>{_SHIFT})|(?P<next>toi|nay)))?\b(?! (?:nhat|muoi))"
)
_NEAR: Final = re.compile(rf"\b(?:{'|'.join(sorted(_NEAR_DAYS, key=len, reverse=True))})\b")
_CALENDAR: Final = re.compile(
    rf"\b{_PART}(?P<word>ngay mung|hom mung|ngay|mung|mong) (?P<day>\d{{1,2}}|{_NUMBER})"
    rf"(?: ?(?:thang ?|[/-])(?P<month>\d{{1,2}}|{_SHIFT}|gieng|chap)(?: ?(?:nam ?|[/-])(?P<year>\d{{4}}|{_SHIFT}))?)?\b"
    r"(?P<lunar> am(?: lich)?)?(?! (?:am|ngay|lam viec|nua|truoc|cong))(?![/-]?\d)"
)
_FIGURES: Final = re.compile(
    r"(?<![\w./-])(?P<day>\d{1,2})(?P<sign>[/.-])(?P<month>\d{1,2})(?P=sign)(?P<year>\d{4})(?![\w/-]|\.\d)"
)
_AWAY: Final = re.compile(
    rf"\b(?:(?P<ago>cach day) )?(?P<count>{_NUMBER}) (?P<unit>ngay|hom|bua|tuan)"
    r"(?: (?P<way>nua|truoc|sau|toi))?\b(?! khi)"
)
_SPAN: Final = re.compile(rf"\b(?P<unit>tuan|thang) (?P<way>{_SHIFT})\b")


def find_dates(text: str, today: date) -> list[tuple[int, int, str]]:
    """Return (start, end, ISO value) of each day, week or month named, from left to right, without overlap."""
    folded = fold(text)
    if len(folded) != len(text):
        return []
    found: list[tuple[int, int, str]] = []
    for pattern, read in _READERS:
        for match in pattern.finditer(folded):
            value = None if _is_other_word(match, text) else read(match, today)
            start, end = _trimmed(match)
            if value and all(end <= other[0] or other[1] <= start for other in found):
                found.append((start, end, value))
    return sorted(found)


def _is_other_word(match: re.Match[str], text: str) -> bool:
    """Tell whether the word before the day is another one without its marks ("mừng", "mong", "ngành")."""
    if "word" not in match.groupdict():
        return False
    word = text[match.start("word") : match.end("word")].lower()
    return not re.fullmatch(r"(?:hôm |hom )?(?:ngày |ngay )?(?:mùng|mồng|mung)|ngày|ngay", word)


def _trimmed(match: re.Match[str]) -> tuple[int, int]:
    """Return the span without a leading word that only leads to the day ("vào", "đến")."""
    lead = match.groupdict().get("lead")
    skip = len(lead) if lead and lead.strip() in ("vao", "den", "tu", "mai") else 0
    return match.start() + skip, match.end()


def _near(match: re.Match[str], today: date) -> str | None:
    return (today + timedelta(days=_NEAR_DAYS[match.group()])).isoformat()


def _weekday(match: re.Match[str], today: date) -> str | None:
    day = 6 if match["sunday"] else _WEEKDAYS[match["day"]]
    if not (match["lead"] or match["week"] or match["next"] or day >= 5):
        return None
    monday = today - timedelta(days=today.weekday())
    if match["week"] or match["next"] == "nay":
        return (monday + timedelta(days=day, weeks=_WEEK[match["week"] or "nay"])).isoformat()
    ahead = (day - today.weekday()) % 7
    return (today + timedelta(days=ahead or (7 if match["next"] else 0))).isoformat()


def _calendar(match: re.Match[str], today: date) -> str | None:
    day = int(match["day"]) if match["day"].isdigit() else read_number(match["day"].split())
    if match["lunar"] or day is None or match["month"] in ("gieng", "chap"):
        return None
    if not (match["month"] or match["day"].isdigit() or "mung" in match["word"]):
        return None  # "ngày năm" is more often day and year than the fifth
    month, year = today.month, today.year
    if match["month"] and match["month"].isdigit():
        month = int(match["month"])
    elif match["month"]:
        year, month = _months_on(today, _WEEK[match["month"]])
    if match["year"]:
        year = int(match["year"]) if match["year"].isdigit() else today.year + _WEEK[match["year"]]
    return _iso(year, month, day)


def _figures(match: re.Match[str], today: date) -> str | None:
    return _iso(int(match["year"]), int(match["month"]), int(match["day"]))


def _away(match: re.Match[str], today: date) -> str | None:
    count = int(match["count"]) if match["count"].isdigit() else read_number(match["count"].split())
    if not count or not (match["way"] or match["ago"]):
        return None
    days = count * (7 if match["unit"] == "tuan" else 1)
    return (today + timedelta(days=-days if match["ago"] or match["way"] == "truoc" else days)).isoformat()


def _span(match: re.Match[str], today: date) -> str | None:
    step = _WEEK[match["way"]]
    if match["unit"] == "thang":
        year, month = _months_on(today, step)
        return f"{year:04d}-{month:02d}"
    week = (today + timedelta(weeks=step)).isocalendar()
    return f"{week.year:04d}-W{week.week:02d}"


def _months_on(today: date, step: int) -> tuple[int, int]:
    months = today.year * 12 + today.month - 1 + step
    return months // 12, months % 12 + 1


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:  # a day that the calendar does not have is no date
        return None


_READERS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], str | None]], ...]] = (
    (_FIGURES, _figures), (_CALENDAR, _calendar), (_WEEKDAY, _weekday), (_NEAR, _near), (_AWAY, _away), (_SPAN, _span),
)  # fmt: skip
