"""What pushed channels are given by the composition root: token store, ledger, metrics and alarms."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from connectors.hooks import Hooks
from gateway.database import Pool, open_pool
from gateway.ledger import PostgresLedger
from gateway.metrics import ALARM_TOTAL, CALL_SECONDS
from gateway.sealing import Sealer
from gateway.settings import Settings
from gateway.token_store import PostgresTokens

_log = logging.getLogger(__name__)


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


def raise_alarm(channel: str, reason: str) -> None:
    """Count and log what an operator has to see to; alerts hang on the counter."""
    ALARM_TOTAL.labels(channel, reason).inc()
    _log.error("alarm", extra={"channel": channel, "error": reason})


def _observe(channel: str, endpoint: str, outcome: str, ms: int) -> None:
    CALL_SECONDS.labels(channel, endpoint, outcome).observe(ms / 1000)
