"""Running an import: read, build, write, count; one bad record never stops it."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any, Final

from pydantic import ValidationError

from core.errors import BadInput
from core.procedure import Procedure
from knowledge_base.importers.catalogue_sheet import read_sheet_row, sheet_rows
from knowledge_base.importers.defence import read_defence
from knowledge_base.importers.draft import Draft, plain_code, to_procedure
from knowledge_base.importers.issues import Issue, Issues
from knowledge_base.importers.portal import read_portal
from knowledge_base.importers.portal_api import read_api
from knowledge_base.importers.word_file import read_word, word_records

Reader = Callable[[Mapping[str, Any], Issues], Draft]
Records = Callable[[Path], Iterable["Raw"]]
# The month in which the public set was gathered; a record may carry its own (``ngay_thu_thap``).
PORTAL_GATHERED: Final = date(2026, 7, 1)
PROCEDURES_FILE: Final = "procedures.jsonl"
Raw = tuple[str, Any]


@dataclass
class Outcome:
    """What an import did; ``kinds`` counts records by issue kind."""

    source: str
    format: str
    read: int = 0
    written: int = 0
    seconds: float = 0.0
    issues: list[Issue] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    fields: dict[str, int] = field(default_factory=dict)

    @property
    def lost(self) -> int:
        """Count of records that were not written."""
        return self.read - self.written


@dataclass(frozen=True)
class Format:
    """A format of import: how records are found in a file, and how one is read."""

    name: str
    records: Records
    reader: Reader
    gathered: date | None = None


def json_records(path: Path) -> Iterator[Raw]:
    """Yield (place, record) of a JSON or JSON Lines file, plain or gz; a broken line is yielded as its error."""
    with _open(path) as lines:
        first = lines.read(1)
        lines.seek(0)
        if first == "[" or (first == "{" and path.suffix in (".json",)):
            yield from _whole(lines.read())
            return
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield f"line {number}", _loaded(line)


def _whole(text: str) -> Iterator[Raw]:
    loaded = _loaded(text)
    for number, record in enumerate(loaded if isinstance(loaded, list) else [loaded], start=1):
        yield f"record {number}", record


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        return error


def _open(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


FORMATS: Final[dict[str, Format]] = {
    form.name: form
    for form in (
        Format("portal-jsonl", json_records, read_portal, PORTAL_GATHERED),
        Format("portal-api", json_records, read_api),
        Format("defence-jsonl", json_records, read_defence, date(2026, 1, 2)),
        Format("xlsx", sheet_rows, read_sheet_row),
        Format("docx", word_records, read_word),
    )
}


def import_records(
    path: Path, form: Format, outcome: Outcome, gathered: date | None = None
) -> Iterator[Procedure | None]:
    """Yield one procedure a record, or ``None`` for a record that could not be used; ``outcome`` keeps the issues."""
    for place, record in form.records(path):
        outcome.read += 1
        issues = Issues(place)
        procedure = _one(record, form, issues, outcome, gathered)
        outcome.issues.extend(issue.model_copy(update={"code": issues.code}) for issue in issues)
        if procedure is not None:
            outcome.written += 1
            outcome.names[procedure.code] = procedure.title
            outcome.fields[procedure.field] = outcome.fields.get(procedure.field, 0) + 1
        yield procedure


def _one(record: Any, form: Format, issues: Issues, outcome: Outcome, gathered: date | None) -> Procedure | None:
    if isinstance(record, Exception) or not isinstance(record, Mapping):
        issues.add("bad_record", "record", str(record) if isinstance(record, Exception) else "not an object")
        return None
    try:
        draft = form.reader(record, issues)
        code = plain_code(draft.code, issues)
        if code is None:
            issues.add("bad_code", "code", draft.code)
            return None
        issues.code = draft.code = code
        if code in outcome.names:
            issues.add("duplicate_code", "code", code)
            return None
        return to_procedure(draft, issues, gathered or _gathered(record, form))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        # ValidationError is a ValueError; these four are all that malformed input can raise in the readers.
        issues.add("bad_record", "record", _told(error))
        return None


def _told(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return f"{type(error).__name__}: {error}"


def _gathered(record: Mapping[str, Any], form: Format) -> date:
    month = record.get("ngay_thu_thap")
    if isinstance(month, str) and len(month) == len("2026-07"):
        return date.fromisoformat(f"{month}-01")
    return form.gathered or date.today()


def run_import(
    path: Path,
    form_name: str,
    out: Path,
    *,
    gathered: date | None = None,
    on_record: Callable[[], None] = lambda: None,
) -> Outcome:
    """Import a file into ``out/procedures.jsonl`` (one dump a line) and return what happened.

    Records stream through, so memory stays flat. The file appears under its name only when it is complete.

    Raises:
        BadInput: no such format, or the file cannot be opened.
    """
    form = FORMATS.get(form_name)
    if form is None:
        raise BadInput(f"no such format: {form_name}; one of {', '.join(FORMATS)}")
    if not path.exists():
        raise BadInput(f"no such file: {path}")
    out.mkdir(parents=True, exist_ok=True)
    outcome = Outcome(source=path.name, format=form_name)
    started = time.perf_counter()
    partial = out / f"{PROCEDURES_FILE}.partial"
    with partial.open("w", encoding="utf-8") as target:
        for procedure in import_records(path, form, outcome, gathered):
            if procedure is not None:
                target.write(procedure.model_dump_json(exclude_defaults=True) + "\n")
            on_record()
    partial.replace(out / PROCEDURES_FILE)
    outcome.seconds = time.perf_counter() - started
    return outcome
