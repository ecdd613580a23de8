"""Conversation routing: which app answers in a thread (contract B6)."""

from __future__ import annotations

from connectors.base import Outcome
from connectors.messenger.graph import Graph, Json, judge
from connectors.messenger.send import person_of
from connectors.messenger.settings import INBOX_APP_ID

LONGEST_SECONDS = 7 * 24 * 3600


class Handover:
    """Passes, takes, releases, asks for and extends the control of threads."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def give(self, conversation: str, app: str = INBOX_APP_ID, note: str = "") -> Outcome:
        """Pass a thread to another app, by default to the Page Inbox, where staff answer."""
        return self._control("pass_thread_control", conversation, target_app_id=app, metadata=note[:1000])

    def take(self, conversation: str, note: str = "") -> Outcome:
        """Take a thread back; only the Page's default app may."""
        return self._control("take_thread_control", conversation, metadata=note[:1000])

    def release(self, conversation: str) -> Outcome:
        """Give a thread up, so that the default app has it again."""
        return self._control("release_thread_control", conversation)

    def ask(self, conversation: str, note: str = "") -> Outcome:
        """Ask the owner of a thread to pass it to us."""
        return self._control("request_thread_control", conversation, metadata=note[:1000])

    def extend(self, conversation: str, seconds: int) -> Outcome:
        """Keep a thread for longer, at most 7 days."""
        return self._control("extend_thread_control", conversation, duration=min(max(seconds, 1), LONGEST_SECONDS))

    def owner(self, conversation: str) -> str | None:
        """Return the id of the app that owns a thread; ``None`` when nobody does or the platform does not say."""
        answer = self._graph.page("GET", "thread_owner", recipient=person_of(conversation))
        data = (answer.body or {}).get("data")
        owner = data[0].get("thread_owner") if isinstance(data, list) and data and isinstance(data[0], dict) else None
        return str(owner["app_id"]) if isinstance(owner, dict) and "app_id" in owner else None

    def _control(self, edge: str, conversation: str, **fields: str | int) -> Outcome:
        body: Json = {"recipient": {"id": person_of(conversation)}, **{k: v for k, v in fields.items() if v != ""}}
        answer = self._graph.page("POST", edge, body)
        outcome, _ = judge(answer)
        if outcome:
            return outcome
        return Outcome("sent", answer.status) if (answer.body or {}).get("success") else Outcome("unknown", 200, edge)
