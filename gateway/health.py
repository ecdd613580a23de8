"""Health: alive, ready (a real database write and the model's own test), and metrics."""

from __future__ import annotations

import http.client
import json
import threading
import time
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from core.errors import BotUnavailable, StorageUnavailable
from gateway.database import Pool, transaction
from gateway.metrics import exposition
from gateway.state import Gateway, gateway_of

router = APIRouter(tags=["health"])
_BOT_SECONDS = 5.0
_FRESH_SECONDS = 1.0
_lock = threading.Lock()
_last: dict[int, tuple[float, dict[str, str]]] = {}


@router.get("/livez")
async def livez() -> dict[str, str]:
    """Say that the process serves."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "A part is not ready; the body says which."}})
async def readyz(request: Request) -> JSONResponse:
    """Say whether a message could be stored and understood now."""
    parts = await run_in_threadpool(_checked, gateway_of(request))
    ready = all(value == "ok" for value in parts.values())
    return JSONResponse({"status": "ok" if ready else "not ready", **parts}, 200 if ready else 503)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Return the metrics in Prometheus text format."""
    text = await run_in_threadpool(exposition, gateway_of(request).pool)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _checked(gateway: Gateway) -> dict[str, str]:
    """One check serves all who ask within a second: asking must not become a load."""
    with _lock:
        at, parts = _last.get(id(gateway), (0.0, {}))
        if not parts or time.monotonic() - at > _FRESH_SECONDS:
            parts = {"database": _database(gateway.pool), "bot": _bot(gateway.settings.bot_url)}
            _last[id(gateway)] = (time.monotonic(), parts)
        return parts


def _database(pool: Pool) -> str:
    try:
        with transaction(pool) as connection:
            connection.execute(
                "insert into readiness values ('gateway', now()) on conflict (name) do update set at = excluded.at"
            )
    except StorageUnavailable:
        return "does not take a write"
    return "ok"


def _bot(url: str) -> str:
    try:
        answer = bot_health(url)
    except BotUnavailable as error:
        return str(error)
    return "ok" if answer.get("status") == "ok" and answer.get("self_test") is True else "failed its self-test"


def bot_health(url: str) -> dict[str, object]:
    """Ask the bot's channel for its health, which includes a self-test of the model.

    Raises:
        BotUnavailable: no answer, or none that can be read.
    """
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port or 80, timeout=_BOT_SECONDS)
    try:
        connection.request("GET", f"{address.path}/webhooks/motcua/")
        response = connection.getresponse()
        body = json.loads(response.read(65536)) if response.status == 200 else None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise BotUnavailable(f"does not answer ({type(error).__name__})") from error
    finally:
        connection.close()
    if not isinstance(body, dict):
        raise BotUnavailable("does not answer well")
    return body
