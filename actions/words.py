"""Words of a short turn compared with words of ours: marks count when the citizen typed marks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from viet_nlu.text import fold, has_marks, nfc

_WORD = re.compile(r"[^\W_]+")
# Words that point at something without naming it.
POINTING = frozenset(
    """a à ạ ah ai ấy ậy bạn cái chắc cho chọn chứ có của dạ đi đó em gì giúp hả hỏi hơn là lấy loại mà mình mục muốn
    này nè nha nhé nhỉ những ơi rồi số sao thế thì thôi thứ tôi trường tức vâng vậy vì với vụ ý ừ ờ không ko k
    phải nhầm sai hợp đang thuộc diện như anh chị câu còn nữa xin nói hiểu người ta được thủ tục đâu cơ kia làm
    cần việc thích bảo ui xem nào mới vừa nãy cứ hay hoặc luôn á nghe tớ mk mik t""".split()  # noqa: SIM905  (a list of 90 words reads worse)
)
# Without marks these are also words that name something (bản, sao y, con, nhà, mất…).
_NAMING_UNMARKED = frozenset(("ban", "sao", "con", "nha", "cho", "lam", "so", "dang", "ky", "moi", "hop", "cu", "t"))
_UNMARKED = frozenset(fold(word) for word in POINTING) - _NAMING_UNMARKED
_JOINING = frozenset((
    "va", "hoac", "het", "trong", "ngoai", "tai", "theo", "da", "khi", "de", "tu", "den", "duoc", "nguoi",
    "thi", "la", "cua", "cho", "co", "khong", "cac", "nhung", "hon", "gi", "nao", "o",
))  # fmt: skip


def spelled(text: str, like: str) -> list[str]:
    """Return the words of ``text`` in the spelling of ``like``: with marks when ``like`` has some, else folded."""
    form = nfc(text).lower() if has_marks(like) else fold(text)
    return _WORD.findall(form)


def content(text: str) -> list[str]:
    """Return the words of a text that name something, in its own spelling."""
    pointing = POINTING if has_marks(text) else _UNMARKED
    return [word for word in spelled(text, text) if word not in pointing]


def pairs(words: Iterable[str]) -> set[tuple[str, str]]:
    """Return the neighbouring words of a text, those left out that only join ("và hết", "của người")."""
    return {pair for pair in pairwise(words) if not _JOINING.intersection(map(fold, pair))}
