"""Places: from what people call the place where they live to the commune or ward of today, or to a question back.

Hanoi has 126 communes and wards since 2025-07-01 (Resolution 1656/NQ-UBTVQH15); old addresses name a district and an
old ward. A ward that was split is never guessed: the answer is a question with the units that hold its land now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from knowledge_base.places_data import District, OldUnit, Unit, gazetteer
from knowledge_base.places_text import DISTRICT_KINDS, Mention, find_mentions, names_other_province

T = TypeVar("T", Unit, OldUnit)
MAX_OPTIONS: Final = 4


@dataclass(frozen=True)
class Resolved:
    """The unit of today; ``old`` is the old unit that led to it, ``note`` a caveat to say with it."""

    unit: Unit
    old: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Option:
    """One choice: its label, and the unit where the choice settles it (else resolve the label again)."""

    label: str
    unit: Unit | None = None


@dataclass(frozen=True)
class Ambiguous:
    """A question in Vietnamese with two to four options."""

    question: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Unknown:
    """No place of Hanoi was understood; ``question`` asks for what is missing, in Vietnamese."""

    reason: str
    question: str


Place = Resolved | Ambiguous | Unknown


def units() -> tuple[Unit, ...]:
    """Return the 126 communes and wards of Hanoi."""
    return gazetteer().units


def resolve(text: str) -> Place:
    """Find the commune or ward of today that a text names, with or without marks, in old or new names.

    Streets are no places here: "đường Cầu Giấy" says nothing of the ward.
    """
    mentions = find_mentions(text)
    if names_other_province(text, mentions):
        return Unknown("other_province", "Tôi chỉ có thông tin về Hà Nội. Anh/Chị ở phường, xã nào của Hà Nội ạ?")
    if not mentions:
        return Unknown("no_place", "Anh/Chị ở phường, xã nào của Hà Nội ạ? Tên cũ hay tên mới đều được.")
    return _with_district(mentions) or _alone(mentions)


def _with_district(mentions: Sequence[Mention]) -> Place | None:
    """Read "old ward, old district"; a district said as such without its ward gives a question."""
    for district_mention in mentions:
        if district_mention.kind not in (None, *DISTRICT_KINDS):
            continue
        for district in gazetteer().district_by_key.get(district_mention.key, ()):
            others = [mention for mention in mentions if mention is not district_mention]
            if found := _in_district(others, district):
                return found
            if district_mention.kind is not None:
                return _district_only(district, others)
    return None


def _in_district(mentions: Sequence[Mention], district: District) -> Place | None:
    for mention in mentions:
        if mention.kind in DISTRICT_KINDS:
            continue
        if olds := _fitting([ward for ward in district.wards if mention.key in ward.keys], mention):
            return _from_old(olds)
        news = [unit for unit in gazetteer().new_by_key.get(mention.key, ()) if unit in district.successors]
        if news:
            return Resolved(news[0])
    return None


def _district_only(district: District, others: Sequence[Mention]) -> Place:
    name = f"{_lower(district.name)} cũ"
    if any(mention.kind for mention in others):
        return Unknown("ward_not_in_district", f"Tôi không thấy tên đó ở {name}. Anh/Chị cho tôi tên phường, xã ạ?")
    return _which_of(district, name)


def _which_of(district: District, name: str) -> Place:
    if len(district.successors) <= MAX_OPTIONS:
        options = tuple(Option(unit.name, unit) for unit in district.successors)
        return Ambiguous(f"Từ 01/7/2025 địa bàn {name} chia thành các đơn vị sau. Anh/Chị ở đâu ạ?", options)
    question = (
        f"Từ 01/7/2025 địa bàn {name} chia thành {len(district.successors)} phường, xã. "
        "Anh/Chị cho tôi tên phường, xã (cũ hoặc mới) ạ?"
    )
    return Unknown("district_only", question)


def _alone(mentions: Sequence[Mention]) -> Place:
    mention = next((one for one in mentions if one.kind), mentions[0])
    book = gazetteer()
    news = _fitting(book.new_by_key.get(mention.key, ()), mention)
    olds = _fitting(book.old_by_key.get(mention.key, ()), mention)
    districts = book.district_by_key.get(mention.key, ())
    if mention.kind is None and districts:
        return _which_of(districts[0], f"{_lower(districts[0].name)} cũ")
    if news and not (mention.old and olds):
        return Resolved(news[0], note=_namesake(news[0], olds))
    if olds:
        return _from_old(olds)
    if districts:
        return _which_of(districts[0], f"{_lower(districts[0].name)} cũ")
    return Unknown("no_place", "Tôi không thấy tên này ở Hà Nội. Anh/Chị cho tôi tên phường, xã ạ?")


def _fitting(found: Sequence[T], mention: Mention) -> list[T]:
    """Return the units of the kind that was said, else all; of those, the ones whose marks are the typed ones."""
    of_kind = [one for one in found if mention.kind in (None, one.kind)] or list(found)
    marked = [one for one in of_kind if one.short.casefold() == mention.surface.casefold()]
    return marked if mention.marked and marked else of_kind


def _namesake(unit: Unit, olds: Sequence[OldUnit]) -> str | None:
    """Warn where an old unit of the same name lay, at least in part, elsewhere."""
    elsewhere = [old for old in olds if set(old.successors) != {unit}]
    if not elsewhere:
        return None
    return (
        f"Tôi hiểu là {_lower(unit.name)} hiện nay; nếu Anh/Chị nói {_lower(elsewhere[0].name)} trước 01/7/2025 "
        "thì nơi ở có thể thuộc đơn vị khác."
    )


def _from_old(olds: Sequence[OldUnit]) -> Place:
    successors = tuple(dict.fromkeys(unit for old in olds for unit in old.successors))
    if len(successors) == 1:
        return Resolved(successors[0], old=f"{olds[0].name}, {_lower(olds[0].district)}")
    if len(olds) > 1:
        options = tuple(Option(f"{old.name}, {_lower(old.district)} cũ") for old in olds[:MAX_OPTIONS])
        return Ambiguous("Hà Nội từng có nhiều nơi tên này. Anh/Chị ở nơi nào ạ?", options)
    old = olds[0]
    options = tuple(Option(unit.name, unit) for unit in successors[:MAX_OPTIONS])
    question = (
        f"{old.name} ({_lower(old.district)} cũ) từ 01/7/2025 được chia về nhiều đơn vị. "
        "Nhà Anh/Chị nay thuộc đơn vị nào ạ?"
    )
    return Ambiguous(question, options)


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
