"""What a question mentions on the way: the paper that is asked about, and what a paper is wanted for.

"Đăng ký kết hôn có cần giấy độc thân không" is about the wedding, "xin giấy độc thân để kết hôn" about the paper. Such
a mention still counts when the rest leaves several procedures open, but less than what the question is about.
Folded syllables; only data and regular expressions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

Span = tuple[int, int]

# Verbs by which somebody gets or does a procedure; after "có cần" they are themselves the question.
_OBTAIN: Final = (
    r"(?:xin|lam|dang ky|cap|doi|khai|sao y|sao|cong chung|chung thuc|nhap|tach|xoa|cat|sang ten|chuyen|mo|rut|sua"
    r"|cai chinh|trich luc|thay doi|bao|ghi chu)"
)
_ACT: Final = (
    rf"(?:{_OBTAIN}|ket hon|khai sinh|khai tu|giam ho|nuoi con nuoi|con nuoi|thuong tru|tam tru|chuyen truong"
    r"|tach thua|tach ho|thua ke|di chuc|ho kinh doanh)"
)
_PAPER: Final = (
    r"(?:cac |ca |them |mang |nop |mang theo |phai co |co |xuat trinh |ban goc |ban chinh |to |cai |quyen )*"
    r"(?:giay(?! phep)|ban sao|ban chinh|ban goc|ho khau|so (?:ho khau|tam tru|do|hong)|can cuoc|cmnd|cccd"
    r"|chung minh|ho chieu|phieu|bang (?:cap|tot nghiep|dai hoc)|hoa don|hop dong|anh the|chu ky|xac nhan)"
)
# "… có cần giấy X không": from the paper to the end.
_ASKED_PAPER: Final = re.compile(
    rf" {_ACT} .*?(?:co |thi )?(?:can|phai|bat buoc|buoc)(?: phai)?(?: co| nop| mang| kem)?"
    rf" (?P<aside>{_PAPER}(?: .*)?) $"
)
# "xin giấy X để Y": what it is wanted for.
_PURPOSE: Final = re.compile(rf"^.* {_OBTAIN} .*? (?P<aside>de (?!lai |dai ).*)$")
# "giấy X của tôi để làm Y": no verb before, so Y is what is asked.
_MEANS: Final = re.compile(rf"^(?P<aside>.*?) de (?={_OBTAIN} )")
# "không có giấy X thì làm Y": the paper that is missing.
_LACKING: Final = re.compile(
    rf" (?P<aside>(?:khong co|khong con|chua co|thieu|quen|mat) {_PAPER}(?: \S+)*?) (?:thi|co|van|ma|vay)"
    rf"(?: \S+){{0,3}}? (?={_ACT} )"
)
# "chứ không phải X", "không cần X": what is set aside in so many words.
_DENIED: Final = re.compile(r" (?P<aside>(?:chu |ma )?khong (?:phai|can) (?:la )?(?:\S+ ){1,4})")
_CLAUSES: Final = (_ASKED_PAPER, _LACKING, _PURPOSE, _MEANS, _DENIED)


def aside(words: Sequence[str], telling: Callable[[Sequence[str]], bool]) -> Span | None:
    """Return (start, end) of the syllables that a question only mentions, or ``None``.

    ``telling`` says whether syllables name anything; a mention counts as one only where the rest still does.
    """
    text = f" {' '.join(words)} "
    for clause in _CLAUSES:
        found = clause.search(text)
        if not found:
            continue
        start = len(text[: found.start("aside")].split())
        end = start + len(found["aside"].split())
        if telling(words[start:end]) and (telling(words[:start]) or telling(words[end:])):
            return start, end
    return None
