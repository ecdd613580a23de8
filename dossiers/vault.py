"""The vault: what people say to find their dossier, kept sealed for 15 minutes under references.

The bot and its tracker get only the references: ``H00-000000-0001`` for a code (the bot's pattern takes it for a
code; no real code has day 00), ``[số riêng 1]`` for any other number. What a person reads about a dossier goes the
same way back: the bot carries ``[nội dung hồ sơ 1]``, and the worker puts the text in.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from dossiers.facts import Secret
from dossiers.lookup import utc_now
from dossiers.schema import Connection, Transactions, guarded

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEPT_FOR = timedelta(minutes=15)
SAID = "said"  # the note of what was told last: which question, of which dossier
ASKED = "asked"  # the note that stands while a code or a second fact is asked for
Kind = Literal["code", "number"]
REFERENCE = re.compile(r"H00-000000-\d{4,}|\[số riêng \d+\]")
LENT = re.compile(r"\[nội dung hồ sơ \d+\]")
_SHAPES: dict[str, str] = {"code": "H00-000000-{:04}", "number": "[số riêng {}]", "lent": "[nội dung hồ sơ {}]"}
_NONCE = 12
_PUT = """
    insert into dossier.vault (person_key, name, number, value, until)
    values (%s, %s, %s, %s, %s)
    on conflict (person_key, name) do update set value = excluded.value, until = excluded.until
"""
_NEXT = "select coalesce(max(number), 0) + 1 from dossier.vault where person_key = %s"
_READ = "select name, value from dossier.vault where person_key = %s and name = any(%s) and until > %s"


@dataclass(frozen=True)
class Private:
    """A part ``text[start:end]`` of a message that the bot must not see; ``value`` is what is kept of it."""

    start: int
    end: int
    kind: Kind
    value: str = field(repr=False)


@dataclass(frozen=True)
class Vault:
    """Sealed values by conversation. Every method may raise ``DossierUnavailable`` when the database is away."""

    transactions: Transactions
    secret: Secret
    clock: Callable[[], datetime] = field(default=utc_now)

    def hide(self, conversation: str, message_id: str, text: str, parts: Sequence[Private]) -> str:
        """Return a text with references in place of its private parts, which are kept, all in one transaction."""
        person = self.secret.person(conversation)
        with guarded(self.transactions)() as connection:
            number = self._next(connection, person)
            hidden, at = [], 0
            for nth, part in enumerate(parts, start=number):
                name = _SHAPES[part.kind].format(nth)
                self._put(connection, person, name, part.value, nth)
                hidden += [text[at : part.start], name]
                at = part.end
            whole = "".join([*hidden, text[at:]])
            self._put(connection, person, _said(message_id), whole, number)
        return whole

    def hidden(self, conversation: str, message_id: str) -> str | None:
        """Return what the bot was given for a message that is handled again."""
        return self.note(conversation, _said(message_id))

    def reveal(self, conversation: str, text: str) -> str:
        """Return a text with the values in place of its references; what is over its time stays a reference."""
        return self._filled(conversation, text, REFERENCE)

    def lend(self, conversation: str, text: str) -> str:
        """Keep a text that a person is to read, and return the reference that the bot may carry."""
        person = self.secret.person(conversation)
        with guarded(self.transactions)() as connection:
            number = self._next(connection, person)
            name = _SHAPES["lent"].format(number)
            self._put(connection, person, name, text, number)
        return name

    def repaid(self, conversation: str, text: str) -> str:
        """Return a reply with the lent texts in place; one that is over its time stays a reference."""
        return self._filled(conversation, text, LENT)

    def code_reference(self, conversation: str, code: str) -> str:
        """Keep a code and return a reference for a button."""
        return self.hide(conversation, f"button:{code}", code, [Private(0, len(code), "code", code)])

    def set_note(self, conversation: str, name: str, value: str) -> None:
        """Keep a value under a name of one's own."""
        with guarded(self.transactions)() as connection:
            self._put(connection, self.secret.person(conversation), name, value, 0)

    def note(self, conversation: str, name: str) -> str | None:
        """Return a value by its name, or ``None`` when it is not there or over its time."""
        return self._read(conversation, [name]).get(name)

    def drop_note(self, conversation: str, name: str) -> None:
        """Delete a value."""
        with guarded(self.transactions)() as connection:
            connection.execute(
                "delete from dossier.vault where person_key = %s and name = %s",
                (self.secret.person(conversation), name),
            )

    def forget(self, conversation: str) -> None:
        """Delete everything of a conversation."""
        with guarded(self.transactions)() as connection:
            connection.execute("delete from dossier.vault where person_key = %s", (self.secret.person(conversation),))

    def _filled(self, conversation: str, text: str, shape: re.Pattern[str]) -> str:
        names = shape.findall(text)
        if not names:
            return text
        values = self._read(conversation, names)
        return shape.sub(lambda found: values.get(found.group(), found.group()), text)

    def _read(self, conversation: str, names: Sequence[str]) -> dict[str, str]:
        person = self.secret.person(conversation)
        with guarded(self.transactions)() as connection:
            rows = connection.execute(_READ, (person, list(names), self.clock())).fetchall()
        return {row[0]: self._open(person, row[0], bytes(row[1])) for row in rows}

    def _next(self, connection: Connection, person: bytes) -> int:
        row = connection.execute(_NEXT, (person,)).fetchone()
        return int(row[0]) if row else 1

    def _put(self, connection: Connection, person: bytes, name: str, value: str, number: int) -> None:
        until = self.clock() + KEPT_FOR
        connection.execute(_PUT, (person, name, number, self._seal(person, name, value), until))

    @cached_property
    def _cipher(self) -> AESGCM:
        # Loaded with the first value: a process that never sees one is spared the library's memory.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        return AESGCM(self.secret.purpose("vault"))

    def _seal(self, person: bytes, name: str, value: str) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, value.encode(), person + name.encode())

    def _open(self, person: bytes, name: str, value: bytes) -> str:
        return self._cipher.decrypt(value[:_NONCE], value[_NONCE:], person + name.encode()).decode()


def is_lent(text: str) -> bool:
    """Tell whether a text carries a reference in place of what a person is to read."""
    return LENT.search(text) is not None


def purge(connection: Connection, now: datetime) -> int:
    """Delete what is over its time; returns how many rows went."""
    return connection.execute("delete from dossier.vault where until <= %s", (now,)).rowcount


def _said(message_id: str) -> str:
    return f"said:{message_id}"
