"""The search index: built once from the catalogue, saved as one directory of plain arrays, mapped when read.

A home directory holds versions side by side and a pointer file ``current`` that names the one in use; a build writes
a new version beside the old and turns the pointer in one step, so a reader sees a whole index or none.
"""

from __future__ import annotations

import json
import os
import shutil
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.errors import SetupError
from core.ports import Vectors
from core.procedure import Procedure
from knowledge_base import asked as asked_lines
from knowledge_base.asked import Asked
from knowledge_base.layout import layout
from knowledge_base.lexical import Field, Floats, Vocabulary
from knowledge_base.lexicon import read_lexicon
from knowledge_base.marks import MarkModel
from knowledge_base.passages import Kind, Passage, content, passages, plain_name
from knowledge_base.query import written_out
from knowledge_base.traits import priors, traits
from knowledge_base.words import folded_words

SCHEMA: Final = 2  # raised whenever the files of an index change their meaning
POINTER: Final = "current"
_META: Final = "meta.json"
_KEPT_VERSIONS: Final = 2
_SPEECH_WEIGHT: Final = 20
_ASKED_WEIGHT: Final = 5


@dataclass(frozen=True)
class Index:
    """One version of the index over n procedures and m passages (sorted by owner).

    ``owner`` [m] place of the passage's procedure; ``first`` [n] place of its first passage, the official name;
    ``line_first`` [n] that of its first line of content; ``kinds`` [m]; ``traits`` [n, t]; ``priors`` [n, p];
    ``vectors`` [m, d] unit rows, or ``None`` without encoder. ``whole`` holds all that is said in or of a procedure.
    """

    meta: Mapping[str, Any]
    vocabulary: Vocabulary
    say: Field
    content: Field
    lines: Field
    whole: Field
    owner: NDArray[np.int32]
    first: NDArray[np.int32]
    line_first: NDArray[np.int32]
    kinds: NDArray[np.int8]
    traits: Floats
    priors: Floats
    offsets: NDArray[np.int64]
    vectors: Vectors | None
    asked: Asked
    marks: MarkModel
    directory: Path

    @property
    def version(self) -> str:
        """Return the version: a hash of the content, the code's schema and the encoder."""
        return str(self.meta["version"])

    @property
    def codes(self) -> list[str]:
        """Return the codes of the procedures, in order of place."""
        codes: list[str] = self.meta["codes"]
        return codes

    def record(self, place: int) -> str:
        """Return one procedure as JSON text, read from disk: the records are too large to keep in memory."""
        with (self.directory / "procedures.jsonl").open("rb") as file:
            file.seek(int(self.offsets[place]))
            return file.readline().decode("utf-8")

    def best(self, passage_scores: Floats) -> Floats:
        """Return [n] the best score among each procedure's passages, from [m] scores of passages."""
        return np.maximum.reduceat(passage_scores, self.first)

    def best_line(self, line_scores: Floats) -> Floats:
        """Return [n] the best score among each procedure's lines of content, from scores of lines."""
        return np.maximum.reduceat(line_scores, self.line_first)


@dataclass(frozen=True)
class Stock:
    """What an index is made of: procedures in order, and further content by code that search may read but not show."""

    procedures: Sequence[Procedure]
    shadowed: Mapping[str, Procedure]

    def lines(self, one: Procedure) -> list[str]:
        """Return the sentences in which a procedure can be found beyond its names."""
        behind = self.shadowed.get(one.code)
        return list(dict.fromkeys([*content(one), *(content(behind) if behind else [])]))


@dataclass(frozen=True)
class Encoded:
    """The vectors [m, d] of all passages and [q, d] of all lines that people asked."""

    passages: Vectors
    asked: Vectors


