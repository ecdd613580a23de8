"""Reading curated procedures: one YAML file a procedure, every error collected with the file it stands in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from pydantic import ValidationError

from core.procedure import Procedure

CURATED_DIR = Path(__file__).parent / "procedures"
_MAX_VALUE = 60


@dataclass(frozen=True)
class Problem:
    """Something that is wrong with one file or record: where it stands, and a sentence that says what to do."""

    where: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.where}: {self.sentence}"


@dataclass
class Loaded:
    """What was read: procedures by code, and the problems of what could not be."""

    procedures: dict[str, Procedure] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def load_curated(directory: Path = CURATED_DIR) -> Loaded:
    """Read every ``*.yaml`` of the directory; a file that does not fit is left out and named in ``problems``."""
    return load_files(sorted(directory.glob("*.yaml")))


def load_files(paths: Iterable[Path]) -> Loaded:
    """Read these YAML files, one procedure each, in the order given."""
    loaded = Loaded()
    for path in paths:
        _load_one(path, loaded)
    return loaded


def _load_one(path: Path, loaded: Loaded) -> None:
    try:
        record = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - built on SafeLoader
        procedure = Procedure.model_validate(record)
    except OSError as error:
        loaded.problems.append(Problem(path.name, f"cannot be read ({error.strerror}); check the file"))
    except UnicodeDecodeError:
        loaded.problems.append(Problem(path.name, "is not UTF-8; save it as UTF-8"))
    except yaml.YAMLError as error:
        loaded.problems.append(Problem(path.name, _yaml_sentence(error)))
    except ValidationError as error:
        loaded.problems.extend(Problem(path.name, sentence) for sentence in validation_sentences(error))
    else:
        _place(procedure, path, loaded)


def _place(procedure: Procedure, path: Path, loaded: Loaded) -> None:
    if path.stem != procedure.code:
        sentence = f"holds code {procedure.code}; name the file {procedure.code}.yaml or correct the code"
        loaded.problems.append(Problem(path.name, sentence))
    if procedure.origin != "curated":
        loaded.problems.append(Problem(path.name, "origin must be 'curated' here; remove the line 'origin'"))
    loaded.procedures[procedure.code] = procedure


def _yaml_sentence(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
    return f'is no valid YAML{place}; put values that hold ": ", "#", "{{" or commas inside {{…}} in quotes'


def validation_sentences(error: ValidationError) -> list[str]:
    """Put pydantic's findings into sentences of the form ``place: what is wrong (value)``."""
    sentences = []
    for item in error.errors(include_url=False, include_context=False):
        place = ".".join(str(part) for part in item["loc"]) or "the record"
        value = repr(item["input"])
        shown = f" (found {value})" if len(value) <= _MAX_VALUE and item["type"] != "missing" else ""
        sentences.append(f"{place}: {item['msg'].removeprefix('Value error, ')}{shown}; correct it in the file")
    return sentences


class _StrictMixin:
    """Refuses a key that stands twice in one mapping: YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = key_node.value
            if key in seen and key != "<<":
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} stands twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep=deep)  # type: ignore[misc, no-any-return]


_BASE: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # C parser where PyYAML has it: ten times faster
_LOADER = type("_StrictLoader", (_StrictMixin, _BASE), {})
