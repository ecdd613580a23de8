"""Calls to Zalo's OA and template hosts: the token header, and one refresh when the token is refused."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from connectors.outbound import Answer, Outbound, Request
from connectors.zalo.errors import Action, Host, action_for, code_of
from connectors.zalo.oauth import ZaloTokens
from connectors.zalo.settings import ZaloSettings
from core.errors import AssistantError, BadInput, Unavailable

Json = dict[str, Any]
MAX_IMAGE_BYTES = 1_000_000
MAX_FILE_BYTES = 5_000_000
_UPLOADS = {
    "image": ("/v2.0/oa/upload/image", "attachment_id", MAX_IMAGE_BYTES, ("image/jpeg", "image/png")),
    "gif": ("/v2.0/oa/upload/gif", "attachment_id", MAX_FILE_BYTES, ("image/gif",)),
    "file": ("/v2.0/oa/upload/file", "token", MAX_FILE_BYTES, (
        "application/pdf", "application/msword", "text/csv",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    )),
}  # fmt: skip
REACTIONS = frozenset({":>", "--b", ":-((", "/-strong", "/-heart", ":-h", ":o", "/-remove"})


class PlatformRefused(AssistantError):
    """Zalo answered a call with an error; ``code`` is its number in the table of the host."""

    def __init__(self, host: Host, code: int) -> None:
        super().__init__(f"Zalo answered {host}{code}")
        self.code = code


@dataclass(frozen=True)
class Profile:
    """What Zalo tells of a person that we use; the rest of the answer is not kept."""

    display_name: str
    is_follower: bool
    is_sensitive: bool


class ZaloApi:
    """Calls with the OA's token."""

    def __init__(self, settings: ZaloSettings, tokens: ZaloTokens, outbound: Outbound) -> None:
        self._settings, self._tokens, self._outbound = settings, tokens, outbound

    def post(self, path: str, body: Json, endpoint: str, host: Host = "oa") -> Answer:
        """Post JSON; never raises for what Zalo answers.

        Raises:
            TokenRefused, TokenBusy: there is no usable token.
        """
        return self.call(Request("POST", self._base(host) + path, endpoint, json=body), host)

    def call(self, request: Request, host: Host = "oa") -> Answer:
        """Make a call with the token; one that is refused for its token is made once more with a fresh one."""
        token = self._tokens.access()
        answer = self._outbound.call(self._signed(request, token))
        if not token_refused(answer, host):
            return answer
        return self._outbound.call(self._signed(request, self._tokens.refresh(token)))

    def profile(self, user_id: str) -> Profile:
        """Return a person's public profile."""
        data = self._get("/v3.0/oa/user/detail", {"user_id": user_id}, "profile")
        return Profile(str(data.get("display_name", "")), bool(data.get("user_is_follower")),
                       bool(data.get("is_sensitive")))  # fmt: skip

    def about(self) -> Json:
        """Return what Zalo says of the OA: a check of token and rights."""
        return self._get("/v2.0/oa/getoa", {}, "getoa")

    def quota(self, user_id: str) -> Json:
        """Return what may still be sent to a person: ``last_interaction`` (ms), ``cs_reply`` and ``promotion``."""
        return data_of(self.post("/v3.0/oa/quota/message", {"user_id": user_id}, "quota"), "oa")

    def upload(self, kind: str, name: str, content: bytes, mime: str) -> str:
        """Upload an image, gif or file and return its id or token, which lives seven days.

        Raises:
            BadInput: a kind, type or size that Zalo does not take.
        """
        path, field, most, types = _UPLOADS[kind]
        if mime not in types or not 0 < len(content) <= most:
            raise BadInput(f"Zalo takes a {kind} of {', '.join(types)} of at most {most} bytes")
        request = Request("POST", self._base("oa") + path, f"upload_{kind}", files={"file": (name, content, mime)})
        return str(data_of(self.call(request), "oa")[field])

    def react(self, user_id: str, message_id: str, icon: str) -> None:
        """Put a reaction on a person's message; free, and the only sign of "seen" that an OA can give."""
        if icon not in REACTIONS:
            raise BadInput("not one of Zalo's reactions")
        body = {"recipient": {"user_id": user_id}, "sender_action": {"react_icon": icon,
                                                                     "react_message_id": message_id}}  # fmt: skip
        data_of(self.post("/v2.0/oa/message", body, "reaction"), "oa")

    def _get(self, path: str, data: Json, endpoint: str) -> Json:
        """Get with the arguments in one parameter as JSON."""
        params = {"data": json.dumps(data, separators=(",", ":"))} if data else None
        return data_of(self.call(Request("GET", self._base("oa") + path, endpoint, params=params)), "oa")

    def _base(self, host: Host) -> str:
        return self._settings.api_url if host == "oa" else self._settings.zbs_url

    def _signed(self, request: Request, token: str) -> Request:
        headers: Mapping[str, str] = {"access_token": token}
        if self._settings.proof:
            proof = hmac.new(self._settings.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
            headers = {**headers, "appsecret_proof": proof}
        return replace(request, headers=headers)


def token_refused(answer: Answer, host: Host) -> bool:
    """Tell whether a call failed for its token: by the host's own codes, or by a plain 401."""
    if answer.status == 401:
        return True
    return answer.body is not None and action_for(host, code_of(answer.body)) is Action.REFRESH


def data_of(answer: Answer, host: Host) -> Json:
    """Return the data of a good answer.

    Raises:
        Unavailable: no whole answer came, or the platform is overloaded.
        PlatformRefused: it is an error of the host's table.
    """
    if answer.body is None or answer.status is None or answer.status == 429 or answer.status >= 500:
        raise Unavailable(f"Zalo did not answer: {answer.fault or answer.status}")
    code = code_of(answer.body)
    if code or answer.status != 200:
        raise PlatformRefused(host, code or -answer.status)
    data = answer.body.get("data")
    return data if isinstance(data, dict) else {}