def assemble(stock: Stock, directory: Path, encoded: Encoded | None, meta: Mapping[str, Any]) -> None:
    """Write every file of an index into an existing empty directory."""
    procedures = stock.procedures
    vocabulary = Vocabulary()
    spoken = [(place, passage) for place, one in enumerate(procedures) for passage in passages(one)]
    owner = np.array([place for place, _ in spoken], dtype=np.int32)
    said = [vocabulary.terms([folded_words(_asked(passage))], grow=True) for _, passage in spoken]
    Field.build(said, owners=owner.astype(np.int64)).save(directory, "say")
    line_owner, contents = _write_content(stock, vocabulary, directory)
    lines_asked = asked_lines.write(procedures, vocabulary, directory, encoded.asked if encoded else None)
    named = [(place, terms) for (place, _), terms in zip(spoken, said, strict=True)]
    _write_whole([*named, *enumerate(contents), *lines_asked], len(procedures), directory)
    MarkModel.learn(_written(stock)).save(directory)
    arrays: dict[str, NDArray[Any]] = {
        "owner": owner,
        "first": np.searchsorted(owner, np.arange(len(procedures))).astype(np.int32),
        "line_first": np.searchsorted(line_owner, np.arange(len(procedures))).astype(np.int32),
        "kinds": np.array([passage.kind for _, passage in spoken], dtype=np.int8),
        "traits": np.array([_traits(one) for one in procedures], dtype=np.float32),
        "priors": np.array([priors(one) for one in procedures], dtype=np.float32),
    }
    if encoded is not None:
        arrays["vectors"] = encoded.passages
    for name, array in arrays.items():
        np.save(directory / f"{name}.npy", array)
    (directory / "vocabulary.txt").write_text("\n".join(vocabulary.words()), encoding="utf-8")
    _write_records(procedures, directory)
    described = {"codes": [one.code for one in procedures], "titles": [one.title for one in procedures],
                 "names": [one.name for one in procedures]}  # fmt: skip
    _write_meta(directory, {**meta, **described})


def _write_content(
    stock: Stock, vocabulary: Vocabulary, directory: Path
) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """Write the fields over whole contents and over single lines.

    Return [lines] the place of each line's procedure, and [n] the terms of each whole content.
    """
    folded = cache(folded_words)  # the same sentences of law stand in many procedures
    every = [[folded(line) for line in stock.lines(one)] or [[]] for one in stock.procedures]
    owner = np.array([place for place, lines in enumerate(every) for _ in lines], dtype=np.int64)
    whole = [np.array(vocabulary.terms(lines, grow=True), dtype=np.int64) for lines in every]
    Field.build(whole, k1=1.5, b=0.75).save(directory, "content")
    single = [np.array(vocabulary.terms([line]), dtype=np.int64) for lines in every for line in lines]
    Field.build(single, owners=owner).save(directory, "lines")
    return owner, whole


def _write_whole(parts: Iterable[tuple[int, Sequence[int] | NDArray[np.int64]]], n: int, directory: Path) -> None:
    """Write the field over all that is said in or of each of n procedures, from (place, terms) of its parts."""
    every: list[set[int]] = [set() for _ in range(n)]
    for place, terms in parts:
        every[place].update(int(term) for term in terms)
    Field.build([sorted(terms) for terms in every]).save(directory, "whole")


def _written(stock: Stock) -> Iterator[str]:
    """Yield all text with marks that the mark model learns from; everyday speech counts more than its length."""
    lexicon = read_lexicon()
    for _ in range(_SPEECH_WEIGHT):
        yield from (*lexicon.speech, *lexicon.texts)
    for one in stock.procedures:
        yield from (passage.text for passage in passages(one))
        yield from stock.lines(one)
        for _ in range(_ASKED_WEIGHT):
            yield from one.asked


def _asked(passage: Passage) -> str:
    """Return a passage as it would be read in a question: what an alias has short is written out, a name stays."""
    return passage.text if passage.kind in (Kind.NAME, Kind.TITLE) else written_out(passage.text, read_lexicon())


def _traits(procedure: Procedure) -> list[float]:
    names = (plain_name(procedure.name), procedure.title)
    return [max(pair) for pair in zip(*(traits(folded_words(name)) for name in names), strict=True)]


def encoded_texts(procedures: Sequence[Procedure]) -> list[str]:
    """Return the texts of all passages, in the order in which ``assemble`` wants their vectors."""
    return [passage.text for one in procedures for passage in passages(one)]


