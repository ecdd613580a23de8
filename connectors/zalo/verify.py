"""The signature of Zalo's webhook: ``mac = sha256_hex(app_id + raw body + timestamp + OA secret key)``.

Plain SHA-256, not HMAC, over the bytes as received. The time stamp is the body's own; there is no documented limit of
its age, and retries come more than an hour late, so what stops a replay is the unique event id, not the clock.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence

from core.errors import BadSignature

HEADER = "x-zevent-signature"


def sign(app_id: str, raw: bytes, timestamp: str, secret: str) -> str:
    """Return the signature as 64 hexadecimal digits."""
    return hashlib.sha256(app_id.encode() + raw + timestamp.encode() + secret.encode()).hexdigest()


def verify(headers: Mapping[str, str], raw: bytes, app_id: str, secrets: Sequence[str]) -> None:
    """Check the signature against every secret (two during a rotation), in constant time.

    Raises:
        BadSignature: no secret is set, the header is missing, or nothing fits; never says what would have.
    """
    given = _given(headers.get(HEADER, ""))
    timestamp = _timestamp(raw, app_id)
    fits = [hmac.compare_digest(sign(app_id, raw, timestamp, secret), given) for secret in secrets if secret]
    if not any(fits):
        raise BadSignature("the signature does not fit")


def _given(header: str) -> str:
    """Return the digits of ``mac=…``, ``mac = …`` or a bare value; all three are seen."""
    value = (header.partition("=")[2] if "=" in header else header).strip().lower()
    return value if value.isascii() else ""


def _timestamp(raw: bytes, app_id: str) -> str:
    """Return the body's time stamp as text: a string mostly, a number in some captures."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadSignature("the signature does not fit") from None
    stamp = body.get("timestamp") if isinstance(body, dict) else None
    if isinstance(stamp, bool) or not isinstance(stamp, str | int) or str(body.get("app_id", app_id)) != app_id:
        raise BadSignature("the signature does not fit")
    try:
        return str(stamp).encode().decode()
    except ValueError:  # a lone surrogate or a number of thousands of digits cannot have been signed
        raise BadSignature("the signature does not fit") from None
