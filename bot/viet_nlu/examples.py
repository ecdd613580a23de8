"""Reading training data in Rasa's NLU format (YAML, JSON, the old Markdown) without Rasa. Pure but for the file."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MARK: Final = re.compile(r"\[(?P<text>[^\]]+)\](?:\((?P<name>[^)]+)\)|(?P<json>\{[^}]+\}))")
_HEADER: Final = re.compile(r"^##\s*(?P<kind>intent|lookup|synonym|regex)\s*:\s*(?P<name>.+?)\s*$")


class Entity(NamedTuple):
    """A marked piece of an example: ``text[start:end]``."""

    entity: str
    start: int
    end: int


class Example(NamedTuple):
    """One training example."""

    text: str
    intent: str
    entities: tuple[Entity, ...] = ()


class Corpus(NamedTuple):
    """The examples of some files and their lookup tables."""

    examples: list[Example]
    lookups: dict[str, list[str]]


def read_corpus(path: Path) -> Corpus:
    """Read a file or every ``.yml``, ``.yaml``, ``.json`` and ``.md`` below a folder.

    Raises ``ValueError`` naming the file when it is not in Rasa's NLU format or holds no example.
    """
    suffixes = (".yml", ".yaml", ".json", ".md")
    files = sorted(one for one in path.rglob("*") if one.suffix in suffixes) if path.is_dir() else [path]
    corpus = Corpus([], defaultdict(list))
    for file in files:
        try:
            _read_file(file, corpus)
        except (KeyError, TypeError, AttributeError, ValueError, yaml.YAMLError) as problem:
            raise ValueError(f"{file.name} is not in Rasa's NLU format: {problem}") from problem
    if not corpus.examples:
        raise ValueError(f"{path.name} holds no intent example")
    return corpus


def parse_marks(line: str) -> tuple[str, tuple[Entity, ...]]:
    """Return the plain text of an example and its entities (``[x](entity)`` or ``[x]{"entity": "y"}``)."""
    out, found, at = "", [], 0
    for match in _MARK.finditer(line):
        out += line[at : match.start()]
        name = match["name"].partition(":")[0] if match["name"] else json.loads(match["json"])["entity"]
        found.append(Entity(name, len(out), len(out) + len(match["text"])))
        out, at = out + match["text"], match.end()
    return out + line[at:], tuple(found)


def _read_file(file: Path, corpus: Corpus) -> None:
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".json":
        _read_json(json.loads(text), corpus)
    elif file.suffix == ".md":
        _read_markdown(text.splitlines(), corpus)
    else:
        _read_yaml(yaml.load(text, Loader=_LOADER), corpus)  # noqa: S506 - a safe loader


def _read_yaml(content: Any, corpus: Corpus) -> None:
    for block in (content or {}).get("nlu") or []:
        lines = _lines(block.get("examples") or "")
        if "intent" in block:
            _add(block["intent"], lines, corpus)
        elif "lookup" in block:
            corpus.lookups[block["lookup"]].extend(lines)


def _lines(examples: str | Sequence[Any]) -> list[str]:
    if isinstance(examples, str):
        return [line.strip()[2:].strip() for line in examples.splitlines() if line.strip().startswith("- ")]
    return [one["text"].strip() if isinstance(one, dict) else str(one) for one in examples]


def _read_markdown(lines: Sequence[str], corpus: Corpus) -> None:
    kind = name = ""
    for line in lines:
        header = _HEADER.match(line)
        if header:
            kind, name = header["kind"], header["name"]
        elif line.strip().startswith(("- ", "* ")):
            content = line.strip()[2:].strip()
            if kind == "intent":
                _add(name, [content], corpus)
            elif kind == "lookup":
                corpus.lookups[name].append(content)


def _read_json(content: Any, corpus: Corpus) -> None:
    data = content["rasa_nlu_data"]
    for one in data.get("common_examples") or []:
        entities = tuple(Entity(e["entity"], e["start"], e["end"]) for e in one.get("entities") or [])
        corpus.examples.append(Example(one["text"], one["intent"], entities))
    for table in data.get("lookup_tables") or []:
        if isinstance(table["elements"], list):
            corpus.lookups[table["name"]].extend(table["elements"])


def _add(intent: str, lines: Sequence[str], corpus: Corpus) -> None:
    for line in lines:
        text, entities = parse_marks(line)
        if text:
            corpus.examples.append(Example(text, intent, entities))