def _write_records(procedures: Sequence[Procedure], directory: Path) -> None:
    offsets = []
    with (directory / "procedures.jsonl").open("wb") as file:
        for one in procedures:
            offsets.append(file.tell())
            file.write(one.model_dump_json(exclude_defaults=True).encode("utf-8") + b"\n")
    np.save(directory / "offsets.npy", np.array(offsets, dtype=np.int64))


def _write_meta(directory: Path, meta: Mapping[str, Any]) -> None:
    files = {path.name: _sum(path) for path in sorted(directory.iterdir())}
    text = json.dumps({**meta, "schema": SCHEMA, "layout": layout(), "files": files}, ensure_ascii=False)
    (directory / _META).write_text(text, encoding="utf-8")


def _sum(path: Path) -> list[int]:
    data = path.read_bytes()
    return [len(data), zlib.crc32(data)]


def publish(staged: Path, home: Path, version: str) -> Path:
    """Move a finished version into its place, turn the pointer to it, and remove all but the newest versions."""
    final = home / version
    if final.exists():
        shutil.rmtree(final)
    staged.rename(final)
    fresh = home / f".{POINTER}.{os.getpid()}"
    fresh.write_text(version, encoding="utf-8")
    fresh.replace(home / POINTER)
    others = sorted((path for path in home.iterdir() if (path / _META).is_file() and path != final), key=_age)
    for old in others[: max(0, len(others) - _KEPT_VERSIONS + 1)]:
        shutil.rmtree(old, ignore_errors=True)
    return final


def _age(path: Path) -> float:
    return (path / _META).stat().st_mtime


def current_version(home: Path) -> str | None:
    """Return the version that the pointer names, or ``None`` when nothing was built here."""
    try:
        return (home / POINTER).read_text(encoding="utf-8").strip() or None
    except OSError:
        return None


def read_index(home: Path) -> Index:
    """Read the version in use.

    Raises:
        SetupError: none was built, it was made by code of another layout, or a file of it is missing or damaged.
    """
    version = current_version(home)
    if version is None:
        raise SetupError(f"There is no search index in {home}; run `./motcua kb build`.")
    directory = home / version
    try:
        meta = json.loads((directory / _META).read_text(encoding="utf-8"))
        if (meta.get("schema"), meta.get("layout")) != (SCHEMA, layout()):
            raise SetupError(f"The search index in {home} is of another program version; run `./motcua kb build`.")
        _check_files(directory, meta["files"])
        return _map(directory, meta)
    except (OSError, ValueError, KeyError) as error:
        raise SetupError(f"The search index in {home} is damaged; run `./motcua kb build --force`.") from error


def _check_files(directory: Path, files: Mapping[str, Sequence[int]]) -> None:
    for name, (size, checksum) in files.items():
        if (directory / name).stat().st_size != size or _sum(directory / name)[1] != checksum:
            raise ValueError(name)


def _map(directory: Path, meta: Mapping[str, Any]) -> Index:
    def array(name: str) -> NDArray[Any]:
        mapped: NDArray[Any] = np.load(directory / f"{name}.npy", mmap_mode="r").view(np.ndarray)
        return mapped

    return Index(
        meta=meta,
        vocabulary=Vocabulary((directory / "vocabulary.txt").read_text(encoding="utf-8").split("\n")),
        say=Field.load(directory, "say"),
        content=Field.load(directory, "content"),
        lines=Field.load(directory, "lines"),
        whole=Field.load(directory, "whole"),
        owner=array("owner"),
        first=array("first"),
        line_first=array("line_first"),
        kinds=array("kinds"),
        traits=array("traits"),
        priors=array("priors"),
        offsets=array("offsets"),
        vectors=array("vectors") if (directory / "vectors.npy").exists() else None,
        asked=Asked.load(directory, len(meta["codes"])),
        marks=MarkModel.load(directory),
        directory=directory,
    )


__all__ = ["SCHEMA", "Index", "Kind", "assemble", "current_version", "encoded_texts", "publish", "read_index"]
