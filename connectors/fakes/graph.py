"""A Graph API of one Page that follows the contract: webhook deliveries, Send API, profile, conversation routing.

The citizen's side is :meth:`FakeGraph.says` and
:meth:`FakeGraph.presses`; what the citizen sees is :attr:`FakeGraph.sent`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from connectors.fakes.graph_http import Handler
from connectors.fakes.graph_people import INBOX, App, Page
from connectors.fakes.graph_profile import FakeProfile
from connectors.fakes.graph_rules import Refusal, ThreadView, refusal
from connectors.fakes.graph_webhook import Deliverer, Manner
from connectors.fakes.server import Sent

Json = dict[str, Any]
_CONTROLS = ("pass_thread_control", "take_thread_control", "release_thread_control", "request_thread_control",
             "extend_thread_control")  # fmt: skip


class FakeGraph(Page):
    """The server and what it saw: ``sent`` messages, ``actions`` and refused requests by ``errors``."""

    def __init__(self, webhook: str = "", app: App | None = None, manner: Manner | None = None, port: int = 0) -> None:
        app = app or App()
        super().__init__(Handler, app, Deliverer(app.page_id, app.secret, webhook, manner or Manner()), port)
        self.profile = FakeProfile()
        self.actions: list[tuple[str, str]] = []
        self.errors: list[Refusal] = []

    def answer(self, method: str, path: list[str], query: Mapping[str, str], body: Json) -> tuple[int, Json]:
        """Return status and body for one call."""
        with self._lock:
            fault = self._caller_fault(query)
            found = fault or self._route(method, path, query, body)
            if isinstance(found, Refusal):
                self.errors.append(found)
                return found.status, found.body()
            return 200, found

    def _caller_fault(self, query: Mapping[str, str]) -> Refusal | None:
        token = query.get("access_token", "")
        if token != self.app.token:
            return Refusal(190, "Error validating access token")
        proof = hmac.new(self.app.secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        given = query.get("appsecret_proof")
        if given != proof and (given is not None or self.app.proof_required):
            return Refusal(100, "Invalid appsecret_proof provided in the API argument")
        return None

    def _route(self, method: str, path: list[str], query: Mapping[str, str], body: Json) -> Json | Refusal:
        owner, edge = path[0], path[1] if len(path) > 1 else ""
        if owner not in ("me", self.app.page_id):
            return Refusal(100, "Unsupported get request", 33)
        if edge == "messenger_profile":
            return self.profile.answer(method, query, body)
        if method == "POST":
            return self._write(edge, body)
        return self._read(edge, query)

    def _write(self, edge: str, body: Json) -> Json | Refusal:
        if edge == "messages":
            return self._send(body)
        if edge in _CONTROLS:
            return self._control(edge, body)
        return {"success": True} if edge == "subscribed_apps" else Refusal(100, "Unknown path components")

    def _read(self, edge: str, query: Mapping[str, str]) -> Json | Refusal:
        if edge == "thread_owner":
            thread = self.people.get(query.get("recipient", ""))
            return {"data": [{"thread_owner": {"app_id": thread.owner}}] if thread else []}
        if edge:
            return Refusal(100, "Unknown path components")
        return {"messaging_feature_status": {"hop_v2": True, "msgr_multi_app": False}, "id": self.app.page_id}

    def _send(self, body: Json) -> Json | Refusal:
        person = str((body.get("recipient") or {}).get("id", ""))
        thread = self.people.get(person)
        view = ThreadView(None) if thread is None else ThreadView(
            self.now_ms() - thread.last_ms, thread.owner == self.app.app_id, thread.blocked
        )  # fmt: skip
        if fault := refusal(body, view, self.app.granted):
            return fault
        if not self.rate.take():
            return Refusal(613, "Calls to this api have exceeded the rate limit.")
        if "sender_action" in body:
            self.actions.append((person, body["sender_action"]))
            return {"recipient_id": person}
        mid = self.new_mid()
        self.sent.append(Sent(person, mid, body["message"], body))
        self._after(person, mid, body)
        return {"recipient_id": person, "message_id": mid}

    def _after(self, person: str, mid: str, body: Json) -> None:
        """What follows a message: its echo, its receipts, and the change of the thread's owner."""
        if self.echoes:
            self.echo(person, body["message"], mid, int(self.app.app_id))
        if self.receipts:
            stamp = self.now_ms()
            self.webhook.put(self.item(person, "delivery", {"mids": [mid], "watermark": stamp}))
            self.webhook.put(self.item(person, "read", {"watermark": stamp}))
        control = body.get("thread_control")
        if control and control.get("control_type") == "pass":
            self.people[person].owner = str(control.get("app_id"))

    def _control(self, edge: str, body: Json) -> Json | Refusal:
        thread = self.people.get(str((body.get("recipient") or {}).get("id", "")))
        if thread is None:
            return Refusal(100, "No matching user found", 2018001)
        if edge == "pass_thread_control":
            if thread.owner != self.app.app_id:
                return Refusal(10, "Another app is controlling this thread now.", 2018300)
            thread.owner = str(body.get("target_app_id"))
        elif edge == "take_thread_control":
            thread.owner = self.app.app_id
        elif edge == "release_thread_control":
            thread.owner = INBOX
        return {"success": True}
