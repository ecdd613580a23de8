"""Cleaning of cells: empty words, page chrome, lines, short titles."""

from __future__ import annotations

import re
from typing import Final

from knowledge_base.importers.issues import Issues

TITLE_LENGTH: Final = 60
_EMPTY: Final = frozenset(
    {"", "--", "không có thông tin", "không", "không có", "không quy định", "không yêu cầu", "chưa có thông tin"}
)
_CHROME: Final = re.compile(
    r"(?:Từ khóa\s*Không có thông tin|Từ khóa(?=.{0,200}Mô tả)|Chọn cơ quan thực hiện\s*Tỉnh/|"
    r"-- Chọn (?:Bộ ngành|Tỉnh))",
    re.S,
)
_PRIVATE_USE: Final = re.compile(r"[\ue000-\uf8ff\u200b-\u200f\ufeff\x00-\x08\x0b\x0c\x0e-\x1f]")
_BROKEN_CHAR: Final = re.compile(r"\ufffd|[ÃÂ][\x80-\xbf]|á»|áº|Ä‘")
# A line that ends in mid-sentence while the next starts with another thought: words of two sentences changed places.
_TORN_LINE: Final = re.compile(
    r"(?:^|\n)[^\n]*\b(?:tại|của|cho|và|theo|về|đến|việc \w+ tại) \w+ \n(?:nộp|nhận|gửi|kê|nếu)\b"
)
_MID_SENTENCE: Final = re.compile(r"^\s*[);,.:]|^\s*(?:và|hoặc|thì|của|phải được|được) ")
_DISTRICT: Final = re.compile(r"cấp huyện|UBND (?:quận|huyện)|Ủy ban nhân dân (?:quận|huyện)|\bhuyện, quận\b", re.I)


def is_empty(text: str | None) -> bool:
    """Tell whether a cell says in one of the source's ways that nothing was entered."""
    return text is None or text.strip().rstrip(".;:").casefold() in _EMPTY


def clean(text: str | None) -> str:
    """Return the text without invisible characters, with single spaces; line breaks stay."""
    if not text:
        return ""
    text = _PRIVATE_USE.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " "))
    return "\n".join(re.sub(r"[ \t]+", " ", line).strip() for line in text.split("\n")).strip()


def one_line(text: str | None) -> str:
    """Return the cleaned text as one line."""
    return re.sub(r"\s+", " ", clean(text))


def cut_chrome(text: str, field: str, issues: Issues) -> str:
    """Return the text up to the first words of the page's own furniture; the cut is noted as an issue."""
    found = _CHROME.search(text)
    if found is None:
        return text
    issues.add("page_chrome", field, one_line(text[found.start() : found.start() + 60]))
    return text[: found.start()]


def begins_mid_sentence(text: str) -> bool:
    """Tell whether a text begins with the end of a sentence, as where a cell was cut at the wrong place."""
    return _MID_SENTENCE.search(text) is not None


def check_text(text: str, field: str, issues: Issues) -> None:
    """Note scrambled text and mentions of the abolished district level (since 2025-07-01)."""
    for pattern in (_BROKEN_CHAR, _TORN_LINE):
        if torn := pattern.search(text):
            issues.add("scrambled_text", field, one_line(text[max(0, torn.end() - 80) : torn.end() + 20]))
    if field == "steps" and begins_mid_sentence(text):
        issues.add("scrambled_text", field, one_line(text[:80]))
    if level := _DISTRICT.search(text):
        issues.add("abolished_level", field, one_line(text[max(0, level.start() - 40) : level.end() + 40]))


def lines(text: str) -> list[str]:
    """Return the non-empty lines without their bullets."""
    stripped = (re.sub(r"^[\s\-+*•–·]+", "", line).strip() for line in clean(text).split("\n"))
    return [line for line in stripped if line and not is_empty(line)]


def short_title(name: str) -> str:
    """Return a title of at most 60 characters: the name without "Thủ tục", without brackets, then cut at a word."""
    title = re.sub(r"^(?:thủ tục hành chính|thủ tục)\s*[:\-–]?\s+", "", one_line(name).lstrip(" .,;:-–"), flags=re.I)
    if len(title) > TITLE_LENGTH:
        title = re.sub(r"\s*\([^()]*\)", "", title).strip() or title
    if len(title) > TITLE_LENGTH:
        title = title[: TITLE_LENGTH - 1].rsplit(" ", 1)[0].rstrip(" ,;:-–(") + "…"
    return title[:1].upper() + title[1:]
