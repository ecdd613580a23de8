"""What a text wants of a dossier, by its words: pure functions over the folded text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, get_args

from viet_nlu.teencode import expand
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
        r"\b(?:lay|nhan|linh|nop)\b.{0,20}\b(?:ho(?! so)|thay|giup)\b|nguoi khac|nguoi nha|uy quyen"
        r"|\bnho\b.{0,16}\b(?:lay|nhan)\b"
    )),
    ("why_returned", re.compile(
        r"\b(?:vi sao|tai sao|sao|ly do|bi)\b.{0,24}\b(?:tra lai|tu choi|tra ve|bi tra|dung|khong nhan ho so)\b"
    )),
    ("supplement", re.compile(r"\bbo sung\b|thieu (?:gi|giay|cai|nhung)|\bthieu\b.{0,8}\b(?:gi|khong)\b|can them gi")),
    ("where", re.compile(
        r"\b(?:lay|nhan|linh|tra(?! cuu))\b.{0,24}\bo (?:dau|cho)|\bo dau.{0,12}\b(?:lay|nhan)\b"
        r"|\b(?:den|toi|ra) (?:dau|cho nao).{0,12}\b(?:lay|nhan)\b|\b(?:lay|nhan) ket qua.{0,12}mang"
    )),
    ("when", re.compile(
        r"bao gio|khi nao|bao lau|luc nao|may (?:ngay|hom) nua|may ngay|ngay hen|bao nhieu ngay|(?:hen|han) ngay"
        r"|ngay nao.{0,20}\b(?:tra|xong|nhan|lay|co)\b"
    )),
)  # fmt: skip
_STOP = re.compile(r"\b(?:huy|bo|ngung|dung) (?:viec )?theo doi\b")
_NOTICES = re.compile(
    r"\b(?:co|duoc)\b.{0,20}\b(?:bao|nhan tin|nhan|nhac|thong bao|tb|goi)\b.{0,32}\b(?:khong|chua|hong)\b"
    r"(?!.{0,12}\b(?:o dau|bao gio)\b)"
)
_OTHER_NOTICES = re.compile(
    r"\bnhan (?:ket qua|ho|thay|giup|giay|duoc|ho so)|\bbao (?:gio|lau|nhieu|hiem|mat)|\bbao cao"
)


def is_stop(text: str) -> bool:
    """Tell whether a text asks to follow no more in the words that we teach, whatever intent was read from it."""
    return _STOP.search(_plain(text)) is not None


def asks_about_notices(text: str) -> bool:
    """Tell whether a text asks whether one is told: "có báo cho tôi khi xong không"."""
    return _NOTICES.search(_OTHER_NOTICES.sub(" ", _plain(text))) is not None


def wish_of(text: str) -> Wish | None:
    """Return what a text wants done, or ``None``; asked where the intent says that something is to be done."""
    folded = _plain(text)
    return next((wish for wish, shape in _WISHES if shape.search(folded)), None)


def question_of(text: str) -> Question | None:
    """Return which of the usual questions about a dossier a text asks, or ``None``."""
    folded = _plain(text)
    return next((question for question, shape in _QUESTIONS if shape.search(folded)), None)


def _plain(text: str) -> str:
    """Chat spelling written out, without marks, in lower case and single spaces."""
    return " ".join(fold(expand(text)).split())
