"""Tokens of the web channel: who holds one may write in, and read, exactly one conversation.

``mw1.<base64url of {"c": conversation, "t": seconds since 1970}>.<mac>``, mac = 16 bytes of HMAC-SHA256, base64url.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Sequence

from core.errors import NotAllowed

_PREFIX = "mw1"
_MAC_BYTES = 16
DAYS = 30
CONVERSATION = re.compile(r"web:[a-z0-9-]{1,20}:[A-Za-z0-9_.-]{1,64}\Z")


def new_conversation(account: str = "site") -> str:
    """Return a conversation key that nobody can guess."""
    return f"web:{account}:{secrets.token_hex(16)}"


def mint_token(secret: bytes, conversation: str, now: float | None = None) -> str:
    """Return the token of a conversation such as ``web:cli:1``.

    Raises:
        ValueError: the conversation is not of the web channel.
    """
    if not CONVERSATION.match(conversation):
        raise ValueError("a web conversation is web:<account>:<id>, id of letters, digits, '_', '.', '-'")
    claims = {"c": conversation, "t": int(time.time() if now is None else now)}
    body = _encode(json.dumps(claims, separators=(",", ":")).encode())
    return f"{_PREFIX}.{body}.{_mac(secret, body)}"


def read_token(keys: Sequence[bytes], token: str, now: float | None = None) -> str:
    """Return the conversation of a token.

    Raises:
        NotAllowed: not ours, changed, or older than 30 days.
    """
    prefix, _, rest = token.partition(".")
    body, _, mac = rest.partition(".")
    fits = [hmac.compare_digest(_mac(key, body).encode(), mac.encode()) for key in keys]
    if prefix != _PREFIX or not any(fits):
        raise NotAllowed("the token does not fit")
    try:
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        conversation, minted = str(claims["c"]), float(claims["t"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotAllowed("the token cannot be read") from error
    if minted < (time.time() if now is None else now) - DAYS * 86400:
        raise NotAllowed("the token is too old")
    return conversation


def _mac(secret: bytes, body: str) -> str:
    key = hmac.new(secret, b"motcua:web-token", hashlib.sha256).digest()
    return _encode(hmac.new(key, f"{_PREFIX}.{body}".encode(), hashlib.sha256).digest()[:_MAC_BYTES])


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
