"""What the topic "dossier" works with: the desk, the vault, and whether there is any dossier at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from psycopg_pool import ConnectionPool

from dossiers.place import open_secret
from dossiers.schema import Transactions, guarded
from dossiers.service import DossierDesk, desk_over
from dossiers.source import Source
from dossiers.vault import Vault

_CONNECTIONS = 2
_OPTIONS = "-c statement_timeout=5s -c lock_timeout=3s -c idle_in_transaction_session_timeout=10s"


@dataclass(frozen=True)
class DossierRoom:
    """The desk with its vault. ``is_empty`` may raise ``DossierUnavailable``."""

    desk: DossierDesk
    vault: Vault
    is_empty: Callable[[], bool]


def open_room(url: str, source: Source) -> DossierRoom:
    """Open the desk over the chosen registry, with a pool of two connections to our own database.

    Raises:
        SetupError: the secret of dossiers cannot be read.
    """
    pool = ConnectionPool(
        url, min_size=0, max_size=_CONNECTIONS, timeout=2.0, max_idle=60.0, open=True, name="motcua-actions",
        kwargs={"application_name": "motcua-actions", "connect_timeout": 3, "options": _OPTIONS},
    )  # fmt: skip
    return room_over(pool.connection, source)


def room_over(transactions: Transactions, source: Source | None = None) -> DossierRoom:
    """Return the room over any source of transactions; a one-stop information system is never taken for empty."""
    secret, chosen = open_secret(), source or Source()
    desk = desk_over(chosen.registry(transactions, secret), transactions, secret)
    return DossierRoom(desk, Vault(transactions, secret), lambda: not chosen.url and _is_empty(transactions))


def _is_empty(transactions: Transactions) -> bool:
    with guarded(transactions)() as connection:
        row = connection.execute("select exists (select 1 from dossier.record)").fetchone()
    return not (row and row[0])
