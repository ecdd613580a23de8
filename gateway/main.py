"""The one place where the gateway's and the worker's parts are put together."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from connectors.base import Channel
from connectors.web import WebChannel
from core.errors import AssistantError
from gateway.logs import set_up_logs
from gateway.migrate import START_SECONDS, migrate
from gateway.payload import PayloadSigner
from gateway.settings import Settings, load_settings

if TYPE_CHECKING:
    from gateway.books import Books


def prepare() -> Settings | None:
    """Set logs up, read the settings and bring the database to the newest schema.

    Returns ``None`` when the settings or the database are not usable; one sentence on the error stream says why.
    """
    set_up_logs()
    try:
        settings = load_settings()
        migrate(settings.database_url, START_SECONDS)
    except AssistantError as error:
        sys.stderr.write(f"{error}\n")
        return None
    return settings


def build_channels(settings: Settings) -> dict[str, Channel]:
    """Return the channels by name; pushed ones are there when their settings are."""
    channels: dict[str, Channel] = {"web": WebChannel(settings.secrets, settings.limits.text_chars)}
    if not (settings.zalo or settings.messenger):
        return channels
    from gateway.books import open_books  # noqa: PLC0415 - brings cryptography, which the web channel does not need

    books = open_books(settings)
    if settings.zalo:
        channels["zalo"] = _zalo(settings, books)
    if settings.messenger:
        channels["messenger"] = _messenger(settings, books)
    return channels


def _zalo(settings: Settings, books: Books) -> Channel:
    from connectors.zalo import ZaloChannel  # noqa: PLC0415 - a channel that is off takes no memory

    assert settings.zalo is not None
    return ZaloChannel(settings.zalo, books.tokens(), books.ledger, books.hooks)


def _messenger(settings: Settings, books: Books) -> Channel:
    from connectors.messenger import MessengerChannel  # noqa: PLC0415 - a channel that is off takes no memory

    assert settings.messenger is not None
    return MessengerChannel(settings.messenger, books.ledger, books.hooks)


def build_signer(settings: Settings) -> PayloadSigner:
    """Return the signer of button payloads."""
    return PayloadSigner(settings.secrets)
