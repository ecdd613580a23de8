"""Signed button payloads: what a button carries may steer the dialogue, so only what we made ourselves is believed.

A token is ``mc1.<base64url of the JSON {"p": payload}>.<mac>`` with mac = the first 16 bytes of HMAC-SHA256, base64url.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence

from core.errors import BadSignature, SetupError

PREFIX = "mc1"
_MAC_BYTES = 16


def derive_key(secret: bytes, purpose: str) -> bytes:
    """Return a key of its own for one purpose, so that a token of one kind is never a token of another."""
    return hmac.new(secret, b"motcua:" + purpose.encode(), hashlib.sha256).digest()


class PayloadSigner:
    """Signs with the first secret and verifies with all of them (two during a rotation)."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        if not secrets:
            raise SetupError("There is no signing secret: set MOTCUA_SECRET_FILE.")
        self._keys = [derive_key(secret, "payload") for secret in secrets]

    def sign(self, payload: str) -> str:
        """Return the token of a payload."""
        body = _encode(json.dumps({"p": payload}, ensure_ascii=False, separators=(",", ":")).encode())
        return f"{PREFIX}.{body}.{_mac(self._keys[0], body)}"

    def verify(self, token: str) -> str:
        """Return the payload of a token.

        Raises:
            BadSignature: the token is not ours, or was changed.
        """
        prefix, _, rest = token.partition(".")
        body, _, mac = rest.partition(".")
        if prefix != PREFIX or not token.isascii():
            raise BadSignature("not a payload of ours")
        fits = [hmac.compare_digest(_mac(key, body), mac) for key in self._keys]
        if not any(fits):
            raise BadSignature("the payload's signature does not fit")
        return _payload(body)


def looks_signed(text: str) -> bool:
    """Tell whether a text has the shape of a token (it may still be forged)."""
    return text.startswith(f"{PREFIX}.") and text.count(".") == 2


def _payload(body: str) -> str:
    try:
        value = json.loads(_decode(body))["p"]
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise BadSignature("the payload cannot be read") from error
    if not isinstance(value, str):
        raise BadSignature("the payload cannot be read")
    return value


def _mac(key: bytes, body: str) -> str:
    return _encode(hmac.new(key, f"{PREFIX}.{body}".encode(), hashlib.sha256).digest()[:_MAC_BYTES])


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
