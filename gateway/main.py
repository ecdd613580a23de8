"""The one place where the gateway's and the worker's parts are put together."""

from __future__ import annotations

from connectors.base import Channel
from connectors.web import WebChannel
from gateway.payload import PayloadSigner
from gateway.settings import Settings


def build_channels(settings: Settings) -> dict[str, Channel]:
    """Return the channels by name."""
    return {"web": WebChannel(settings.secrets, settings.limits.text_chars)}


def build_signer(settings: Settings) -> PayloadSigner:
    """Return the signer of button payloads."""
    return PayloadSigner(settings.secrets)
