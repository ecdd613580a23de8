"""The whole catalogue: curated procedures, and imported ones where no curated one has the code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from core.procedure import Procedure
from knowledge_base.load import CURATED_DIR, Problem, load_curated, validation_sentences

IMPORTED_FILE = "procedures.jsonl"


@dataclass
class Catalogue:
    """Procedures by code (curated first, then imported, each in order of code) and the problems met while reading.

    ``shadowed`` are the imported records that a curated one overrides: never shown, but search reads their words.
    """

    procedures: dict[str, Procedure] = field(default_factory=dict)
    shadowed: dict[str, Procedure] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def read(cls, curated: Path | None = CURATED_DIR, imported: Path | None = None) -> Catalogue:
        """Read both sources; ``imported`` is a directory that holds ``procedures.jsonl``, as `kb import` writes it."""
        loaded = load_curated(curated) if curated else None
        catalogue = cls(dict(loaded.procedures), problems=list(loaded.problems)) if loaded else cls()
        if imported is not None:
            catalogue.add_imported(read_imported(imported, catalogue.problems))
        return catalogue

    def add_imported(self, procedures: Iterable[Procedure]) -> None:
        """Add imported procedures; one whose code is here already is passed over, for curated facts are checked."""
        for procedure in sorted(procedures, key=lambda one: one.code):
            if self.procedures.setdefault(procedure.code, procedure) is not procedure:
                self.shadowed.setdefault(procedure.code, procedure)


def read_imported(directory: Path, problems: list[Problem]) -> Iterator[Procedure]:
    """Yield the procedures of the imports in a directory and the directories below it (or of one file).

    A line that does not fit is added to ``problems`` and left out; of a code that comes twice, the first is kept.
    """
    paths = sorted(directory.rglob(IMPORTED_FILE)) if directory.is_dir() else [directory]
    if not any(path.is_file() for path in paths):
        sentence = f"holds no {IMPORTED_FILE}; run `./motcua kb import` with --out on this directory"
        problems.append(Problem(str(directory), sentence))
        return
    for path in paths:
        yield from _read_lines(path, problems)


def _read_lines(path: Path, problems: list[Problem]) -> Iterator[Procedure]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                yield Procedure.model_validate_json(line)
            except ValidationError as error:
                where = f"{path.name}:{number}"
                problems.extend(Problem(where, sentence) for sentence in validation_sentences(error)[:3])
