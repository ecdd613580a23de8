"""Safe look-up: a code and a second fact, few tries, one answer for everything that is wrong, all of it audited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from core.dossier import Dossier, DossierRegistry, DossierUnavailable
from dossiers import audit, guard
from dossiers.facts import Secret
from dossiers.guard import Taken
from dossiers.schema import Connection, Transactions

# The count is seen by all workers at once and outlives them; only a crash of the database may forget its last moments.
_QUICK = "set local synchronous_commit = off"


def utc_now() -> datetime:
    """Return the moment it is."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Shown:
    """The dossier, to be shown: the fact fitted, or the conversation is verified for it."""

    dossier: Dossier


@dataclass(frozen=True)
class NotMatched:
    """No such code, or the fact is another's: nobody is told which. ``left``: tries left in this hour."""

    left: int


@dataclass(frozen=True)
class Locked:
    """Too many tries, by this person or on this code; ``until`` is when the next one is taken."""

    until: datetime
    by: Literal["person", "code"]


@dataclass(frozen=True)
class NotVerified:
    """This conversation has not proved (any more) that the dossier is the person's: ask for the second fact."""


LookUp = Shown | NotMatched | Locked


@dataclass(frozen=True)
class SafeLookup:
    """Look-up over any registry. Each answer is one of ``Shown``, ``NotMatched``, ``Locked``; see docs/dossiers.md."""

    registry: DossierRegistry
    transactions: Transactions
    secret: Secret
    clock: Callable[[], datetime] = field(default=utc_now)

    def look_up(self, person: str, code: str, fact: str) -> LookUp:
        """Take a try of the person and of the code, commit, and only then compare.

        A worker killed in between has cost a try and shown nothing. A try ended by the registry's absence or by a
        right fact is given back.

        Raises:
            DossierUnavailable: the registry gave no usable answer.
        """
        now, person_key, code_key = self.clock(), self.secret.person(person), self.secret.code(code)
        with self.transactions() as connection:
            connection.execute(_QUICK)
            tries = _take(connection, person_key, code_key, now)
            locked = _locked(tries)
            if locked:
                audit.append(connection, audit.Entry(now, "look_up", "locked", person_key, code_key))
                return locked
        try:
            found = self.registry.look_up(code, fact)
        except DossierUnavailable:
            self._end(tries, audit.Entry(now, "look_up", "unavailable", person_key, code_key), None)
            raise
        outcome = "shown" if found else "not_matched"
        used = self._end(tries, audit.Entry(now, "look_up", outcome, person_key, code_key), found)
        return Shown(found) if found else NotMatched(max(guard.PERSON_TRIES - used, 0))

    def read(self, person: str, code: str) -> Shown | NotVerified:
        """Show a dossier again to a conversation verified for it within the last 30 minutes.

        Raises:
            DossierUnavailable: no usable answer and no last known state.
        """
        now, person_key = self.clock(), self.secret.person(person)
        with self.transactions() as connection:
            if not guard.is_verified(connection, person_key, code, now):
                return NotVerified()
        found = self.registry.read(code)
        outcome = "shown" if found else "gone"
        with self.transactions() as connection:
            audit.append(connection, audit.Entry(now, "read", outcome, person_key, self.secret.code(code)))
        return Shown(found) if found else NotVerified()

    def verified_codes(self, person: str) -> list[str]:
        """Return the codes for which a conversation is verified now, the newest first."""
        with self.transactions() as connection:
            return guard.verified_codes(connection, self.secret.person(person), self.clock())

    def forget(self, person: str) -> int:
        """End every verification of a conversation; returns how many there were."""
        now, person_key = self.clock(), self.secret.person(person)
        with self.transactions() as connection:
            count = guard.forget(connection, person_key)
            audit.append(connection, audit.Entry(now, "forget", "done", person_key))
        return count

    def _end(self, tries: list[Taken], entry: audit.Entry, found: Dossier | None) -> int:
        """Close a try in one transaction of the same statements whatever the outcome; returns the tries in use."""
        refund = entry.outcome != "not_matched"
        with self.transactions() as connection:
            for taken in tries:
                guard.give_back(connection, taken if refund else _nothing(taken))
            if found and entry.person_key:
                guard.remember(connection, entry.person_key, found.code, entry.at)
            used = guard.used(connection, tries[0])
            audit.append(connection, entry)
        return used


def _take(connection: Connection, person_key: bytes, code_key: bytes, now: datetime) -> list[Taken]:
    """Take a try of the person, and of the code only when the person has one: a locked sender locks nobody's code."""
    person = guard.take(connection, b"p" + person_key, now, guard.PERSON_TRIES, guard.PERSON_WINDOW)
    if not person.allowed:
        return [person]
    return [person, guard.take(connection, b"c" + code_key, now, guard.CODE_TRIES, guard.CODE_WINDOW)]


def _locked(tries: list[Taken]) -> Locked | None:
    last = tries[-1]
    if last.allowed:
        return None
    return Locked(last.free_at, "person" if len(tries) == 1 else "code")


def _nothing(taken: Taken) -> Taken:
    """The same row, never hit: a wrong fact costs the same statements as a right one."""
    return Taken(b"", taken.started, taken.allowed, taken.free_at)
