"""What proves that a dossier is one's own, and how it is kept: as keyed hashes, never as itself."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from core.errors import SetupError

FactKind = Literal["phone", "personal", "pin"]
KINDS: tuple[FactKind, ...] = ("phone", "personal", "pin")
NO_FACT = b"\0" * 32
_LEAST = 32
_DIGITS = re.compile(r"\d(?:[ .\-]?\d)*")
_PIN_SIZE = 6


@dataclass(frozen=True)
class Secret:
    """The key under which codes, persons and facts are hashed; at least 32 random bytes, kept outside the database."""

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) < _LEAST:
            raise SetupError("The secret of dossiers is too short: it needs at least 32 random bytes.")

    def code(self, code: str) -> bytes:
        """Return the key of a dossier code, 32 bytes."""
        return self._hash("code", code)

    def person(self, person: str) -> bytes:
        """Return the key of a person (a conversation's name), 32 bytes."""
        return self._hash("person", person)

    def fact(self, code: str, kind: FactKind, value: str) -> bytes:
        """Return the hash of one fact of one dossier, 32 bytes; the same digits of another dossier hash otherwise."""
        return self._hash("fact", code, kind, value)

    def facts(self, code: str, known: Mapping[FactKind, str]) -> tuple[bytes, ...]:
        """Return the three hashes of a dossier in the order of ``KINDS``; ``NO_FACT`` for what is not known."""
        values = ((kind, fact_value(kind, known.get(kind, ""))) for kind in KINDS)
        return tuple(self.fact(code, kind, value) if value else NO_FACT for kind, value in values)

    def fits(self, code: str, typed: str, stored: tuple[bytes, ...]) -> bool:
        """Tell whether what was typed is one of the stored facts; the same work whatever the answer."""
        tries = [self.fact(code, kind, value) for kind, value in typed_values(typed)]
        found = False
        for mine, theirs in zip(tries, stored, strict=True):
            found |= hmac.compare_digest(mine, theirs)
        return found

    def purpose(self, word: str) -> bytes:
        """Return a key of its own for another purpose, 32 bytes."""
        return self._hash("purpose", word)

    def _hash(self, *words: str) -> bytes:
        return hmac.digest(self.key, "\0".join(words).encode(), hashlib.sha256)


def read_secret(path: Path) -> Secret:
    """Read the secret from a file of hexadecimal digits, making it (mode 0600) when it is not there.

    Raises:
        SetupError: the file holds something else.
    """
    if not path.exists():
        _make_secret(path)
    try:
        return Secret(bytes.fromhex(path.read_text(encoding="ascii").strip()))
    except ValueError as error:
        raise SetupError(f"{path.name} does not hold the secret of dossiers: restore it from the backup.") from error


def _make_secret(path: Path) -> None:
    """Make the file whole or not at all: processes that start together read the same secret."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_hex(_LEAST))
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(fresh)
    fresh.unlink()


def fact_value(kind: FactKind, text: str) -> str | None:
    """Return the part of a phone, personal number or PIN that is asked in chat; ``None`` when it has none.

    A phone and a personal number give their last four digits, a PIN all its six.
    """
    digits = "".join(character for character in text if character.isdecimal() and character.isascii())
    if kind == "pin":
        return digits if len(digits) == _PIN_SIZE else None
    return digits[-4:] if len(digits) >= 4 else None


def typed_values(text: str) -> list[tuple[FactKind, str]]:
    """Return what a typed text claims for each kind of fact, in the order of ``KINDS``; always three values.

    ``"4 số cuối là 1234"`` claims 1234; a whole phone or personal number claims its last four digits.
    """
    runs = ["".join(c for c in run if c.isdecimal()) for run in _DIGITS.findall(text)]
    digits = next((run for run in reversed(runs) if len(run) >= 4), "")
    last = digits[-4:] if digits else "none"
    return [("phone", last), ("personal", last), ("pin", digits if len(digits) == _PIN_SIZE else "none")]


def find_fact(text: str) -> str | None:
    """Return the digits in a text that can be a second fact (4, 6, or a whole number of 9 to 12), or ``None``."""
    runs = ["".join(c for c in run if c.isdecimal()) for run in _DIGITS.findall(text)]
    return next((run for run in reversed(runs) if len(run) in (4, _PIN_SIZE, 9, 10, 11, 12)), None)


def masked_name(name: str) -> str:
    """Return a name with all but the family name cut to initials: ``Nguyễn V. A.``; one word gives its initial.

    A masked name comes back as it is, so that reading twice does no harm.
    """
    words = name.split()
    if len(words) < 2:
        return f"{words[0][0]}." if words else ""
    return " ".join([words[0], *(f"{word[0]}." for word in words[1:])])
