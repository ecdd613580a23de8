"""What the gateway's routes share while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from connectors.base import Channel
from connectors.web import WebChannel
from core.errors import SetupError
from gateway.accepting import Acceptor
from gateway.database import Pool, open_pool
from gateway.feed import Hub
from gateway.listen import Listener
from gateway.outbox import WAKE_READERS
from gateway.settings import Settings


@dataclass(frozen=True)
class Gateway:
    """The running parts of the gateway."""

    settings: Settings
    channels: Mapping[str, Channel]
    web: WebChannel
    pool: Pool
    acceptor: Acceptor
    hub: Hub
    listener: Listener

    def start(self) -> None:
        """Begin to accept and to listen."""
        self.acceptor.start()
        self.listener.start()

    def stop(self) -> None:
        """Store what waits and close."""
        self.acceptor.stop()
        self.listener.stop()
        self.pool.close()


def build_gateway(settings: Settings, channels: Mapping[str, Channel]) -> Gateway:
    """Put the gateway's parts together; call it on the event loop that will serve."""
    web = channels["web"]
    if not isinstance(web, WebChannel):
        raise SetupError("The gateway needs the web channel: build_channels in gateway/main.py must give it.")
    hub = Hub(asyncio.get_running_loop())
    pool = open_pool(settings.database_url, settings.limits.pool_size, "motcua-gateway")
    listener = Listener(settings.database_url, "motcua-gateway-listener", {WAKE_READERS: hub.wake})
    return Gateway(settings, channels, web, pool, Acceptor(pool, settings.limits.waiting_accepts), hub, listener)


def gateway_of(connection: HTTPConnection) -> Gateway:
    """Return the gateway that serves a request or a socket."""
    gateway: Gateway = connection.app.state.gateway
    return gateway
