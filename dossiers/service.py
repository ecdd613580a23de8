"""The facade for the chat side: dossiers looked up safely, explained, and followed (docs/dossiers.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.dossier import Dossier, DossierRegistry
from core.facts import Paper
from dossiers import subscriptions, wording
from dossiers.code import split_code
from dossiers.facts import Secret, find_fact
from dossiers.guard import purge
from dossiers.lookup import Locked, NotMatched, NotVerified, SafeLookup, Shown
from dossiers.notices import Feed, Publish, release
from dossiers.postgres import PostgresRegistry
from dossiers.schema import Connection, Transactions, guarded
from dossiers.subscriptions import Pace, Subscription
from dossiers.wording import Question


@dataclass(frozen=True)
class NeedCode:
    """No dossier code in what was said, and no verified dossier to speak of (or several, of which none was named)."""

    known: tuple[str, ...] = ()


@dataclass(frozen=True)
class NeedFact:
    """The code is well formed; a second fact is needed. Says nothing about whether there is such a dossier."""

    code: str


@dataclass(frozen=True)
class NotOurs:
    """The code's shape belongs to another system, which this registry does not hold."""


Outcome = Shown | NotMatched | Locked | NeedCode | NeedFact | NotOurs


@dataclass(frozen=True)
class Heard:
    """What a message says: a code and a second fact, each if there is one. Keep neither in a tracker or log."""

    code: str | None
    fact: str | None = field(repr=False)


def hear(text: str) -> Heard:
    """Read a code and a second fact from one message, in any order."""
    code, rest = split_code(text)
    return Heard(code, find_fact(rest))


@dataclass(frozen=True)
class DossierDesk:
    """Everything that a conversation can do with dossiers. ``person`` is the conversation's name.

    Every method that asks the registry may raise ``DossierUnavailable``, whose ``citizen_text`` is the answer.
    """

    lookup: SafeLookup
    transactions: Transactions

    def look_up(self, person: str, code: str | None, fact: str | None) -> Outcome:
        """Show a dossier to who proves it is his, or has done so within 30 minutes; else tell what is needed.

        Without a code, the one dossier this conversation is verified for is meant.
        """
        if code is None:
            known = self.lookup.verified_codes(person)
            if len(known) != 1:
                return NeedCode(tuple(known))
            code = known[0]
        if not self.lookup.registry.accepts(code):
            return NotOurs()
        if fact is not None:
            return self.lookup.look_up(person, code, fact)
        again = self.lookup.read(person, code)
        return NeedFact(code) if isinstance(again, NotVerified) else again

    def explain(self, dossier: Dossier, question: Question, papers: Sequence[Paper] = ()) -> str:
        """Answer a question about a dossier that was shown; ``papers`` are those of its procedure."""
        return wording.answer(question, dossier, self.lookup.clock(), papers)

    def say(self, outcome: Outcome) -> str:
        """Return the citizen's sentence of an outcome."""
        if isinstance(outcome, Shown):
            return self.explain(outcome.dossier, "status")
        if isinstance(outcome, NotMatched):
            return wording.not_matched_text(outcome)
        if isinstance(outcome, Locked):
            return wording.locked_text(outcome)
        return {
            NeedCode: wording.ASK_CODE, NeedFact: wording.ASK_FACT, NotOurs: wording.NOT_OURS,
        }[type(outcome)]  # fmt: skip

    def subscribe(self, person: str, dossier: Dossier) -> bool:
        """Follow a dossier that was shown; false when it was followed already or the list is full."""
        with self.transactions() as connection:
            return subscriptions.subscribe(connection, person, dossier)

    def unsubscribe(self, person: str, code: str | None = None) -> int:
        """Stop following one dossier, or all; returns how many."""
        with self.transactions() as connection:
            return subscriptions.unsubscribe(connection, person, code)

    def followed(self, person: str) -> list[Subscription]:
        """Return what a conversation follows."""
        with self.transactions() as connection:
            return subscriptions.subscriptions(connection, person)

    def prefer(self, person: str, pace: Pace) -> None:
        """Keep how notices shall come: each, in a daily digest, or none."""
        with self.transactions() as connection:
            subscriptions.prefer(connection, person, pace)

    def forget(self, person: str) -> None:
        """End this conversation's verification: "quên", another person at the same phone."""
        self.lookup.forget(person)

    def erase(self, person: str) -> None:
        """Delete all that is kept about a conversation ("xóa dữ liệu"); the audit keeps keyed hashes only."""
        self.lookup.forget(person)
        with self.transactions() as connection:
            subscriptions.erase(connection, person)


@dataclass(frozen=True)
class NoticeBoard:
    """The worker's side: call ``gather`` and ``release`` every few seconds, each in a transaction of the caller."""

    feed: Feed
    publish: Publish

    def gather(self, connection: Connection, now: datetime) -> int:
        """Turn new changes into waiting notices; returns how many changes were read."""
        return self.feed.gather(connection, now)

    def release(self, connection: Connection, now: datetime) -> int:
        """Publish what is due; returns how many changes were told."""
        return release(connection, self.publish, now)

    def purge(self, connection: Connection, now: datetime) -> int:
        """Delete ended windows and verifications; once an hour is enough."""
        return purge(connection, now)


def open_desk(transactions: Transactions, secret: Secret) -> DossierDesk:
    """Return the desk over the PostgreSQL registry."""
    return desk_over(PostgresRegistry(transactions, secret), transactions, secret)


def desk_over(registry: DossierRegistry, transactions: Transactions, secret: Secret) -> DossierDesk:
    """Return the desk over any registry; tries, verifications and subscriptions are kept in our own database."""
    safe = guarded(transactions)
    return DossierDesk(SafeLookup(registry, safe, secret), safe)
