"""Who is competent: which office receives a procedure now, from the procedure, the place and the applicant.

The office is the one that the procedure's source names, with the unit of today put in for "cấp xã"; what the source
does not settle is said as unknown or asked back, never filled in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from viet_nlu.text import fold

from core.facts import Level, SourceRef
from core.facts import Place as OfficeFact
from core.procedure import Procedure
from knowledge_base.overlays import AnywhereRule, Overlay
from knowledge_base.places import Place, Resolved

Applicant = Literal["citizen", "foreigner", "organisation"]
DISTRICTS_END: Final = date(2025, 7, 1)
_APPLICANT_WORDS: Final[dict[Applicant, tuple[str, ...]]] = {
    "citizen": ("cong dan viet nam", "ca nhan", "ho gia dinh", "nguoi viet nam"),
    "foreigner": ("nuoc ngoai",),
    "organisation": ("to chuc", "doanh nghiep", "hop tac xa", "co quan"),
}
_NOT_FOREIGN: Final = ("dinh cu o nuoc ngoai", "to chuc nuoc ngoai", "co von dau tu nuoc ngoai")
_FOREIGN: Final = re.compile(r"(?:nguoi|yeu to) nuoc ngoai")
_COMMUNE_WORDS: Final = re.compile(
    r"cấp xã|xã, phường, thị trấn|phường, xã, thị trấn|xã, phường|phường, xã|phường/xã|xã/phường", re.I
)
_PROVINCE_WORDS: Final = re.compile(
    r"cấp tỉnh|tỉnh, thành phố(?: trực thuộc [Tt]rung ương)?|thành phố(?! Hà Nội)", re.I
)
_DISTRICT_WORDS: Final = re.compile(r"cấp huyện|\b(?:UBND|Ủy ban nhân dân|Công an) (?:quận|huyện)", re.I)
_NO_OFFICE: Final = re.compile(r"^chưa rõ", re.I)


@dataclass(frozen=True)
class Office:
    """One office that may receive the dossier; ``anywhere`` = in any unit, not only that of one's home."""

    name: str
    level: Level
    anywhere: bool = False
    note: str | None = None


@dataclass(frozen=True)
class Competence:
    """The answer: the offices, whether they are settled, what to ask, what to say with it, and where it was read."""

    offices: tuple[Office, ...]
    settled: bool
    question: str | None = None
    notes: tuple[str, ...] = ()
    instead: str | None = None
    sources: tuple[SourceRef, ...] = ()

    @property
    def text(self) -> str:
        """The answer in Vietnamese, one sentence a line."""
        lines = [*self.notes]
        if self.offices and self.settled:
            lines.insert(0, f"Nơi tiếp nhận: {self.offices[0].name}.")
        elif self.offices:
            names = "; ".join(office.name for office in self.offices)
            lines.insert(0, f"Nguồn ghi các nơi tiếp nhận sau, chưa tách rõ trường hợp nào nộp ở đâu: {names}.")
        else:
            lines.insert(0, "Chưa có nguồn nào cho biết chắc cơ quan tiếp nhận hiện nay.")
        return "\n".join([*lines, self.question] if self.question else lines)


def competent(
    procedure: Procedure, place: Place | None, applicant: Applicant, day: date, overlay: Overlay | None = None
) -> Competence:
    """Tell which office receives the procedure on ``day`` for somebody at ``place``.

    ``procedure`` is read as of ``day`` by the caller. Without a resolved place an office of a commune is named in
    general words and the question for the place is passed on.
    """
    offices, gone = _offices(procedure, place, day)
    unit_needed = any(office.level == "commune" and not office.anywhere for office in offices)
    notes = [*_applicant_notes(procedure, applicant), *gone, *_notes_of(offices)]
    rules = _anywhere_rules(procedure, overlay, day)
    notes += [rule.note for rule in rules]
    return Competence(
        offices=offices,
        settled=len(offices) == 1,
        question=_question(place) if unit_needed else None,
        notes=tuple(dict.fromkeys(notes)),
        instead=_instead(procedure, applicant),
        sources=(procedure.source, *(rule.source for rule in rules)),
    )


def _offices(procedure: Procedure, place: Place | None, day: date) -> tuple[tuple[Office, ...], list[str]]:
    """Return the offices that exist on the day, and what to say of those that do not."""
    found: dict[Office, None] = {}
    gone: list[str] = []
    for fact in procedure.places:
        if _NO_OFFICE.search(fact.office):
            continue
        if day >= DISTRICTS_END and _DISTRICT_WORDS.search(fact.office):
            gone.append(f"Nguồn còn ghi “{fact.office}”, nhưng cấp huyện đã bỏ từ 01/7/2025.")
            continue
        found[_office(fact, place)] = None
    return tuple(found), gone


def _office(fact: OfficeFact, place: Place | None) -> Office:
    name = fact.office
    if fact.level == "commune" and isinstance(place, Resolved) and not fact.anywhere:
        unit = place.unit.name[:1].lower() + place.unit.name[1:]
        name = _COMMUNE_WORDS.sub(unit, name)
    if fact.level == "province":
        name = _PROVINCE_WORDS.sub("thành phố Hà Nội", name)
    return Office(name, fact.level, bool(fact.anywhere), fact.note)


def _notes_of(offices: tuple[Office, ...]) -> list[str]:
    return [note if note.endswith(".") else f"{note}." for office in offices if (note := office.note)]


def _question(place: Place | None) -> str | None:
    if place is None:
        return "Anh/Chị ở phường, xã nào của Hà Nội ạ?"
    if isinstance(place, Resolved):
        return None
    return place.question


def _applicant_notes(procedure: Procedure, applicant: Applicant) -> list[str]:
    if not procedure.audience or _fits(procedure, applicant):
        return []
    return [f"Nguồn ghi thủ tục này dành cho: {', '.join(procedure.audience)}."]


def _fits(procedure: Procedure, applicant: Applicant) -> bool:
    if applicant == "foreigner" and _FOREIGN.search(fold(procedure.name)):
        return True
    for entry in map(fold, procedure.audience):
        if applicant == "foreigner" and any(words in entry for words in _NOT_FOREIGN):
            continue
        if any(word in entry for word in _APPLICANT_WORDS[applicant]):
            return True
    return False


def _instead(procedure: Procedure, applicant: Applicant) -> str | None:
    """Return the sibling "có yếu tố nước ngoài" for a foreigner whom the procedure itself does not take."""
    if applicant != "foreigner" or not procedure.audience or _fits(procedure, applicant):
        return None
    return next((one.code for one in procedure.siblings if _FOREIGN.search(fold(one.other_when))), None)


def _anywhere_rules(procedure: Procedure, overlay: Overlay | None, day: date) -> list[AnywhereRule]:
    """Return the pilots that may cover the procedure: its field or ministry is named, or its source says that the whole
    of it is done online (toàn trình) at a level that the pilot names. The list of codes is in no source.
    """
    if overlay is None or any(place.anywhere for place in procedure.places):
        return []
    words = fold(f"{procedure.field} {procedure.ministry or ''}")
    online = any("toan trinh" in fold(method.note or "") for method in procedure.methods if method.kind == "online")
    return [
        rule
        for rule in overlay.anywhere
        if rule.holds_on(day)
        and (
            any(fold(field) in words for field in rule.fields)
            or (online and bool(set(procedure.levels) & set(rule.fully_online)))
        )
    ]
