"""Platform tokens: a pair that is renewed, and the port of the place that keeps it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from core.errors import AssistantError, Unavailable


class TokenRefused(AssistantError):
    """The platform does not take our refresh token any more: a person has to authorise again."""


class TokenBusy(Unavailable):
    """Another process is refreshing and takes long, or the platform did not answer: try again."""


@dataclass(frozen=True)
class TokenPair:
    """An access token with the refresh token that came with it."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime
    refreshed_at: datetime


class LockedTokens(Protocol):
    """The stored pair while its lock is held: nobody else refreshes."""

    def read(self) -> TokenPair | None:
        """Read the pair now, after the lock was taken."""
        ...

    def in_doubt(self) -> bool:
        """Whether an earlier refresh was begun with the present pair and its end was never recorded."""
        ...

    def lost_reason(self) -> str | None:
        """Why the pair was marked dead, if it was."""
        ...

    def begin(self) -> None:
        """Record, before the call, that this pair is about to be used for a refresh."""
        ...

    def calm(self) -> None:
        """Take :meth:`begin` back: the call surely did not reach the platform, or was refused with the pair intact."""
        ...

    def save(self, pair: TokenPair) -> None:
        """Store both tokens in one transaction; when it returns they are on disk."""
        ...

    def lost(self, reason: str) -> None:
        """Mark that the stored pair is dead and a person has to authorise again."""
        ...


Alarm = Callable[[str, str], None]
"""Told of what an operator has to see to: channel and reason (a fixed word)."""


class TokenStore(Protocol):
    """Where the pairs are, encrypted, one for an account of a channel."""

    def read(self, channel: str, account: str) -> TokenPair | None:
        """Read the pair without a lock."""
        ...

    def locked(self, channel: str, account: str) -> AbstractContextManager[LockedTokens]:
        """Hold the pair's lock over all processes.

        Raises:
            TokenBusy: it could not be had in time.
        """
        ...
