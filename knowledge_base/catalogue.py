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
    """Procedures by code (curated first, then imported, each in order of code) and the problems met while reading."""

    procedures: dict[str, Procedure] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def read(cls, curated: Path | None = CURATED_DIR, imported: Path | None = None) -> Catalogue:
        """Read both sources; ``imported`` is a directory that holds ``procedures.jsonl``, as `kb import` writes it."""
        loaded = load_curated(curated) if curated else None
        catalogue = cls(dict(loaded.procedures), list(loaded.problems)) if loaded else cls()
        if imported is not None:
            catalogue.add_imported(read_imported(imported, catalogue.problems))
        return catalogue

    def add_imported(self, procedures: Iterable[Procedure]) -> None:
        """Add imported procedures; one whose code is here already is passed over, for curated facts are checked."""
        for procedure in sorted(procedures, key=lambda one: one.code):
            self.procedures.setdefault(procedure.code, procedure)


def read_imported(directory: Path, problems: list[Problem]) -> Iterator[Procedure]:
    """Yield the procedures of an import; a line that does not fit is added to ``problems`` and left out."""
    path = directory / IMPORTED_FILE if directory.is_dir() else directory
    if not path.is_file():
        problems.append(Problem(str(path), "does not exist; run `./motcua kb import` with --out on this directory"))
        return
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                yield Procedure.model_validate_json(line)
            except ValidationError as error:
                where = f"{path.name}:{number}"
                problems.extend(Problem(where, sentence) for sentence in validation_sentences(error)[:3])
