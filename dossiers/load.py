"""Import into the PostgreSQL registry: batches go by COPY into a temporary table and are merged from there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from psycopg.types.json import Jsonb

from core.dossier import StatusEvent
from dossiers.facts import Secret
from dossiers.reading import LineError, Row
from dossiers.schema import Connection, Transactions

BATCH = 5_000
_SHOWN_ERRORS = 50
COLUMNS = (
    "code", "procedure_code", "procedure_name", "field", "unit", "level", "holder", "status", "step", "received_at",
    "due_at", "new_due_at", "finished_at", "allowed", "allowed_unit", "reason", "supplement", "return_place", "events",
)  # fmt: skip
_PLAIN = [name for name in COLUMNS if name not in ("code", "events")]
_SET = ", ".join(f"{name} = excluded.{name}" for name in _PLAIN)
FEED_LOCK = "select pg_advisory_xact_lock(hashtextextended('dossier.change', 0))"

_STAGE = """
    create temporary table if not exists dossier_stage (like dossier.record, code_key bytea, facts bytea[])
        on commit delete rows
"""
_COPY = f"copy dossier_stage (id, version, updated_at, {', '.join(COLUMNS)}, code_key, facts) from stdin"
# A row that says nothing new changes nothing; one with another status gets the next version and a line of the feed.
# A file without the history of a dossier keeps the history we have, and adds to it.
_MERGE = f"""
    insert into dossier.record as r ({", ".join(COLUMNS)})
    select {", ".join(COLUMNS)} from dossier_stage order by code
    on conflict (code) do update set {_SET}, updated_at = clock_timestamp(),
        version = r.version + (excluded.status <> r.status)::int,
        events = case when excluded.events <> '[]' then excluded.events
                      when excluded.status = r.status then r.events
                      else r.events || jsonb_build_array(jsonb_build_object(
                          'at', coalesce(excluded.finished_at, clock_timestamp()), 'status', excluded.status)) end
    where ({", ".join(f"r.{name}" for name in _PLAIN)})
            is distinct from ({", ".join(f"excluded.{name}" for name in _PLAIN)})
        or (excluded.events <> '[]' and excluded.events <> r.events)
    returning code, version, (xmax = 0) as fresh
"""  # noqa: S608 - column names of ours
_FEED = """
    insert into dossier.change (code, version, status, at, procedure_name)
    select code, version, status, coalesce(finished_at, clock_timestamp()), procedure_name
    from dossier.record where code = any(%s) and version > 1
    order by code on conflict (code, version) do nothing
"""
_FACTS = """
    insert into dossier.secret_fact (code_key, facts) select code_key, facts from dossier_stage order by code_key
    on conflict (code_key) do update set facts = excluded.facts where secret_fact.facts <> excluded.facts
"""


@dataclass
class ImportReport:
    """What an import did. ``errors`` holds the first 50 lines left out; ``failed`` counts all of them."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: int = 0
    errors: list[LineError] = field(default_factory=list)


def load(
    transactions: Transactions, secret: Secret, rows: Iterable[Row | LineError], batch: int = BATCH
) -> ImportReport:
    """Store rows, each batch in a transaction of its own, and report; a bad line is told and left out.

    A run that was killed may simply be run again: rows already stored are unchanged.
    """
    report = ImportReport()
    for chunk in _batches(_good(rows, report), batch):
        with transactions() as connection:
            _store(connection, secret, chunk, report)
    if report.added:
        with transactions() as connection:
            connection.execute("analyze dossier.record")
            connection.execute("analyze dossier.secret_fact")
    return report


def _good(rows: Iterable[Row | LineError], report: ImportReport) -> Iterator[Row]:
    for row in rows:
        if isinstance(row, Row):
            yield row
        else:
            report.failed += 1
            if len(report.errors) < _SHOWN_ERRORS:
                report.errors.append(row)


def _batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    source = iter(rows)
    while chunk := list(islice(source, size)):
        yield chunk


def _store(connection: Connection, secret: Secret, rows: Sequence[Row], report: ImportReport) -> None:
    connection.execute(_STAGE)
    with connection.cursor().copy(_COPY) as copy:
        for row in rows:
            copy.write_row(_cells(row, secret))
    connection.execute(FEED_LOCK)
    stored = connection.execute(_MERGE).fetchall()
    changed = [code for code, _, fresh in stored if not fresh]
    connection.execute(_FEED, (changed,))
    connection.execute(_FACTS)
    report.added += len(stored) - len(changed)
    report.changed += len(changed)
    report.unchanged += len(rows) - len(stored)


def _cells(row: Row, secret: Secret) -> list[Any]:
    dossier = row.dossier
    values: dict[str, Any] = {name: getattr(dossier, name) for name in COLUMNS}
    values["status"] = int(dossier.status)
    values["step"] = dossier.step.name if dossier.step else None
    values["supplement"] = list(dossier.supplement)
    values["events"] = Jsonb([event_json(event) for event in dossier.events])
    facts = list(secret.facts(dossier.code, row.facts))
    return [0, 1, dossier.as_of, *values.values(), secret.code(dossier.code), facts]


def event_json(event: StatusEvent) -> dict[str, Any]:
    """Return an event as the ``events`` column holds it."""
    return event.model_dump(mode="json", exclude_none=True)
