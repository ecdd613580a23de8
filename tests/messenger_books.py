"""A Messenger channel for tests: settings on disk, books in memory, a clock that can be put forward."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.events import Charge
from connectors.fakes.graph_people import App
from connectors.hooks import Hooks
from connectors.messenger.channel import MessengerChannel
from connectors.messenger.settings import MessengerSettings

APP = App()
VERIFY = "verify-word-for-tests"


class Books:
    """A ledger in memory."""

    def __init__(self) -> None:
        self.opened: dict[str, datetime] = {}
        self.echoes: dict[str, str] = {}
        self.gone: dict[str, str] = {}

    def last_interaction(self, conversation: str) -> datetime | None:
        return self.opened.get(conversation)

    def charged(self, channel: str, conversation: str, charge: Charge) -> None:
        raise AssertionError("Messenger has no charges")

    def unreachable(self, conversation: str, code: str) -> None:
        self.gone[conversation] = code

    def echoed(self, conversation: str, text_hash: str, since: datetime) -> str | None:
        return self.echoes.get(text_hash)


class Clock:
    """A clock that stands still until it is put forward."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **parts: float) -> None:
        self.now += timedelta(**parts)


def settings(folder: Path, **changes: Any) -> MessengerSettings:
    """Settings that fit the fake's app."""
    token = folder / "page-token"
    token.touch(0o600)
    token.write_text(APP.token)
    plain = MessengerSettings(APP.page_id, APP.app_id, token, (APP.secret,), (VERIFY,))
    return replace(plain, **changes)


def channel(folder: Path, books: Books | None = None, clock: Clock | None = None, **changes: Any) -> MessengerChannel:
    """A channel; ``changes`` are settings."""
    return MessengerChannel(settings(folder, **changes), books or Books(), Hooks(now=clock or Clock()))


def environment(folder: Path, graph_url: str) -> dict[str, str]:
    """The variables that switch the channel on, with their files."""
    for name, value in (("page-token", APP.token), ("app-secret", APP.secret), ("verify", VERIFY)):
        (folder / name).touch(0o600)
        (folder / name).write_text(value)
    return {
        "MOTCUA_MESSENGER_PAGE_ID": APP.page_id, "MOTCUA_MESSENGER_APP_ID": APP.app_id,
        "MOTCUA_MESSENGER_TOKEN_FILE": str(folder / "page-token"),
        "MOTCUA_MESSENGER_APP_SECRET_FILE": str(folder / "app-secret"),
        "MOTCUA_MESSENGER_VERIFY_FILE": str(folder / "verify"), "MOTCUA_MESSENGER_GRAPH_URL": graph_url,
    }  # fmt: skip
