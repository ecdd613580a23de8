"""REST routes of the web channel: open a conversation, post a message, read replies by number."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from connectors.web import WebMessage
from connectors.web_token import mint_token, new_conversation
from gateway.feed import read_since
from gateway.http import ERROR_CONTENT, read_body
from gateway.state import Gateway, gateway_of

router = APIRouter(prefix="/web", tags=["web"])
LONGEST_WAIT = 25.0
# A missed notification costs at most this much.
_LOOK_AGAIN_SECONDS = 5.0
_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": WebMessage.model_json_schema()}}}}
_ERRORS: dict[int | str, dict[str, Any]] = {
    code: {"description": text, "content": ERROR_CONTENT}
    for code, text in {
        400: "The body cannot be used; sending it again will not help.",
        401: "The token is missing, not ours, or too old.",
        408: "The body did not arrive in time.",
        413: "The body or the text is over its cap.",
        422: "The query cannot be used.",
        503: "Not stored; send again with the same id after Retry-After seconds.",
    }.items()
}


async def _conversation(request: Request) -> str:
    return gateway_of(request).web.verify(request.headers, b"")


@router.post("/conversations", status_code=201)
async def open_conversation(request: Request) -> dict[str, str]:
    """Return a new conversation and the token that opens it; nothing is stored yet."""
    conversation = new_conversation()
    return {
        "conversation": conversation,
        "token": mint_token(gateway_of(request).settings.secrets[0], conversation),
    }


@router.post("/messages", status_code=202, openapi_extra=_BODY, responses=_ERRORS)
async def post_message(request: Request, conversation: Annotated[str, Depends(_conversation)]) -> JSONResponse:
    """Store a message; the 202 is sent after the commit."""
    gateway = gateway_of(request)
    raw = await read_body(request, gateway.settings.limits)
    (message,) = gateway.web.parse(raw, conversation)
    new = await gateway.acceptor.accept(message, request.state.trace)
    return JSONResponse({"accepted": True, "duplicate": not new}, 202)


@router.get("/messages", responses={code: _ERRORS[code] for code in (401, 422, 503)})
async def get_messages(
    request: Request,
    conversation: Annotated[str, Depends(_conversation)],
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT, allow_inf_nan=False)] = 0.0,
) -> JSONResponse:
    """Return what was said after a number; with ``wait`` hold the answer up to so many seconds until there is some."""
    return JSONResponse({"messages": await wait_for_news(gateway_of(request), conversation, after, wait)})


async def wait_for_news(gateway: Gateway, conversation: str, after: int, wait: float) -> list[dict[str, Any]]:
    """Return the entries after a number, waiting up to ``wait`` seconds for the first."""
    deadline = time.monotonic() + wait
    with gateway.hub.subscribe(conversation) as news:
        while True:
            news.clear()
            entries = await run_in_threadpool(read_since, gateway.pool, conversation, after)
            left = deadline - time.monotonic()
            if entries or left <= 0:
                return entries
            try:
                async with asyncio.timeout(min(left, _LOOK_AGAIN_SECONDS)):
                    await news.wait()
            except TimeoutError:
                continue
