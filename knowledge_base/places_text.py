"""Finding names of places in a text: kinds written out or abbreviated, names with or without marks or spaces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from viet_nlu.text import Span, fold, has_marks, nfc, syllables

from knowledge_base.places_data import Kind, gazetteer, key_of

DISTRICT_KINDS: Final[tuple[Kind, ...]] = ("quận", "huyện", "thị xã")
_KIND_WORDS: Final[dict[tuple[str, ...], Kind]] = {
    ("thi", "tran"): "thị trấn",
    ("thi", "xa"): "thị xã",
    ("phuong",): "phường",
    ("p",): "phường",
    ("f",): "phường",
    ("xa",): "xã",
    ("x",): "xã",
    ("tt",): "thị trấn",
    ("quan",): "quận",
    ("q",): "quận",
    ("huyen",): "huyện",
    ("h",): "huyện",
    ("tx",): "thị xã",
}
# After these a name is that of a street, a bridge, a school…, and not of the ward in which one lives.
_NOT_A_WARD: Final = frozenset(
    {"duong", "pho", "ngo", "ngach", "hem", "toa", "cu", "cho", "cau", "ho", "ga", "truong", "vien"}
)
# fmt: off
_ADDRESS_WORDS: Final = frozenset({
    "toi", "em", "minh", "chau", "nha", "o", "tai", "dia", "chi", "la", "ha", "noi", "hn", "tp", "thanh", "pho",
    "viet", "nam", "phuong", "p", "xa", "x", "quan", "q", "huyen", "h", "thi", "tran", "tx", "tt", "duong", "ngo",
    "ngach", "so", "khu", "to", "dan", "thon", "xom", "cu", "moi", "truoc", "day", "nay", "a", "nhe", "vay",
})
# fmt: on
_BESIDE: Final = 2  # words between a ward and its district: "trung hoa, q. cau giay"
_LONGEST: Final = 6
_GLUED: Final = 6  # a name written without a space counts only from this length on


@dataclass(frozen=True)
class Mention:
    """A name found: its key, the kind said before it, the words as written, whether "cũ" follows."""

    key: str
    kind: Kind | None
    surface: str
    marked: bool
    old: bool
    start: int
    end: int


def find_mentions(text: str) -> list[Mention]:
    """Return the names of communes, wards and districts of Hanoi, old and new, in order; the longest wins."""
    plain = nfc(text)
    words = syllables(fold(plain))
    found = list(_mentions(plain, words))
    if _is_an_address(words, found):
        return found
    return [mention for mention in found if _stands_alone(mention, words) or _paired(mention, found)]


def _is_an_address(words: Sequence[Span], found: Sequence[Mention]) -> bool:
    """Tell whether the text holds little else than names of places, as the answer to "where do you live" does."""
    taken = {index for mention in found for index in range(mention.start, mention.end)}
    rest = [word.text for index, word in enumerate(words) if index not in taken]
    return all(word in _ADDRESS_WORDS or word.isdigit() for word in rest)


def _stands_alone(mention: Mention, words: Sequence[Span]) -> bool:
    """Tell a name from the same syllables in running text ("hợp đồng" is no village): a kind, "ở", or capitals."""
    if mention.kind is not None:
        return True
    before = words[mention.start - 1].text if mention.start else ""
    capitals = mention.marked and all(part[:1].isupper() for part in mention.surface.split())
    return before in ("o", "tai") or capitals


def _paired(mention: Mention, found: Sequence[Mention]) -> bool:
    """Tell whether the name stands beside another one with which it makes a ward and its district."""
    book = gazetteer()
    for other in found:
        if other is mention or min(abs(other.start - mention.end), abs(mention.start - other.end)) > _BESIDE:
            continue
        for ward, district in ((mention, other), (other, mention)):
            if any(ward.key in old.keys for one in book.district_by_key.get(district.key, ()) for old in one.wards):
                return True
    return False


def _mentions(text: str, words: Sequence[Span]) -> Iterator[Mention]:
    position = 0
    while position < len(words):
        found = _at(text, words, position)
        if found is None:
            position += 1
            continue
        position = found.end
        yield found


def _at(text: str, words: Sequence[Span], start: int) -> Mention | None:
    for length in (2, 1):
        kind = _KIND_WORDS.get(tuple(word.text for word in words[start : start + length]))
        if kind and (found := _named(text, words, start + length, kind)):
            return found
    if start and words[start - 1].text in _NOT_A_WARD and not _city_before(words, start):
        return None
    return _named(text, words, start, None)


def _city_before(words: Sequence[Span], start: int) -> bool:
    """Tell "thành phố Hà Nội" from a street ("phố Hàng Bài")."""
    return start > 1 and (words[start - 2].text, words[start - 1].text) == ("thanh", "pho")


def _named(text: str, words: Sequence[Span], start: int, kind: Kind | None) -> Mention | None:
    book = gazetteer()
    for length in range(min(_LONGEST, len(words) - start), 0, -1):
        run = words[start : start + length]
        key = "".join(word.text for word in run)
        if length == 1 and kind is None and len(key) < _GLUED:
            continue
        if key in book.new_by_key or key in book.old_by_key or key in book.district_by_key:
            end = start + length
            surface = text[run[0].start : run[-1].end]
            if not _marks_fit(surface, key, text):
                continue
            old = end < len(words) and words[end].text == "cu"
            return Mention(key, kind, surface, has_marks(surface), old, start, end)
    return None


def _marks_fit(surface: str, key: str, text: str) -> bool:
    """Tell whether the marks typed are those of a name with this key; an older name's marks are not known and fit."""
    if not has_marks(text):
        return True
    book = gazetteer()
    shorts = [unit.short for unit in book.new_by_key.get(key, ())]
    shorts += [ward.short for ward in book.old_by_key.get(key, ())]
    shorts += [district.short for district in book.district_by_key.get(key, ())]
    names = {_plain(short) for short in shorts if key_of(short) == key}
    return not names or _plain(surface) in names


def _plain(name: str) -> str:
    return re.sub(r"[\s\-–]+", " ", name).casefold()


def names_other_province(text: str, mentions: Sequence[Mention]) -> bool:
    """Tell whether another province is named: after "tỉnh" or "thành phố", or as the last words where it is no ward."""
    words = syllables(fold(nfc(text)))
    provinces = gazetteer().other_provinces
    taken = {index for mention in mentions for index in range(mention.start, mention.end)}
    for start in range(len(words)):
        for length in (2, 3):
            end = start + length
            key = "".join(word.text for word in words[start:end])
            if end > len(words) or key not in provinces:
                continue
            announced = start > 0 and words[start - 1].text in ("tinh", "tp", "pho")
            if announced or (end == len(words) and not taken & set(range(start, end))):
                return True
    return False
