"""Hanoi's units before and since 2025-07-01, read from the data files of the package ``vietnamadminunits``.

Only its files are read: importing the package would load a geocoder that asks the network (docs/adr/0006).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from viet_nlu.text import fold, nfc, syllables

from core.errors import SetupError

PACKAGE: Final = "vietnamadminunits"
PROVINCE: Final = "thanhphohanoi"
T = TypeVar("T")
_KIND_KEYS: Final = ("phuong", "thitran", "thixa", "quan", "huyen", "xa", "sa", "tt", "tx")
Kind = Literal["phường", "xã", "thị trấn", "quận", "huyện", "thị xã"]


@dataclass(frozen=True)
class Unit:
    """A commune or ward of today: official code (5 digits), full name ("Phường Ba Đình"), short name."""

    code: str
    name: str
    short: str
    kind: Kind


@dataclass(frozen=True)
class OldUnit:
    """A commune, ward or town until 2025-06-30 with the units of today that hold its land, the likeliest first."""

    name: str
    short: str
    kind: Kind
    district: str
    successors: tuple[Unit, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True)
class District:
    """A district until 2025-06-30 with the units of today on its land."""

    name: str
    short: str
    kind: Kind
    wards: tuple[OldUnit, ...]
    keys: tuple[str, ...]

    @property
    def successors(self) -> tuple[Unit, ...]:
        """Units of today on the district's land, in order of name."""
        return tuple(sorted({unit for ward in self.wards for unit in ward.successors}, key=lambda unit: unit.short))


@dataclass(frozen=True)
class Gazetteer:
    """Everything by key: folded names without spaces ("caugiay")."""

    units: tuple[Unit, ...]
    districts: tuple[District, ...]
    new_by_key: Mapping[str, tuple[Unit, ...]]
    old_by_key: Mapping[str, tuple[OldUnit, ...]]
    district_by_key: Mapping[str, tuple[District, ...]]
    other_provinces: frozenset[str]


@cache
def gazetteer() -> Gazetteer:
    """Read the package's files once (about 60 ms).

    Raises:
        SetupError: the package is not installed.
    """
    legacy, modern, change = (_file(name) for name in ("parser_legacy", "parser_from_2025", "converter_2025"))
    raw_units = modern["DICT_PROVINCE_WARD_NO_ACCENTED"][PROVINCE]
    units = {key: _unit(raw) for key, raw in raw_units.items()}
    successors = _successors(change, units)
    wards = legacy["DICT_PROVINCE_DISTRICT_WARD_NO_ACCENTED"][PROVINCE]
    districts = tuple(
        _district(key, raw, wards.get(key, {}), successors)
        for key, raw in legacy["DICT_PROVINCE_DISTRICT"][PROVINCE].items()
    )
    return Gazetteer(
        units=tuple(units.values()),
        districts=districts,
        new_by_key=_indexed((unit, _keys(raw_units[key]["wardKeywords"], unit.short)) for key, unit in units.items()),
        old_by_key=_indexed((ward, ward.keys) for district in districts for ward in district.wards),
        district_by_key=_indexed((district, district.keys) for district in districts),
        other_provinces=frozenset(
            key for name, raw in legacy["DICT_PROVINCE"].items() if name != PROVINCE for key in raw["provinceKeywords"]
        ),
    )


def _file(name: str) -> Any:
    try:
        path = Path(str(distribution(PACKAGE).locate_file(f"{PACKAGE}/data/{name}.json")))
    except PackageNotFoundError as error:
        raise SetupError(f"the package {PACKAGE} is not installed: run ./motcua setup") from error
    return json.loads(path.read_text(encoding="utf-8"))


def _unit(raw: Mapping[str, Any]) -> Unit:
    return Unit(raw["wardCode"], nfc(raw["ward"]), nfc(raw["wardShort"]), raw["wardType"].lower())


def key_of(text: str) -> str:
    """Return the key of a name: folded, without spaces or dashes."""
    return "".join(span.text for span in syllables(fold(nfc(text))))


def _keys(keywords: Iterable[str], short: str) -> tuple[str, ...]:
    """Return the keys without a kind at either end (kinds are read from the text by themselves), and the name's own."""
    keys = {*keywords, key_of(short)}
    return tuple(sorted(key for key in keys if not any(_with_kind(key, kind, keys) for kind in _KIND_KEYS)))


def _with_kind(key: str, kind: str, keys: set[str]) -> bool:
    """Tell whether the key is another key with a kind before or after it ("phuongtrunghoa", "yenvienxa")."""
    return (key.startswith(kind) and key[len(kind) :] in keys) or (key.endswith(kind) and key[: -len(kind)] in keys)


def _successors(change: Mapping[str, Any], units: Mapping[str, Unit]) -> dict[str, tuple[Unit, ...]]:
    found: dict[str, list[Unit]] = defaultdict(list)
    for new, olds in change["DICT_PROVINCE_WARD_NO_DIVIDED"][PROVINCE].items():
        for old in olds:
            found[old].append(units[new])
    for old, parts in change["DICT_PROVINCE_WARD_DIVIDED"][PROVINCE].items():
        for part in sorted(parts, key=lambda part: not part["isDefaultNewWard"]):
            found[old].append(units[part["newWardKey"]])
    return {old: tuple(dict.fromkeys(news)) for old, news in found.items()}


def _district(
    key: str, raw: Mapping[str, Any], wards: Mapping[str, Any], successors: Mapping[str, tuple[Unit, ...]]
) -> District:
    name = nfc(raw["district"])
    olds = tuple(
        OldUnit(
            name=nfc(ward["ward"]),
            short=nfc(ward["wardShort"]),
            kind=ward["wardType"].lower(),
            district=name,
            successors=successors[f"{PROVINCE}_{key}_{ward_key}"],
            keys=_keys(ward["wardKeywords"], ward["wardShort"]),
        )
        for ward_key, ward in wards.items()
    )
    return District(
        name,
        nfc(raw["districtShort"]),
        raw["districtType"].lower(),
        olds,
        _keys(raw["districtKeywords"], raw["districtShort"]),
    )


def _indexed(pairs: Iterable[tuple[T, tuple[str, ...]]]) -> dict[str, tuple[T, ...]]:
    index: dict[str, list[T]] = defaultdict(list)
    for item, keys in pairs:
        for key in keys:
            index[key].append(item)
    return {key: tuple(items) for key, items in index.items()}
