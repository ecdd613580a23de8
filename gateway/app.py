"""The gateway as an ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI

from connectors.base import Channel
from gateway import authorise_page, health, pages, web_routes, web_socket, webhooks
from gateway.http import Envelope, add_error_handlers
from gateway.settings import Settings
from gateway.state import build_gateway

_THREADS = 16


def create_app(settings: Settings, channels: Mapping[str, Channel]) -> FastAPI:
    """Return the application; its parts start and stop with it."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = _THREADS
        app.state.gateway = build_gateway(settings, channels)
        app.state.gateway.start()
        yield
        app.state.gateway.stop()

    app = FastAPI(title="Trợ lý Một cửa", version="0.1.0", openapi_url=None, lifespan=lifespan)
    add_error_handlers(app)
    for module in (health, web_routes, web_socket, webhooks, authorise_page, pages):
        app.include_router(module.router)
    app.add_middleware(Envelope)
    return app
