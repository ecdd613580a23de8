"""A Zalo channel for tests without a database: tokens and ledger in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from connectors.events import Charge
from connectors.fakes.zalo import FakeZalo
from connectors.hooks import Hooks
from connectors.tokens import TokenPair
from connectors.zalo import ZaloChannel, ZaloSettings
from connectors.zalo.oauth import new_pkce
from tests.messenger_books import Books


class MemoryTokens:
    """A token store of one pair; it is its own locked view."""

    def __init__(self) -> None:
        self.pair: TokenPair | None = None
        self.begun = False
        self.reason: str | None = None
        self._lock = threading.Lock()

    def read(self, *_: str) -> TokenPair | None:
        return self.pair

    @contextmanager
    def locked(self, channel: str, account: str) -> Iterator[MemoryTokens]:
        with self._lock:
            yield self

    def in_doubt(self) -> bool:
        return self.begun

    def lost_reason(self) -> str | None:
        return self.reason

    def begin(self) -> None:
        self.begun = True

    def calm(self) -> None:
        self.begun = False

    def save(self, pair: TokenPair) -> None:
        self.pair, self.begun, self.reason = pair, False, None

    def lost(self, reason: str) -> None:
        self.reason = reason


class ZaloBooks(Books):
    """The ledger in memory, with charges."""

    def __init__(self) -> None:
        super().__init__()
        self.charges: list[Charge] = []

    def charged(self, channel: str, conversation: str, charge: Charge) -> None:
        self.charges.append(charge)


def settings(fake: FakeZalo, **changes: Any) -> ZaloSettings:
    """Settings that fit a fake."""
    app = fake.app
    plain = ZaloSettings(app.app_id, app.oa_id, app.app_secret, (app.oa_secret,), "https://x.vn/zalo", fake.api_url,
                         fake.zbs_url, fake.oauth_url)  # fmt: skip
    return replace(plain, **changes)


def authorise(channel: ZaloChannel, fake: FakeZalo) -> None:
    """Do what './motcua channel zalo authorise' does."""
    pkce = new_pkce()
    channel.tokens.exchange(fake.tokens.approve(pkce.challenge), pkce.verifier)


def channel(fake: FakeZalo, **changes: Any) -> ZaloChannel:
    """An authorised channel; ``changes`` are settings."""
    made = ZaloChannel(settings(fake, **changes), MemoryTokens(), ZaloBooks(), Hooks())
    authorise(made, fake)
    return made


def environment(folder: Path, fake: FakeZalo) -> dict[str, str]:
    """The variables that switch the channel on, with their files, pointed at a fake."""
    app = fake.app
    for name, value in (("app-secret", app.app_secret), ("oa-secret", app.oa_secret)):
        (folder / name).touch(0o600)
        (folder / name).write_text(value)
    return {
        "MOTCUA_ZALO_APP_ID": app.app_id, "MOTCUA_ZALO_OA_ID": app.oa_id,
        "MOTCUA_ZALO_APP_SECRET_FILE": str(folder / "app-secret"),
        "MOTCUA_ZALO_OA_SECRET_FILE": str(folder / "oa-secret"),
        "MOTCUA_ZALO_REDIRECT_URI": "https://mot-cua.example.vn/", "MOTCUA_ZALO_OAUTH_URL": fake.oauth_url,
        "MOTCUA_ZALO_API_URL": fake.api_url, "MOTCUA_ZALO_ZBS_URL": fake.zbs_url,
    }  # fmt: skip
