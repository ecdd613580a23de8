"""The case of a procedure that a text tells of ("trẻ bị bỏ rơi", "nhà thuê"): it changes the papers."""

from __future__ import annotations

from viet_nlu.text import fold

from actions.abroad import abroad
from actions.words import content, pairs, spelled
from core.facts import Case
from core.procedure import Procedure, Sibling

# How people say a case whose record uses the law's words; matched by the id of the case, folded.
SAID: dict[str, tuple[str, ...]] = {
    "nha-thue-muon-o-nho": ("nha thue", "thue nha", "o thue", "o tro", "thue tro", "nha tro", "o nho", "muon nha"),
    "nha-cua-minh": ("nha cua minh", "nha cua toi", "nha toi dung ten", "nha chinh chu", "nha rieng"),
    "ve-o-voi-nguoi-than": ("nha bo me", "nha chong", "nha vo", "nguoi than", "o voi bo me", "nhap ho khau"),
    "sinh-o-nuoc-ngoai": ("sinh o nuoc ngoai", "de o nuoc ngoai", "sinh con o nuoc ngoai"),
    "tre-bi-bo-roi": ("bo roi", "nhat duoc tre"),
    "mang-thai-ho": ("mang thai ho", "de thue"),
    "da-ly-hon-hoac-goa": ("ly hon", "ly di", "vo mat", "chong mat", "goa"),
    "chet-da-lau": ("mat da lau", "chet da lau", "mat lau roi", "khong co giay bao tu"),
    "khong-con-ban-sao": ("khong con ban sao", "khong co ban sao", "mat het giay to", "khong con giay to"),
    "con-ban-sao": ("con ban sao", "con giu ban sao", "co ban sao"),
    "duoi-14-tuoi": ("duoi 14", "tre em", "cho con", "cho be"),
    "uy-quyen": ("uy quyen", "nho nguoi", "lam thay", "lam ho", "nop thay", "nop ho"),
    "uy-quyen-nop": ("uy quyen", "nho nguoi", "lam thay", "lam ho", "nop thay", "nop ho"),
    "ho-gia-dinh": ("ho gia dinh", "ca nha", "vo chong cung"),
    "ly-hon": ("ly hon", "ly di"),
    "theo-danh-sach": ("theo danh sach", "nhieu nguoi", "chu tro", "chu nha tro"),
    "ben-nhan-dang-ky": ("nguoi mua", "ben mua", "toi mua", "chu moi"),
    "ben-ban-thu-hoi": ("nguoi ban", "ben ban", "toi ban", "chu cu"),
    "lan-dau": ("lan dau",),
    "cap-lai": ("cap lai", "xin lai"),
}


def case_in(procedure: Procedure, text: str) -> Case | None:
    """Return the one case that the text tells of; ``None`` when it tells of none, or of two alike.

    A case is told of by a way people say it, or by two neighbouring words that no other case and no name of the
    procedure has. Negation is heard only in the words of the cases themselves ("không còn bản sao").
    """
    if len(procedure.cases) < 2:
        return None
    scores = {case.id: _score(procedure, case, text) for case in procedure.cases}
    best = max(scores.values())
    top = [case for case in procedure.cases if scores[case.id] == best]
    return top[0] if best > 0 and len(top) == 1 else None


# How people say what makes another procedure the right one; by (procedure in focus, sibling), folded.
SIBLING_SAID: dict[tuple[str, str], tuple[str, ...]] = {
    ("1.001193", "1.000689"): (
        "ngoai gia thu", "chua ket hon", "chua dang ky ket hon", "khong dang ky ket hon",
        "me don than", "nhan con luon",
    ),
    ("1.001193", "2.000528"): ("nguoi nuoc ngoai", "bo tay", "me tay"),
    ("1.000894", "2.000806"): ("nguoi nuoc ngoai", "chong tay", "vo tay"),
    ("1.000656", "1.001766"): ("nguoi nuoc ngoai",),
    ("1.004859", "2.000748"): ("nguoi nuoc ngoai",),
}  # fmt: skip
_FEW = 8  # words: a longer text is a question of its own


def sibling_in(procedure: Procedure, text: str) -> Sibling | None:
    """Return the sibling that a short text tells of instead of the procedure in focus ("con ngoài giá thú")."""
    folded = f" {' '.join(spelled(text, ''))} "
    if len(content(text)) > _FEW:
        return None
    return next((one for one in procedure.siblings if _says(procedure, one, folded)), None)


def _says(procedure: Procedure, sibling: Sibling, folded: str) -> bool:
    return any(f" {phrase} " in folded for phrase in SIBLING_SAID.get((procedure.code, sibling.code), ()))


def explained_by_case(case: Case, procedure: Procedure, text: str) -> bool:
    """Tell whether all that the text names is in the case or in the procedure, so that it asks for nothing else."""
    known = spelled(f"{_words_of(case)} {procedure.title} {procedure.name} {' '.join(procedure.aliases)}", text)
    said = {word for phrase in SAID.get(case.id, ()) for word in phrase.split()}
    named = content(text)
    missing = [word for word in named if word not in known and fold(word) not in said]
    return len(missing) * 4 <= len(named)


def _score(procedure: Procedure, case: Case, text: str) -> int:
    folded = abroad(" ".join(spelled(text, "")))
    said = max((len(phrase.split()) for phrase in SAID.get(case.id, ()) if f" {phrase} " in f" {folded} "), default=0)
    own = pairs(spelled(_words_of(case), text)) - _shared(procedure, case, text)
    return 2 * said + len(own & pairs(spelled(text, text)))


def _shared(procedure: Procedure, case: Case, text: str) -> set[tuple[str, str]]:
    others = [_words_of(other) for other in procedure.cases if other.id != case.id]
    return {pair for words in (*others, procedure.title, procedure.name) for pair in pairs(spelled(words, text))}


def _words_of(case: Case) -> str:
    return f"{case.name}. {case.when or ''}"
