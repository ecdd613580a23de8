"""The registry in memory: the shipped fake, and what the fake portal serves from."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from core.dossier import FINISHED, Change, Dossier, Grouping, StatusEvent, Tally
from dossiers import statistics
from dossiers.code import find_dossier_code
from dossiers.facts import NO_FACT, FactKind, Secret

_NOBODY = (NO_FACT,) * 3


@dataclass
class MemoryRegistry:
    """``DossierRegistry`` over a dictionary; safe to use from several threads."""

    secret: Secret
    _dossiers: dict[str, Dossier] = field(default_factory=dict)
    _facts: dict[str, tuple[bytes, ...]] = field(default_factory=dict, repr=False)
    _changes: list[Change] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, dossier: Dossier, facts: Mapping[FactKind, str]) -> None:
        """Store a dossier with its facts."""
        with self._lock:
            self._dossiers[dossier.code] = dossier
            self._facts[dossier.code] = self.secret.facts(dossier.code, facts)

    def set_status(self, code: str, event: StatusEvent, supplement: Iterable[str] = ()) -> int | None:
        """Give a dossier another status; returns its version, ``None`` when nothing changes."""
        with self._lock:
            old = self._dossiers.get(code)
            if old is None or old.status is event.status:
                return None
            finished = old.finished_at or event.at if event.status in FINISHED else old.finished_at
            new = old.model_copy(
                update={
                    "status": event.status, "step": event.step, "version": old.version + 1, "finished_at": finished,
                    "events": (*old.events, event), "reason": event.note or old.reason,
                    "supplement": tuple(supplement),
                }
            )  # fmt: skip
            self._dossiers[code] = new
            self._changes.append(
                Change(
                    cursor=len(self._changes) + 1, code=code, version=new.version, status=new.status, at=event.at,
                    procedure_name=new.procedure_name,
                )
            )  # fmt: skip
            return new.version

    def accepts(self, code: str) -> bool:
        """Tell whether a code has the national shape."""
        return find_dossier_code(code) == code

    def look_up(self, code: str, fact: str) -> Dossier | None:
        """Compare the fact with the dossier's, or with nobody's."""
        with self._lock:
            fits = self.secret.fits(code, fact, self._facts.get(code, _NOBODY))
            return self._fresh(code) if fits else None

    def read(self, code: str) -> Dossier | None:
        """Return a dossier by its code."""
        with self._lock:
            return self._fresh(code)

    def changes(self, after: int, limit: int = 500) -> Sequence[Change]:
        """Return changes behind a cursor."""
        with self._lock:
            return self._changes[max(after, 0) : max(after, 0) + limit]

    def tallies(
        self, by: Grouping, now: datetime, since: date | None = None, until: date | None = None
    ) -> Sequence[Tally]:
        """Count by the rules of ``dossiers.statistics``."""
        with self._lock:
            return statistics.count(self._dossiers.values(), by, now, since, until)

    def _fresh(self, code: str) -> Dossier | None:
        found = self._dossiers.get(code)
        return found.model_copy(update={"as_of": datetime.now(UTC)}) if found else None
