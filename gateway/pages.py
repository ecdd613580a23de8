"""The chat page and the widget's files, under a policy that lets nothing foreign in."""

from __future__ import annotations

import hashlib
import re
import secrets
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from gateway.state import gateway_of

router = APIRouter(include_in_schema=False)
_TYPES = {"chat.css": "text/css", "chat.js": "text/javascript", "icon.svg": "image/svg+xml"}
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?\Z")
_YEAR = "public, max-age=31536000, immutable"


@router.get("/")
async def page(request: Request) -> HTMLResponse:
    """Return the chat as a page of its own; nobody may frame it."""
    return _chat(request, "'none'")


@router.get("/chat")
async def framed(request: Request) -> HTMLResponse:
    """Return the chat for the widget's frame on the sites of the list."""
    return _chat(request, " ".join(("'self'", *gateway_of(request).settings.frame_ancestors)))


@router.get("/widget.js")
async def widget() -> Response:
    """Return the script that sites embed."""
    return Response(_file("widget.js"), media_type="text/javascript", headers={"Cache-Control": "public, max-age=300"})


@router.get("/assets/{version}/{name}")
async def asset(version: str, name: str) -> Response:
    """Return a file of the chat; its address changes with its content, so it is kept for a year."""
    if name not in _TYPES:
        raise HTTPException(404)
    return Response(_file(name), media_type=_TYPES[name], headers={"Cache-Control": _YEAR})


def _chat(request: Request, ancestors: str) -> HTMLResponse:
    nonce = secrets.token_urlsafe(16)
    html = _file("chat.html").decode().replace("{{nonce}}", nonce).replace("{{version}}", _version())
    headers = {"Content-Security-Policy": policy(nonce, ancestors, request.headers.get("host", "")),
               "Cache-Control": "no-store"}  # fmt: skip
    return HTMLResponse(html, headers=headers)


def policy(nonce: str, ancestors: str, host: str) -> str:
    """Return the content security policy of the chat; sockets of our own host are named for older browsers."""
    sockets = f" ws://{host} wss://{host}" if _HOST.match(host) else ""
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self' data:; "
        f"connect-src 'self'{sockets}; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
    )


@cache
def _file(name: str) -> bytes:
    return (files("connectors") / "widget" / name).read_bytes()


@cache
def _version() -> str:
    return hashlib.sha256(b"".join(_file(name) for name in sorted(_TYPES))).hexdigest()[:12]
