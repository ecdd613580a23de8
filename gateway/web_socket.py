"""The web channel's socket: token first, then messages in and acknowledgements and replies out.

In:  ``{"token", "after"}``, then ``{"type": "message", "id", "text" | "payload"}`` and ``{"type": "ping"}``.
Out: ``{"type": "ready"}``, ``{"type": "ack", "id", "duplicate"}``, ``{"type": "reply", "seq", "id", "reply_to",
"reply", "at"}``, ``{"type": "pong"}``, ``{"type": "error", "id", "error", "message"}``.
An acknowledgement means: stored. Without one, the client sends again with the same id.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket, WebSocketDisconnect

from connectors.web import WebMessage
from core.errors import AssistantError, BadInput, NotAllowed, StorageUnavailable
from core.message import Incoming
from gateway.feed import read_since
from gateway.http import error_body
from gateway.metrics import SOCKETS
from gateway.state import Gateway, gateway_of

router = APIRouter()
_log = logging.getLogger(__name__)
_FIRST_FRAME_SECONDS = 10.0
_LOOK_AGAIN_SECONDS = 10.0
BAD_TOKEN, TOO_MANY, BAD_FRAME = 4401, 4429, 4400
_open: Counter[str] = Counter()
Say = Callable[[dict[str, Any]], Awaitable[None]]


@router.websocket("/web/socket")
async def web_socket(socket: WebSocket) -> None:
    """Serve one socket."""
    gateway = gateway_of(socket)
    if not origin_allowed(socket.headers.get("origin"), socket.headers.get("host", ""), gateway.settings.origins):
        await socket.close(1008)
        return
    await socket.accept()
    try:
        conversation, after = await _first_frame(socket, gateway)
        with _counted(conversation, gateway):
            await _serve(socket, gateway, conversation, after)
    except NotAllowed:
        await socket.close(BAD_TOKEN)
    except BadInput:
        await socket.close(BAD_FRAME)
    except _TooManySocketsError:
        await socket.close(TOO_MANY)
    except WebSocketDisconnect:
        return


def origin_allowed(origin: str | None, host: str, allowed: tuple[str, ...]) -> bool:
    """Tell whether a page of this origin may open a socket: our own page, one on the list, or no page at all."""
    return origin is None or origin in allowed or (origin != "null" and urlsplit(origin).netloc == host)


async def _first_frame(socket: WebSocket, gateway: Gateway) -> tuple[str, int]:
    try:
        async with asyncio.timeout(_FIRST_FRAME_SECONDS):
            frame = await _frame(socket)
    except TimeoutError:
        raise NotAllowed("no token came") from None
    token, after = frame.get("token"), frame.get("after", 0)
    if not isinstance(token, str) or not isinstance(after, int) or not 0 <= after < 2**62:
        raise NotAllowed("the first frame is {token, after}")
    return gateway.web.verify_token(token), after


async def _frame(socket: WebSocket) -> dict[str, Any]:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1006))
    try:
        frame = json.loads(message.get("text") or "")
    except ValueError:
        raise BadInput("a frame is one JSON object") from None
    if not isinstance(frame, dict):
        raise BadInput("a frame is one JSON object")
    return frame


class _TooManySocketsError(Exception):
    """This conversation, or the gateway, has as many sockets as it may have."""


@contextmanager
def _counted(conversation: str, gateway: Gateway) -> Iterator[None]:
    limits = gateway.settings.limits
    if _open.total() >= limits.sockets or _open[conversation] >= limits.sockets_per_conversation:
        raise _TooManySocketsError
    _open[conversation] += 1
    SOCKETS.inc()
    try:
        yield
    finally:
        SOCKETS.dec()
        _open[conversation] -= 1
        if not _open[conversation]:
            del _open[conversation]


async def _serve(socket: WebSocket, gateway: Gateway, conversation: str, after: int) -> None:
    """Read and push at the same time until either ends."""
    lock = asyncio.Lock()

    async def say(value: dict[str, Any]) -> None:
        async with lock:
            await socket.send_text(json.dumps(value, ensure_ascii=False))

    await say({"type": "ready"})
    reading = asyncio.create_task(_read(socket, gateway, conversation, say))
    pushing = asyncio.create_task(_push(gateway, conversation, after, say))
    try:
        done, _ = await asyncio.wait((reading, pushing), return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in (reading, pushing):
            task.cancel()
        await asyncio.gather(reading, pushing, return_exceptions=True)


async def _read(socket: WebSocket, gateway: Gateway, conversation: str, say: Say) -> None:
    """Store messages one after the other, so that their order is the socket's."""
    while True:
        frame = await _frame(socket)
        if frame.get("type") == "ping":
            await say({"type": "pong"})
            continue
        number = frame.get("id")
        try:
            new = await gateway.acceptor.accept(_incoming(frame, gateway, conversation))
        except AssistantError as error:
            await say({"type": "error", "id": number if isinstance(number, str) else None, **error_body(error)})
        else:
            await say({"type": "ack", "id": number, "duplicate": not new})


def _incoming(frame: dict[str, Any], gateway: Gateway, conversation: str) -> Incoming:
    if frame.pop("type", None) != "message":
        raise BadInput("a frame has type message or ping")
    try:
        return gateway.web.incoming(WebMessage.model_validate(frame), conversation)
    except ValidationError:
        raise BadInput("a message has id, and text or payload") from None


async def _push(gateway: Gateway, conversation: str, after: int, say: Say) -> None:
    """Send replies by number as they are stored; what came before the socket opened comes first."""
    with gateway.hub.subscribe(conversation) as news:
        while True:
            news.clear()
            try:
                entries = await run_in_threadpool(read_since, gateway.pool, conversation, after)
            except StorageUnavailable as error:
                _log.warning("cannot read replies", extra={"error": str(error)})
                await asyncio.sleep(1.0)
                continue
            for entry in entries:
                after = entry["seq"]
                if entry.pop("direction") == "out":
                    await say({"type": "reply", **entry})
            if entries:
                continue
            try:
                async with asyncio.timeout(_LOOK_AGAIN_SECONDS):
                    await news.wait()
            except TimeoutError:
                continue
