"""OAuth of the fake Zalo: codes and refresh tokens that work once, access tokens that end or are killed."""

from __future__ import annotations

import base64
import hashlib
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
ACCESS_SECONDS = 25 * 3600
CODE_SECONDS = 600


@dataclass(frozen=True)
class _Code:
    challenge: str
    until_ms: int


class FakeTokens:
    """Gives pairs; ``issued`` counts them, ``refreshes`` the successful refreshes."""

    def __init__(self, app_id: str, app_secret: str, now_ms: Callable[[], int]) -> None:
        self._app_id, self._secret, self._now_ms = app_id, app_secret, now_ms
        self._codes: dict[str, _Code] = {}
        self._numbers = itertools.count(1)
        self.access, self.refresh = "", ""
        self._access_until_ms = 0
        self.issued = self.refreshes = 0

    def approve(self, challenge: str) -> str:
        """Let the administrator approve, and return the code of the callback."""
        code = f"code-{next(self._numbers)}"
        self._codes[code] = _Code(challenge, self._now_ms() + CODE_SECONDS * 1000)
        return code

    def issue(self) -> Json:
        """Give a new pair; the previous access token dies at once, as does the previous refresh token."""
        number = next(self._numbers)
        self.issued += 1
        self.access, self.refresh = f"access-{number}", f"refresh-{number}"
        self._access_until_ms = self._now_ms() + ACCESS_SECONDS * 1000
        return {"access_token": self.access, "refresh_token": self.refresh, "expires_in": str(ACCESS_SECONDS)}

    def expire(self) -> None:
        """End the access token now."""
        self._access_until_ms = 0

    def fault(self, token: str) -> int:
        """Return 0 for a good access token, -220 for an expired one, -216 for any other."""
        if not token or token != self.access:
            return -216
        return 0 if self._now_ms() < self._access_until_ms else -220

    def answer(self, headers: Mapping[str, str], form: Mapping[str, str] | None) -> Json:
        """Return the body for one call of the token endpoint; failures come with HTTP 200 too."""
        if form is None:
            return _failure(-14001, "Invalid request", "send a form")
        if headers.get("secret_key") != self._secret:
            return _failure(-14004, "Invalid secret key", "header secret_key")
        if form.get("app_id") != self._app_id:
            return _failure(-14002, "Invalid app id", "app_id")
        match form.get("grant_type"):
            case "authorization_code":
                return self._exchange(form.get("code", ""), form.get("code_verifier", ""))
            case "refresh_token":
                return self._renew(form.get("refresh_token", ""))
        return _failure(-14005, "Invalid grant type", "grant_type")

    def _exchange(self, code: str, verifier: str) -> Json:
        known = self._codes.pop(code, None)
        if known is None or known.until_ms < self._now_ms():
            return _failure(-14006, "Invalid authorization code", "used or expired")
        digest = hashlib.sha256(verifier.encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != known.challenge:
            return _failure(-14007, "Invalid code verifier", "code_verifier")
        return self.issue()

    def _renew(self, token: str) -> Json:
        if not token or token != self.refresh:
            return _failure(-14020, "Invalid refresh token", "used or expired")
        self.refreshes += 1
        return self.issue()


def _failure(code: int, name: str, reason: str) -> Json:
    return {"error": code, "error_name": name, "error_description": name, "error_reason": reason,
            "ref_doc": "https://developers.zalo.me/docs"}  # fmt: skip
