"""The one place where the gateway's and the worker's parts are put together."""

from __future__ import annotations

from connectors.base import Channel
from connectors.messenger import MessengerChannel
from connectors.web import WebChannel
from connectors.zalo import ZaloChannel
from gateway.books import open_books
from gateway.payload import PayloadSigner
from gateway.settings import Settings


def build_channels(settings: Settings) -> dict[str, Channel]:
    """Return the channels by name; pushed ones are there when their settings are."""
    channels: dict[str, Channel] = {"web": WebChannel(settings.secrets, settings.limits.text_chars)}
    if not (settings.zalo or settings.messenger):
        return channels
    books = open_books(settings)
    if settings.zalo:
        channels["zalo"] = ZaloChannel(settings.zalo, books.tokens(), books.ledger, books.hooks)
    if settings.messenger:
        channels["messenger"] = MessengerChannel(settings.messenger, books.ledger, books.hooks)
    return channels


def build_signer(settings: Settings) -> PayloadSigner:
    """Return the signer of button payloads."""
    return PayloadSigner(settings.secrets)
