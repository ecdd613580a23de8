"""Webhooks of pushed channels: raw bytes, signature, storage, 200. Nothing is understood before the answer.

A new channel that fits :class:`connectors.events.Webhook` gets ``/webhooks/<its name>`` without a line here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

import psycopg
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from connectors.events import PlatformEvent, Received, Webhook
from core.errors import AssistantError, BadInput, BadSignature, StorageUnavailable
from gateway.database import transaction
from gateway.http import read_body
from gateway.metrics import WEBHOOK_TOTAL
from gateway.platform_events import record
from gateway.state import Gateway, gateway_of

router = APIRouter(prefix="/webhooks", tags=["webhooks"])
_log = logging.getLogger(__name__)
_ERRORS: dict[int | str, dict[str, Any]] = {
    403: {"description": "The signature does not fit (on platforms that accept such an answer)."},
    404: {"description": "This channel is off."},
    408: {"description": "The body did not arrive in time."},
    413: {"description": "The body is over its cap."},
    503: {"description": "Not stored; the platform sends it again."},
}
_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}


@router.get("/{name}", responses={code: _ERRORS[code] for code in (403, 404)})
async def challenge(request: Request, name: str) -> Response:
    """Answer a platform's check of the address."""
    channel = _channel(gateway_of(request), name)
    answer = channel.challenge(request.query_params)
    if answer is None:
        raise HTTPException(403)
    return PlainTextResponse(answer)


@router.post("/{name}", openapi_extra=_BODY, responses=_ERRORS)
async def receive(request: Request, name: str) -> JSONResponse:
    """Store what a platform posts; the 200 is sent after the commit."""
    gateway = gateway_of(request)
    channel = _channel(gateway, name)
    raw = await read_body(request, gateway.settings.limits)
    try:
        received = channel.receive(raw, channel.verify(request.headers, raw))
    except BadSignature as error:
        return _refused(name, "bad_signature", channel.refuse_status, error)
    except BadInput as error:  # sending it again will not help, so the platform is not told to
        return _refused(name, "unreadable", 200, error)
    return JSONResponse(await _store(gateway, name, received, request.state.trace))


def _channel(gateway: Gateway, name: str) -> Webhook:
    channel = gateway.channels.get(name)
    if channel is None or not hasattr(channel, "receive"):
        raise HTTPException(404)
    return channel  # type: ignore[return-value]  # it has what the port asks for


def _refused(name: str, result: str, status: int, error: AssistantError) -> JSONResponse:
    WEBHOOK_TOTAL.labels(name, result).inc()
    _log.warning("webhook refused", extra={"channel": name, "outcome": result, "error": str(error)})
    return JSONResponse({"accepted": 0}, status)


async def _store(gateway: Gateway, name: str, received: Received, trace: str | None) -> dict[str, int]:
    """Store events and messages; whatever is left out by a failure comes again with the platform's next try."""
    if received.unknown:
        WEBHOOK_TOTAL.labels(name, "unknown_event").inc(received.unknown)
    for event in received.events:
        WEBHOOK_TOTAL.labels(name, event.kind.value).inc()
    if received.events:
        await run_in_threadpool(_record, gateway, received.events)
    # At the same time, so that a batch costs one commit and not one each; their order is kept by the acceptor's queue.
    waiting = (gateway.acceptor.accept(message, trace) for message in received.messages)
    results = await asyncio.gather(*waiting, return_exceptions=True)
    WEBHOOK_TOTAL.labels(name, "message").inc(len(results))
    for result in results:
        if isinstance(result, BadInput):  # one event that cannot be stored must not bring the others back for ever
            _refused(name, "unstorable", 200, result)
        elif isinstance(result, BaseException):
            raise result
    return {"accepted": results.count(True)}


def _record(gateway: Gateway, events: Sequence[PlatformEvent]) -> None:
    from gateway.sealing import Sealer  # noqa: PLC0415 - brings cryptography, which the web channel does not need

    keys = gateway.settings.token_keys
    try:
        with transaction(gateway.pool) as connection:
            record(connection, events, Sealer(keys) if keys else None)
    except psycopg.DataError as error:  # what the database refuses once it refuses for ever
        if len(events) > 1:
            for event in events:
                _record(gateway, [event])
        else:
            _refused(events[0].channel, "unstorable", 200, BadInput(f"cannot be stored: {error.sqlstate}"))
    except psycopg.Error as error:  # a read-only or half-migrated database will be mended
        raise StorageUnavailable(f"database: {error.sqlstate}") from error
