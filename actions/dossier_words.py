"""What a text wants of a dossier, by its words: pure functions over the folded text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, get_args

from viet_nlu.text import fold

if TYPE_CHECKING:
    from dossiers.wording import Question

Wish = Literal["follow", "unfollow", "followed", "digest", "each", "forget", "other"]
WISHES: tuple[Wish, ...] = get_args(Wish)

# Asked in this order: who stops something names what he stops, too.
_WISHES: tuple[tuple[Wish, re.Pattern[str]], ...] = (
    ("unfollow", re.compile(
        r"\b(?:huy|bo|ngung|dung|thoi|tat|khong|ko)\b.{0,14}\b(?:theo doi|thong bao|nhan tin|bao tin|nhac|bao nua)\b"
    )),
    ("followed", re.compile(
        r"dang (?:theo doi|nhan thong bao).{0,12}\b(?:nao|gi|nhung)\b|dang theo doi (?:nhung|ho so nao|cai)"
        r"|danh sach.{0,12}theo doi|nhung ho so.{0,16}theo doi|theo doi nhung"
    )),
    ("digest", re.compile(r"\b(?:tong hop|gop|mot lan|1 lan)\b.{0,16}\bngay\b|cuoi ngay|ban tin.{0,8}ngay")),
    ("each", re.compile(r"\b(?:bao|nhan|thong bao)\b.{0,8}\b(?:tung|moi)\b (?:lan|thay doi)|co gi bao ngay|bao ngay")),
    ("forget", re.compile(
        r"\bquen\b (?:ho so|thong tin|di|het|toi)(?! ma)|nguoi khac (?:dung|cam|muon hoi|hoi)|dang xuat|thoat ho so"
        r"|xoa thong tin (?:xac nhan|ho so)"
    )),
    ("other", re.compile(r"ho so khac|ma khac|(?<!theo )doi (?:sang )?ho so|sang ho so|ho so thu (?:hai|2)")),
    ("follow", re.compile(r"theo doi|\b(?:bao|nhan|nhac|thong bao)\b")),
)  # fmt: skip
_QUESTIONS: tuple[tuple[Question, re.Pattern[str]], ...] = (
    ("proxy", re.compile(
        r"\b(?:lay|nhan|linh|nop)\b.{0,16}\b(?:ho|thay|giup)\b|nguoi khac|nguoi nha|uy quyen"
        r"|\bnho\b.{0,16}\b(?:lay|nhan)\b"
    )),
    ("why_returned", re.compile(
        r"\b(?:vi sao|tai sao|sao|ly do|bi)\b.{0,24}\b(?:tra lai|tu choi|tra ve|bi tra|dung)\b"
    )),
    ("supplement", re.compile(r"\bbo sung\b|thieu (?:gi|giay|cai|nhung)|\bthieu\b.{0,8}\b(?:gi|khong)\b|can them gi")),
    ("where", re.compile(
        r"\b(?:lay|nhan|linh)\b.{0,20}\bo (?:dau|cho)|o dau.{0,12}\b(?:lay|nhan)\b|(?:lay|nhan) ket qua.{0,12}mang"
    )),
    ("when", re.compile(r"bao gio|khi nao|bao lau|luc nao|may ngay|ngay hen|con bao nhieu ngay|(?:hen|han) ngay")),
)  # fmt: skip
_STOP = re.compile(r"\b(?:huy|bo|ngung|dung) (?:viec )?theo doi\b")


def is_stop(text: str) -> bool:
    """Tell whether a text asks to follow no more in the words that we teach, whatever intent was read from it."""
    return _STOP.search(" ".join(fold(text).split())) is not None


def wish_of(text: str) -> Wish | None:
    """Return what a text wants done, or ``None``; asked where the intent says that something is to be done."""
    folded = " ".join(fold(text).split())
    return next((wish for wish, shape in _WISHES if shape.search(folded)), None)


def question_of(text: str) -> Question | None:
    """Return which of the usual questions about a dossier a text asks, or ``None``."""
    folded = " ".join(fold(text).split())
    return next((question for question, shape in _QUESTIONS if shape.search(folded)), None)
