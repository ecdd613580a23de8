"""Which system holds the dossiers, by setting: our registry in PostgreSQL, or a one-stop system over HTTP."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.dossier import DossierRegistry
from core.environment import address, read_secret_file, secret_file
from core.errors import SetupError
from dossiers.facts import Secret
from dossiers.notices import Feed
from dossiers.postgres import PostgresRegistry
from dossiers.schema import Transactions

URL, TOKEN_FILE, CODES = "MOTCUA_DOSSIER_URL", "MOTCUA_DOSSIER_TOKEN_FILE", "MOTCUA_DOSSIER_CODES"


@dataclass(frozen=True)
class Source:
    """Where dossiers are looked up. An empty ``url`` is the registry in PostgreSQL; ``codes`` those asked elsewhere."""

    url: str = ""
    token: str = field(default="", repr=False)
    codes: str = r".*"

    def registry(self, transactions: Transactions, secret: Secret) -> DossierRegistry:
        """Return the registry; one over HTTP is not called before somebody asks for a dossier."""
        if not self.url:
            return PostgresRegistry(transactions, secret)
        from dossiers.http import HttpRegistry  # noqa: PLC0415 - only where it is chosen

        return HttpRegistry(self.url, self.token, self.codes)

    def feed(self, transactions: Transactions, secret: Secret) -> Feed:
        """Return the feed of changes under a name of its own: another system begins at its own first change."""
        name = f"http:{hashlib.sha256(self.url.encode()).hexdigest()[:12]}" if self.url else "postgres"
        return Feed(name, self.registry(transactions, secret), secret)


def load_source(env: Mapping[str, str] | None = None) -> Source:
    """Read the setting.

    Raises:
        SetupError: a one-stop information system is chosen and something of it is missing or cannot be used.
    """
    values = os.environ if env is None else env
    url = address(values, URL, "")
    if not url:
        stray = next((name for name in (TOKEN_FILE, CODES) if values.get(name, "").strip()), None)
        if stray:
            raise SetupError(f"{stray} is set but {URL} is not: set the system's address too, or leave {stray} out.")
        return Source()
    token = read_secret_file(secret_file(values, TOKEN_FILE, "the token of the one-stop system", URL), TOKEN_FILE)[0]
    return Source(url, token, _codes(values))


def _codes(values: Mapping[str, str]) -> str:
    pattern = values.get(CODES, "").strip() or Source.codes
    try:
        re.compile(pattern)
    except re.error as error:
        raise SetupError(f"Set {CODES} to a regular expression of the system's codes, such as H26\\..*") from error
    return pattern
