"""What every HTTP answer has in common: request ids, one log line, safe headers, and errors as JSON sentences."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import time

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import AssistantError, BadInput, NotAllowed, TooLarge
from gateway.logs import clean_trace
from gateway.settings import Limits

_log = logging.getLogger(__name__)
RETRY_AFTER_SECONDS = 2
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)
_QUIET = ("/livez", "/readyz", "/metrics")
# What :func:`error_body` makes, for the description of the interface.
ERROR_CONTENT = {"application/json": {"schema": {
    "type": "object", "required": ["error", "message"],
    "properties": {name: {"type": "string"} for name in ("error", "message", "detail")},
}}}  # fmt: skip
_SENTENCES: dict[object, str] = {
    NotAllowed: "Phiên trò chuyện không còn hiệu lực. Anh/Chị vui lòng bắt đầu cuộc trò chuyện mới.",
    404: "Không tìm thấy địa chỉ này.",
    405: "Địa chỉ này không nhận cách gọi đó.",
    408: "Yêu cầu gửi đến quá chậm. Anh/Chị vui lòng thử lại.",
}


class Envelope:
    """ASGI middleware: gives a request its id, adds the headers, and logs method, route, status and time."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        trace = clean_trace(given) or secrets.token_hex(8)
        scope.setdefault("state", {})["trace"] = trace
        status, started = 500, time.monotonic()

        async def wrapped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), *_HEADERS, (b"x-request-id", trace.encode())]
            await send(message)

        try:
            await self._app(scope, receive, wrapped)
        finally:
            _log_request(scope, status, trace, time.monotonic() - started)


def _log_request(scope: Scope, status: int, trace: str, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", "other")  # the route, not the path: a path may hold anything
    if route in _QUIET and status < 400:
        return
    _log.info("request", extra={"trace": trace, "method": scope["method"], "path": route, "status": status,
                                "ms": round(seconds * 1000, 1)})  # fmt: skip


async def read_body(request: Request, limits: Limits) -> bytes:
    """Return a request's body.

    Raises:
        TooLarge: over the cap, said before the rest is read.
        HTTPException: 408 when it does not arrive in time.
    """
    size = request.headers.get("content-length", "0")
    if size.isdigit() and int(size) > limits.body_bytes:
        raise TooLarge("the body is over the cap")
    body = bytearray()
    try:
        async with asyncio.timeout(limits.body_seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limits.body_bytes:
                    raise TooLarge("the body is over the cap")
    except TimeoutError:
        raise HTTPException(408) from None
    return bytes(body)


def error_body(error: AssistantError) -> dict[str, str]:
    """Return an error as JSON: ``error`` for programs, ``message`` for people, ``detail`` for developers."""
    body = {"error": re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower(),
            "message": _SENTENCES.get(type(error), error.citizen_text)}  # fmt: skip
    return body | {"detail": str(error)} if error.status < 500 else body


def add_error_handlers(app: FastAPI) -> None:
    """Answer our errors, the framework's and the unexpected ones in one shape."""

    @app.exception_handler(AssistantError)
    async def ours(request: Request, error: AssistantError) -> JSONResponse:
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if error.status == 503 else {}
        if error.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return JSONResponse(error_body(error), error.status, headers=headers)

    @app.exception_handler(RequestValidationError)
    async def unusable(request: Request, error: RequestValidationError) -> JSONResponse:
        fields = sorted({str(item["loc"][-1]) for item in error.errors()})
        return JSONResponse(error_body(BadInput(f"cannot use: {', '.join(fields)}")), 422)

    @app.exception_handler(HTTPException)
    async def framework(request: Request, error: HTTPException) -> JSONResponse:
        message = _SENTENCES.get(error.status_code, BadInput.citizen_text)
        return JSONResponse({"error": f"http_{error.status_code}", "message": message}, error.status_code,
                            headers=error.headers)  # fmt: skip

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse(error_body(AssistantError()), 500)
