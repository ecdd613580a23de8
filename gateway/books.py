"""What pushed channels are given by the composition root: token store, ledger, metrics and alarms."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.hooks import Hooks
from gateway.alarms import raise_alarm
from gateway.database import Pool, open_pool
from gateway.ledger import PostgresLedger
from gateway.metrics import CALL_SECONDS
from gateway.sealing import Sealer
from gateway.settings import Settings
from gateway.token_store import PostgresTokens


@dataclass(frozen=True)
class Books:
    """The database side of all pushed channels of a process; they share one small pool."""

    settings: Settings
    pool: Pool
    ledger: PostgresLedger
    hooks: Hooks

    def tokens(self) -> PostgresTokens:
        """Return the store of tokens that are renewed.

        Raises:
            SetupError: there is no key to seal tokens with.
        """
        return PostgresTokens(self.settings.database_url, self.pool, Sealer(self.settings.token_keys))


def open_books(settings: Settings) -> Books:
    """Open the books."""
    pool = open_pool(settings.database_url, settings.senders, "motcua-channels")
    return Books(settings, pool, PostgresLedger(pool), Hooks(_observe, raise_alarm))


def _observe(channel: str, endpoint: str, outcome: str, ms: int) -> None:
    CALL_SECONDS.labels(channel, endpoint, outcome).observe(ms / 1000)
