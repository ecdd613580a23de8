"""The page that a platform sends an administrator's browser back to: its code becomes stored tokens."""

from __future__ import annotations

import html
from typing import Protocol, runtime_checkable
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from connectors.tokens import TokenBusy, TokenRefused
from core.errors import BadInput
from gateway.alarms import raise_alarm
from gateway.database import transaction
from gateway.state import Gateway, gateway_of

router = APIRouter(prefix="/authorise", include_in_schema=False)
_HEADERS = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}
_DONE = "Đã lưu quyền truy cập. Anh/Chị có thể đóng trang này."
_STRANGE = "Đường dẫn này không thuộc lần cấp quyền nào đang chờ. Anh/Chị vui lòng chạy lại lệnh cấp quyền."
_REFUSED = "Nền tảng không chấp nhận lần cấp quyền này. Anh/Chị vui lòng chạy lại lệnh cấp quyền."
_BUSY = "Nền tảng chưa trả lời. Anh/Chị vui lòng chạy lại lệnh cấp quyền sau ít phút."


@runtime_checkable
class Authorised(Protocol):
    """A channel whose first tokens come by a browser."""

    def authorise(self, redirected: str, state: str, verifier: str) -> None:
        """Store the tokens that the address of the browser's return is good for.

        Raises:
            BadInput, TokenRefused, TokenBusy: there are none.
        """
        ...


@router.get("/{name}")
async def come_back(request: Request, name: str) -> HTMLResponse:
    """Take the browser back; nothing of its address is shown, logged or kept."""
    gateway = gateway_of(request)
    channel = gateway.channels.get(name)
    if not isinstance(channel, Authorised):
        raise HTTPException(404)
    status, text = await run_in_threadpool(_end, gateway, channel, name, str(request.url))
    return HTMLResponse(_page(text), status, headers=_HEADERS)


def _end(gateway: Gateway, channel: Authorised, name: str, address: str) -> tuple[int, str]:
    from gateway.authorising import take  # noqa: PLC0415 - brings cryptography, which the web channel does not need
    from gateway.sealing import Sealer  # noqa: PLC0415 - as above

    state = parse_qs(urlsplit(address).query).get("state", [""])[0]
    with transaction(gateway.pool) as connection:
        verifier = take(connection, Sealer(gateway.settings.token_keys), name, state)
    if verifier is None:
        return 400, _STRANGE
    try:
        channel.authorise(address, state, verifier)
    except TokenBusy:
        return 503, _BUSY
    except (TokenRefused, BadInput):
        raise_alarm(name, "authorise_refused")
        return 400, _REFUSED
    return 200, _DONE


def _page(text: str) -> str:
    return (
        '<!doctype html><html lang="vi"><meta charset="utf-8"><title>Trợ lý Một cửa</title>'
        f"<body><p>{html.escape(text)}</p></body></html>"
    )
