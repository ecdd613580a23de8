"""What changed between two states of the catalogue, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import BadInput
from core.procedure import Procedure
from knowledge_base.catalogue import IMPORTED_FILE, Catalogue


@dataclass(frozen=True)
class Change:
    """One change: the code, what happened to it (added, removed, changed), where in the record, and in words."""

    code: str
    kind: str
    place: str
    sentence: str


def read_state(path: Path) -> dict[str, Procedure]:
    """Read a directory of YAML files, a directory of an import, or one ``procedures.jsonl``.

    Raises:
        BadInput: there is nothing of the kind.
    """
    imported = path.is_file() or any(path.rglob(IMPORTED_FILE))
    read = Catalogue.read(None, path) if imported else Catalogue.read(path)
    if not read.procedures:
        raise BadInput(f"{path} holds no procedures; give a directory of YAML files or of an import.")
    return read.procedures


def compare(old: Mapping[str, Procedure], new: Mapping[str, Procedure]) -> list[Change]:
    """Return every change between two states by code, in order of code."""
    changes: list[Change] = []
    for code in sorted({*old, *new}):
        if code not in new:
            changes.append(Change(code, "removed", "", f"“{old[code].name}” is gone"))
        elif code not in old:
            changes.append(Change(code, "added", "", f"“{new[code].name}” is new"))
        else:
            pairs = _differences("", old[code].model_dump(mode="json"), new[code].model_dump(mode="json"))
            changes += [Change(code, "changed", place, sentence) for place, sentence in pairs]
    return changes


def _differences(place: str, old: Any, new: Any) -> Iterator[tuple[str, str]]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            yield from _differences(f"{place}.{key}".lstrip("."), old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _lists(place, old, new)
    else:
        yield place, f"{place}: {_shown(old)} → {_shown(new)}"


def _lists(place: str, old: list[Any], new: list[Any]) -> Iterator[tuple[str, str]]:
    """Compare lists as an editor sees them: same length by position, else what left and what came."""
    if len(old) == len(new):
        for number, (before, after) in enumerate(zip(old, new, strict=True), start=1):
            yield from _differences(f"{place}[{number}]", before, after)
        return
    yield from ((place, f"{place}: no longer {_shown(one)}") for one in old if one not in new)
    yield from ((place, f"{place}: now also {_shown(one)}") for one in new if one not in old)


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        telling = next((value[key] for key in ("name", "text", "office", "code", "kind") if value.get(key)), None)
        return f"“{telling}”" if telling else "an entry"
    text = str(value)
    return f"“{text[:117]}…”" if len(text) > 120 else f"“{text}”"
