"""Who calls: the signature of deliveries and the word of the verification request."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence

from core.errors import BadSignature

HEADER = "x-hub-signature-256"
_CHALLENGE = re.compile(r"[A-Za-z0-9_.-]{1,200}\Z")


def sign(raw: bytes, secret: str) -> str:
    """Return the header's value for a body: ``sha256=`` and the HMAC-SHA256 as 64 hexadecimal digits."""
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def verify(headers: Mapping[str, str], raw: bytes, secrets: Sequence[str]) -> None:
    """Check ``X-Hub-Signature-256`` over the bytes as received, with every secret (two during a rotation).

    The older SHA-1 header is not looked at: who can choose the weaker lock needs only that one.

    Raises:
        BadSignature: no secret is set, the header is missing, or nothing fits; never says what would have.
    """
    given = headers.get(HEADER, "").strip().lower().encode("utf-8", "replace")
    fits = [hmac.compare_digest(sign(raw, secret).encode(), given) for secret in secrets if secret]
    if not any(fits):
        raise BadSignature("the signature does not fit")


def challenge(params: Mapping[str, str], tokens: Sequence[str]) -> str | None:
    """Return ``hub.challenge`` when ``hub.verify_token`` is one of ours (compared in constant time), else ``None``."""
    given = params.get("hub.verify_token", "").encode("utf-8", "replace")
    fits = [hmac.compare_digest(token.encode(), given) for token in tokens if token]
    answer = params.get("hub.challenge", "")
    if params.get("hub.mode") != "subscribe" or not any(fits) or not _CHALLENGE.match(answer):
        return None
    return answer
