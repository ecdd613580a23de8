"""Sending to one person: the reply window first, then the call, then the text that stands in for a refused shape."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from connectors.base import STORAGE_AWAY, Body, Outcome
from connectors.events import Charge, Ledger
from connectors.outbound import Answer, transport_outcome
from connectors.tokens import TokenBusy, TokenRefused
from connectors.zalo.api import ZaloApi, token_refused
from connectors.zalo.errors import Action, Host, action_for, code_of, outcome_for
from connectors.zalo.parse import ANONYMOUS, CHANNEL
from connectors.zalo.settings import ZaloSettings
from connectors.zalo.windows import Window, window
from core.errors import StorageUnavailable

Json = dict[str, Any]
_FALLS_BACK = frozenset({Action.TEXT, Action.SHORTEN, Action.UPLOAD})


class ZaloSender:
    """Sends bodies of :mod:`connectors.zalo.render`."""

    def __init__(
        self,
        settings: ZaloSettings,
        api: ZaloApi,
        ledger: Ledger,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings, self._api, self._ledger, self._now = settings, api, ledger, now

    def send(self, conversation: str, body: Body) -> Outcome:
        """Send one body; never raises for what Zalo or the network does."""
        message = body.get("message")
        if not isinstance(message, dict):
            return Outcome("dead", code="not_a_zalo_body")
        try:
            if refusal := self._closed(conversation):
                return refusal
            outcome, action = self._try(conversation, message)
            if action in _FALLS_BACK and body.get("fallback"):
                outcome, _ = self._try(conversation, {"text": body["fallback"]})
        except TokenBusy:
            return Outcome("retry", code="token_busy", retry_after=5.0)
        except TokenRefused:
            return Outcome("retry", code="no_token", retry_after=300.0, alarm=True)
        except StorageUnavailable:  # before the call: what comes after it does not raise
            return STORAGE_AWAY
        return outcome

    def _closed(self, conversation: str) -> Outcome | None:
        now = window(self._ledger.last_interaction(conversation), self._now())
        if now is Window.CLOSED:
            return Outcome("dead", code="window_closed")
        if now is Window.PAID and not self._settings.paid:
            return Outcome("dead", code="window_paid")
        return None

    def _try(self, conversation: str, message: Json) -> tuple[Outcome, Action | None]:
        path, recipient = _recipient(conversation)
        answer = self._api.post(path, {"recipient": recipient, "message": message}, "message")
        outcome = judge(answer, "oa")
        code = code_of(answer.body) if answer.body else 0
        action = action_for("oa", code) if code else None
        if outcome.kind == "sent":
            self._ledger.charged(CHANNEL, conversation, charge_of(answer))
        elif action is Action.DROP:
            self._ledger.unreachable(conversation, outcome.code or "")
        return outcome, action


def judge(answer: Answer, host: Host) -> Outcome:
    """Translate an answer into the outcome of a send; a refused token has been renewed once by now."""
    if outcome := transport_outcome(answer):
        return outcome
    body = answer.body or {}
    code = code_of(body)
    if code:
        return outcome_for(host, code, answer.status)
    if token_refused(answer, host):
        return Outcome("retry", answer.status, "http_401", 30.0, of_channel=True, alarm=True)
    data = body.get("data")
    reference = _first(data if isinstance(data, dict) else {}, "message_id", "msg_id")
    if answer.status != 200 or "error" not in body:
        return Outcome("dead", answer.status, f"http_{answer.status}")
    return Outcome("sent", answer.status, reference=reference)


def charge_of(answer: Answer) -> Charge:
    """Return what a sent message was charged to; an answer without a quota was charged to the wallet."""
    data = (answer.body or {}).get("data")
    quota = data.get("quota") if isinstance(data, dict) else None
    if not isinstance(quota, dict):
        return Charge("wallet")
    kind = _first(quota, "quota_type") or "daily"
    return Charge(kind[:40], _number(quota, "remain", "remainingQuota"), _number(quota, "total", "dailyQuota"))


def _recipient(conversation: str) -> tuple[str, Json]:
    """Return path and recipient: anonymous visitors are reached at the old address, by two ids."""
    person = conversation.rpartition(":")[2]
    if not person.startswith(ANONYMOUS):
        return "/v3.0/oa/message/cs", {"user_id": person}
    visitor, _, visit = person.removeprefix(ANONYMOUS).partition(".")
    return "/v2.0/oa/message", {"anonymous_id": visitor, "conversation_id": visit}


def _first(data: Json, *names: str) -> str | None:
    for name in names:
        if isinstance(data.get(name), str | int) and data[name]:
            return str(data[name])[:200]
    return None


def _number(data: Json, *names: str) -> int | None:
    text = _first(data, *names)
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
