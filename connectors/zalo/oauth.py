"""OAuth v4 of Zalo: the first authorisation with PKCE, and the refresh that must never happen twice.

A refresh token works once and each refresh gives a new one. So: one refresher at a time over all processes, the pair
read again under the lock, the attempt on record before the call, and both new tokens on disk before anybody uses one.
A process that dies between the platform's answer and our commit leaves the record of its attempt: the next refresh is
then known to be in doubt, and its refusal is told apart from an ordinary one.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from connectors.hooks import Hooks
from connectors.outbound import Answer, Outbound, Request
from connectors.tokens import LockedTokens, TokenBusy, TokenPair, TokenRefused, TokenStore
from connectors.zalo.settings import ZaloSettings
from core.errors import BadInput

CHANNEL = "zalo"
AUTHORISE = "run './motcua channel zalo authorise'"
# Twice a day at least, with room for a night without a worker; the access token itself lives 25 hours.
REFRESH_AFTER = timedelta(hours=10)
EARLY = timedelta(minutes=5)
# Seconds; the lock's wait in the store is longer, so that a waiter sees the end of another's refresh.
REFRESH_SECONDS = 8.0
_DEAD_REFRESH = -14020
_DEFAULT_LIFE = 25 * 3600
_LONGEST_LIFE = 90 * 24 * 3600


@dataclass(frozen=True)
class Pkce:
    """A verifier, which stays here, and its challenge, which goes along with the browser."""

    verifier: str
    challenge: str


def new_pkce() -> Pkce:
    """Return a fresh pair: base64url of 32 random bytes."""
    return pkce_of(_base64url(secrets.token_bytes(32)))


def pkce_of(verifier: str) -> Pkce:
    """Return the pair of a verifier; Zalo knows no other method than SHA-256."""
    return Pkce(verifier, _base64url(hashlib.sha256(verifier.encode("ascii")).digest()))


def permission_url(settings: ZaloSettings, challenge: str, state: str) -> str:
    """Return the page where an administrator of the OA approves."""
    query = {"app_id": settings.app_id, "redirect_uri": settings.redirect_uri, "code_challenge": challenge,
             "state": state}  # fmt: skip
    return f"{settings.oauth_url}/v4/oa/permission?{urlencode(query)}"


def code_from(redirected: str, settings: ZaloSettings, state: str) -> str:
    """Return the code in the address that the browser was sent back to.

    Raises:
        BadInput: it is of another authorisation, of another OA, or holds no code.
    """
    query = parse_qs(urlsplit(redirected.strip()).query)
    code, given = query.get("code", [""])[0], query.get("state", [""])[0]
    if not secrets.compare_digest(given.encode(), state.encode()):
        raise BadInput("this address belongs to another authorisation: open the page again")
    if query.get("oa_id", [settings.oa_id])[0] != settings.oa_id:
        raise BadInput("another OA was approved: choose the one of MOTCUA_ZALO_OA_ID")
    if not code:
        raise BadInput("the address holds no code: was the request refused on the page?")
    return code


class ZaloTokens:
    """Gives the access token and renews it; safe in many threads and processes."""

    def __init__(self, settings: ZaloSettings, store: TokenStore, outbound: Outbound, hooks: Hooks) -> None:
        self._settings, self._store, self._outbound = settings, store, outbound
        self._now, self._alarm = hooks.now, hooks.alarm

    def access(self) -> str:
        """Return an access token that is not about to expire.

        Raises:
            TokenRefused: there is none, and a person has to authorise.
            TokenBusy: it is expired and cannot be renewed now.
        """
        pair = self._store.read(CHANNEL, self._settings.oa_id)
        if pair is None:
            raise TokenRefused(f"there is no token of this OA: {AUTHORISE}")
        if pair.expires_at - self._now() > EARLY:
            return pair.access
        return self.refresh(pair.access)

    def refresh(self, stale: str) -> str:
        """Renew the pair unless somebody else has since ``stale`` was read, and return the access token.

        Raises:
            TokenRefused: the platform does not take our refresh token.
            TokenBusy: no answer now; the old pair stays as it was.
        """
        with self._store.locked(CHANNEL, self._settings.oa_id) as held:
            pair = held.read()
            if pair is None:
                raise TokenRefused(f"there is no token of this OA: {AUTHORISE}")
            if pair.access != stale:
                return pair.access
            if reason := held.lost_reason():
                raise TokenRefused(f"the tokens are dead ({reason}): {AUTHORISE}")
            return self._renew(held, pair)

    def keep_fresh(self) -> None:
        """Renew a pair that is ten hours old; an alarm goes off when that fails and nobody may notice for a while."""
        pair = self._store.read(CHANNEL, self._settings.oa_id)
        if pair is None:
            self._alarm(CHANNEL, "no_token")
        elif self._now() - pair.refreshed_at > REFRESH_AFTER:
            try:
                self.refresh(pair.access)
            except (TokenBusy, TokenRefused):
                self._alarm(CHANNEL, "token_old")

    def expires_at(self) -> datetime | None:
        """Return when the stored access token ends, ``None`` when there is none."""
        pair = self._store.read(CHANNEL, self._settings.oa_id)
        return pair.expires_at if pair else None

    def exchange(self, code: str, verifier: str) -> None:
        """Turn the code of a first authorisation into a stored pair.

        Raises:
            TokenRefused, TokenBusy: the platform did not give one; what was stored stays.
        """
        answer = self._ask({"code": code, "grant_type": "authorization_code", "code_verifier": verifier})
        pair = read_pair(answer, self._now())
        if pair is None:
            if answer.fault or (answer.status or 0) >= 500:
                raise TokenBusy("Zalo did not answer: open the page again in a minute")
            raise TokenRefused(f"Zalo refused the code ({_code(answer)}): open the page again")
        with self._store.locked(CHANNEL, self._settings.oa_id) as held:
            held.save(pair)

    def _renew(self, held: LockedTokens, pair: TokenPair) -> str:
        doubtful = held.in_doubt()
        held.begin()
        answer = self._ask({"refresh_token": pair.refresh, "grant_type": "refresh_token"})
        fresh = read_pair(answer, self._now())
        if fresh is not None:
            held.save(fresh)
            return fresh.access
        if answer.unknown or (answer.status or 0) >= 500 or _half(answer):
            raise TokenBusy("the refresh has no known outcome")  # the record of the attempt stays
        if not doubtful:
            held.calm()
        if answer.fault or answer.status == 429:
            raise TokenBusy("Zalo cannot be reached for a refresh")
        return self._refused(held, answer, doubtful=doubtful)

    def _refused(self, held: LockedTokens, answer: Answer, *, doubtful: bool) -> str:
        """The pair is left alone; what is known of its end is marked beside it."""
        code = _code(answer)
        reason = "rotated_then_crash" if doubtful else "refresh_refused"
        if code == _DEAD_REFRESH or doubtful:
            held.lost(reason)
        self._alarm(CHANNEL, reason)
        raise TokenRefused(f"Zalo refused the refresh token ({code}, {reason}): {AUTHORISE}")

    def _ask(self, fields: dict[str, str]) -> Answer:
        return self._outbound.call(Request(
            "POST", f"{self._settings.oauth_url}/v4/oa/access_token", "oauth",
            headers={"secret_key": self._settings.app_secret}, form={"app_id": self._settings.app_id, **fields},
            seconds=REFRESH_SECONDS,
        ))  # fmt: skip


def read_pair(answer: Answer, now: datetime) -> TokenPair | None:
    """Return the pair of a good answer: both tokens, or it is none (failures come with 200 too)."""
    body = answer.body or {}
    access, refresh = body.get("access_token"), body.get("refresh_token")
    if answer.status != 200 or _code(answer) or not _token(access) or not _token(refresh):
        return None
    return TokenPair(str(access), str(refresh), now + timedelta(seconds=_life(body.get("expires_in"))), now)


def _half(answer: Answer) -> bool:
    """Whether an answer without an error holds only one of the two tokens."""
    body = answer.body or {}
    return answer.status == 200 and not _code(answer) and "error_name" not in body


def _token(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 4096 and value.isascii() and value.isprintable()


def _life(value: Any) -> float:
    """Return ``expires_in`` (a string of seconds) leniently; an odd one counts as the documented 25 hours."""
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return _DEFAULT_LIFE
    return seconds if 0 < seconds <= _LONGEST_LIFE else _DEFAULT_LIFE


def _code(answer: Answer) -> int:
    """Return the failure's code; a failure without a usable number is -1."""
    body = answer.body or {}
    try:
        code = int(body.get("error", 0))
    except (TypeError, ValueError):
        return -1
    return code or (-1 if "error_name" in body else 0)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
