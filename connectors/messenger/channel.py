"""Messenger as a channel: the port :class:`connectors.events.Webhook` over one Page."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import BoundedSemaphore

from connectors.base import Body, Outcome, Reach
from connectors.events import Ledger, Received
from connectors.hooks import Hooks
from connectors.messenger import parse, render, verify
from connectors.messenger.graph import Graph
from connectors.messenger.handover import Handover
from connectors.messenger.send import Sender
from connectors.messenger.settings import MessengerSettings
from connectors.messenger.windows import Grants, messaging_fields, utility
from connectors.outbound import Outbound
from core.message import Incoming, Reply

_SEEN_WAITING = 20


class MessengerChannel:
    """One Page. A bad signature is answered 403."""

    name = "messenger"
    pulled = False
    refuse_status = 403
    capabilities = render.CAPABILITIES

    def __init__(self, settings: MessengerSettings, ledger: Ledger, hooks: Hooks | None = None) -> None:
        hooks = hooks or Hooks()
        self.settings, self._ledger, self._now = settings, ledger, hooks.now
        self.graph = Graph(settings, Outbound(self.name, hooks.observer, settings.proxy))
        self.handover = Handover(self.graph)
        self._sender = Sender(settings, self.graph, ledger, hooks.now)
        self._aside = ThreadPoolExecutor(2, "messenger-seen")
        self._room = BoundedSemaphore(_SEEN_WAITING)

    def challenge(self, params: Mapping[str, str]) -> str | None:
        """Answer the platform's verification request, or ``None`` to refuse it."""
        return verify.challenge(params, self.settings.verify_tokens)

    def verify(self, headers: Mapping[str, str], raw: bytes) -> str:
        """Check the signature of a delivery and return the Page's id."""
        verify.verify(headers, raw, self.settings.app_secrets)
        return self.settings.page_id

    def receive(self, raw: bytes, proven: str) -> Received:
        """Translate a verified body; an item that cannot be used never takes the others along."""
        return parse.parse(raw, self.settings)

    def parse(self, raw: bytes, proven: str) -> list[Incoming]:
        """Translate a verified body into its messages."""
        return list(self.receive(raw, proven).messages)

    def render(self, reply: Reply, message: Incoming) -> list[Body]:
        """Translate one reply into bodies of the Send API, in order."""
        return render.render(reply, message, self.settings, self._now())

    def send(self, conversation: str, body: Body) -> Outcome:
        """Send one body."""
        return self._sender.send(conversation, body)

    def reach(self, conversation: str, *, refused: bool = False) -> Reach:
        """Tell how the person can be reached unasked (contract B5)."""
        opened = self._ledger.last_interaction(conversation)
        if not refused and messaging_fields(opened, self._now(), "bot", Grants()):
            return "open"
        return "template" if self.settings.notice_template else "closed"

    def template(self, data: Mapping[str, str]) -> Body:
        """Return a body that sends the approved utility template."""
        return utility(self.settings.notice_template, data)

    def arrived(self, conversation: str, body: Body, since: datetime) -> str | None:
        """Return the id of a message that seems lost but came back as an echo: then it must not be sent again."""
        mark = body.get("message", {}).get("metadata")
        return self._ledger.echoed(conversation, mark, since) if mark else None

    def attend(self, conversation: str) -> None:
        """Show in the background that a message was seen; skipped when such calls pile up."""
        if self._room.acquire(blocking=False):
            self._aside.submit(self._seen, conversation)

    def _seen(self, conversation: str) -> None:
        try:
            self._sender.act(conversation, "mark_seen")
        finally:
            self._room.release()
