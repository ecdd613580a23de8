"""Sending one body, within the reply window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from connectors.base import STORAGE_AWAY, Body, Outcome
from connectors.events import Ledger
from connectors.messenger.errors import ErrorClass
from connectors.messenger.graph import Graph, Json, judge
from connectors.messenger.settings import MessengerSettings
from connectors.messenger.windows import Author, Grants, messaging_fields
from core.errors import SetupError, StorageUnavailable

_ACTIONS = frozenset({"typing_on", "typing_off", "mark_seen"})


class Sender:
    """Sends bodies that :mod:`connectors.messenger.render` made."""

    def __init__(self, settings: MessengerSettings, graph: Graph, ledger: Ledger, now: Callable[[], datetime]) -> None:
        self._settings, self._graph, self._ledger, self._now = settings, graph, ledger, now

    def send(self, conversation: str, body: Body) -> Outcome:
        """Send one body; never raises for what the platform or the network does."""
        if not isinstance(body.get("message"), dict):
            return Outcome("dead", code="not_a_messenger_body")
        try:
            fields = self._fields(conversation, body)
        except StorageUnavailable:  # before the call: writing to the books does not raise
            return STORAGE_AWAY
        if fields is None:
            return Outcome("dead", code="window:closed")
        request: Json = {"recipient": {"id": person_of(conversation)}, **fields, "message": body["message"]}
        if "thread_control" in body:
            request["thread_control"] = body["thread_control"]
        outcome = self._post(conversation, request)
        if outcome.kind == "sent" and body.get("more"):
            self.act(conversation, "typing_on")  # until the next part
        return outcome

    def act(self, conversation: str, action: str) -> bool:
        """Show ``typing_on``, ``typing_off`` or ``mark_seen``: a call of its own, whose failure matters to nobody."""
        if action not in _ACTIONS:
            raise ValueError(action)
        request = {"recipient": {"id": person_of(conversation)}, "sender_action": action}
        try:
            return judge(self._graph.page("POST", "messages", request))[0] is None
        except SetupError:
            return False

    def _post(self, conversation: str, request: Json) -> Outcome:
        try:
            answer = self._graph.page("POST", "messages", request)
        except SetupError:  # the token's file is being replaced, or was spoilt: a person must look
            return Outcome("retry", code="no_token", retry_after=60.0, alarm=True)
        outcome, error = judge(answer)
        if outcome:
            if error and error.kind is ErrorClass.GONE:
                self._ledger.unreachable(conversation, error.label)
            return outcome
        reference = (answer.body or {}).get("message_id")
        if not isinstance(reference, str):  # 200 without the id: perhaps taken, its echo will tell
            return Outcome("unknown", answer.status, "no_message_id")
        return Outcome("sent", answer.status, reference=reference[:200])

    def _fields(self, conversation: str, body: Body) -> Json | None:
        opened = self._ledger.last_interaction(conversation)
        author: Author = "human" if body.get("author") == "human" else "bot"
        grants = Grants(self._settings.human_agent, utility=bool(self._settings.notice_template))
        return messaging_fields(opened, self._now(), author, grants, template="template" in body)


def person_of(conversation: str) -> str:
    """Return the page-scoped id in a conversation's key."""
    return conversation.rpartition(":")[2]
