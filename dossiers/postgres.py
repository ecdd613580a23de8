"""The registry in PostgreSQL: the embedded default, filled by import and by officers' systems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from core.dossier import FINISHED, Change, Dossier, Grouping, StatusEvent, Step, Tally
from dossiers import statistics
from dossiers.code import find_dossier_code
from dossiers.facts import NO_FACT, Secret
from dossiers.load import COLUMNS, FEED_LOCK, event_json
from dossiers.schema import Connection, Transactions, guarded

_READ = f"select {', '.join(COLUMNS)}, version from dossier.record where code = %s"  # noqa: S608 - names of ours
# The first key at or behind the asked one: a known and an unknown code fetch one row each, from as random a place.
_NEAREST = "select code_key, facts from dossier.secret_fact where code_key >= %s order by code_key limit 1"
_CHANGES = """
    select cursor, code, version, status, at, procedure_name from dossier.change
    where cursor > %s order by cursor limit %s
"""
_SET_STATUS = """
    update dossier.record set status = %(status)s, step = %(step)s, version = version + 1,
        updated_at = clock_timestamp(), events = events || %(event)s::jsonb,
        reason = coalesce(%(note)s, reason), supplement = %(supplement)s,
        finished_at = case when %(finished)s then coalesce(finished_at, %(at)s) else finished_at end
    where code = %(code)s and status <> %(status)s
    returning code, version, status, procedure_name
"""


@dataclass(frozen=True)
class PostgresRegistry:
    """``DossierRegistry`` over the schema ``dossier``."""

    transactions: Transactions
    secret: Secret

    def accepts(self, code: str) -> bool:
        """Tell whether a code has the national shape: any unit may be imported."""
        return find_dossier_code(code) == code

    def look_up(self, code: str, fact: str) -> Dossier | None:
        """Compare hashes with the nearest row, whether or not it is the asked one, then decide."""
        key = self.secret.code(code)
        with guarded(self.transactions)() as connection:
            row = connection.execute(_NEAREST, (key,)).fetchone()
            known, facts = (bytes(row[0]), tuple(map(bytes, row[1]))) if row else (b"", (NO_FACT,) * 3)
            fits = self.secret.fits(code, fact, facts)
            return _read(connection, code) if fits & (known == key) else None

    def read(self, code: str) -> Dossier | None:
        """Return a dossier by its code."""
        with guarded(self.transactions)() as connection:
            return _read(connection, code)

    def changes(self, after: int, limit: int = 500) -> Sequence[Change]:
        """Return lines of the feed; a smaller cursor never becomes visible after a larger one."""
        with guarded(self.transactions)() as connection:
            rows = connection.cursor(row_factory=dict_row).execute(_CHANGES, (after, limit)).fetchall()
        return [Change.model_validate(row) for row in rows]

    def tallies(
        self, by: Grouping, now: datetime, since: date | None = None, until: date | None = None
    ) -> Sequence[Tally]:
        """Count in one pass of the table."""
        with guarded(self.transactions)() as connection:
            return statistics.tallies(connection, by, now, since, until)


def set_status(connection: Connection, code: str, event: StatusEvent, supplement: Sequence[str] = ()) -> int | None:
    """Give a dossier another status in the caller's transaction; returns its new version.

    ``None``: no such dossier, or it has that status already (a repeated message changes nothing).
    """
    connection.execute(FEED_LOCK)
    row = connection.execute(
        _SET_STATUS,
        {"code": code, "status": int(event.status), "step": event.step.name if event.step else None, "at": event.at,
         "note": event.note, "event": Jsonb([event_json(event)]), "supplement": list(supplement),
         "finished": event.status in FINISHED},
    ).fetchone()  # fmt: skip
    if row is None:
        return None
    connection.execute(
        "insert into dossier.change (code, version, status, at, procedure_name) values (%s, %s, %s, %s, %s)",
        (row[0], row[1], row[2], event.at, row[3]),
    )
    return int(row[1])


def _read(connection: Connection, code: str) -> Dossier | None:
    row = connection.cursor(row_factory=dict_row).execute(_READ, (code,)).fetchone()
    if row is None:
        return None
    step = Step[row.pop("step")] if row["step"] else row.pop("step")
    return Dossier.model_validate({**row, "step": step, "as_of": datetime.now(UTC)})
