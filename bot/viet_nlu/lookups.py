"""Build step: the names of the knowledge base's procedures as a Rasa lookup table (data, no import)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import yaml

from viet_nlu.text import normalise

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PREFIX: Final = re.compile(r"^thủ tục\s+", re.IGNORECASE)
LONGEST: Final = 12  # syllables; nobody types the longer official names, and they would only slow the matching


def procedure_phrases(folder: Path) -> list[str]:
    """Return the titles, aliases and short official names of the curated procedures, sorted.

    Raises ``ValueError`` naming the file when one cannot be read.
    """
    phrases: set[str] = set()
    for path in sorted(folder.glob("*.yaml")):
        try:
            record = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - a safe loader
        except yaml.YAMLError as problem:
            raise ValueError(f"{path.name} is no valid YAML; run the knowledge base check") from problem
        phrases |= _phrases_of(record)
    return sorted(phrases)


def _phrases_of(record: Any) -> set[str]:
    if not isinstance(record, dict) or record.get("internal") or not record.get("aliases"):
        return set()
    raw = [record.get("title", ""), record.get("name", ""), *record["aliases"]]
    clean = {_PREFIX.sub("", normalise(str(text))).lower().strip(" .,;:?!") for text in raw}
    return {text for text in clean if 2 <= len(text.split()) <= LONGEST}


def write_lookup(phrases: list[str], path: Path) -> None:
    """Write the phrases as the lookup table ``procedure`` in Rasa's training data format."""
    lines = [
        'version: "3.1"',
        "nlu:",
        "  - lookup: procedure",
        "    examples: |",
        *(f"      - {one}" for one in phrases),
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
