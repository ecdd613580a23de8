"""A Graph API of one Page that follows the contract: webhook deliveries, Send API, profile, conversation routing.

The citizen's side is :meth:`FakeGraph.says` and
:meth:`FakeGraph.presses`; what the citizen sees is :attr:`FakeGraph.sent`.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from typing import Any, Self

import requests

from connectors.fakes.faults import Faults
from connectors.fakes.graph_http import Handler
from connectors.fakes.graph_profile import FakeProfile
from connectors.fakes.graph_rules import Granted, Refusal, ThreadView, refusal
from connectors.fakes.graph_webhook import Deliverer, Manner

Json = dict[str, Any]
INBOX = "263902037430900"
_CONTROLS = ("pass_thread_control", "take_thread_control", "release_thread_control", "request_thread_control",
             "extend_thread_control")  # fmt: skip


@dataclass(frozen=True)
class App:
    """The app and the Page as the platform knows them."""

    page_id: str = "102030405060708"
    app_id: str = "900800700600500"
    secret: str = "meta-app-secret-for-tests"  # noqa: S105 - the contract's test value
    token: str = "page-token-for-tests"  # noqa: S105 - the contract's test value
    proof_required: bool = True
    granted: Granted = field(default_factory=Granted)


@dataclass
class Person:
    """A thread with one person: when they wrote last, which app owns it, whether they blocked the Page."""

    last_ms: int
    owner: str
    blocked: bool = False


@dataclass(frozen=True)
class Sent:
    """One message that a citizen sees."""

    person: str
    mid: str
    message: Json
    request: Json


@dataclass
class Rate:
    """At most ``most`` messages in ``seconds``; more are refused with 613."""

    most: int = 300
    seconds: float = 1.0
    times: list[float] = field(default_factory=list)

    def take(self) -> bool:
        """Count one message, and tell whether it may pass."""
        now = time.monotonic()
        self.times = [moment for moment in self.times if now - moment < self.seconds]
        self.times.append(now)
        return len(self.times) <= self.most


class FakeGraph:
    """The server and what it saw: ``sent`` messages, ``actions`` and refused requests by ``errors``."""

    def __init__(self, webhook: str = "", app: App | None = None, manner: Manner | None = None, port: int = 0) -> None:
        self.app, self.manner = app or App(), manner or Manner()
        self.faults, self.rate, self.profile = Faults(), Rate(), FakeProfile()
        self.people: dict[str, Person] = {}
        self.sent: list[Sent] = []
        self.actions: list[tuple[str, str]] = []
        self.errors: list[Refusal] = []
        self.echoes = self.receipts = True
        self._ahead_ms = 0
        self._numbers = itertools.count(1)
        self._lock = threading.RLock()
        self.webhook = Deliverer(self.app.page_id, self.app.secret, webhook, self.manner)
        handler = type("BoundHandler", (Handler,), {"fake": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self.webhook.start()
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.webhook.stop()
        self._server.shutdown()
        self._server.server_close()

    # ---- the citizen's side, and staff ----

    def says(self, person: str, text: str = "", **more: Any) -> str:
        """Let a person write; ``more`` are further fields of the message. Returns its mid."""
        mid = self._mid()
        self.deliver(person, "message", {"mid": mid} | ({"text": text} if text else {}) | more)
        return mid

    def picks(self, person: str, title: str, payload: str) -> str:
        """Let a person tap a quick reply."""
        return self.says(person, title, quick_reply={"payload": payload})

    def presses(self, person: str, title: str, payload: str, **more: Any) -> str:
        """Let a person press a button, a menu item or the start button."""
        mid = self._mid()
        self.deliver(person, "postback", {"mid": mid, "title": title, "payload": payload} | more)
        return mid

    def staff_says(self, person: str, text: str, app_id: str = INBOX) -> None:
        """Let a member of staff answer in the Page Inbox."""
        self._echo(person, {"text": text}, self._mid(), int(app_id))

    def deliver(self, person: str, key: str, value: Json) -> None:
        """Deliver one event of a person, which opens the reply window."""
        with self._lock:
            thread = self.people.setdefault(person, Person(self.now_ms(), self.app.app_id))
            thread.last_ms = self.now_ms()
        self.webhook.put(self._item(person, key, value), standby=thread.owner != self.app.app_id)

    def verify(self, token: str) -> tuple[int, str]:
        """Make the verification request and return status and body of the answer."""
        params = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "1158201444"}
        answer = requests.get(self.webhook.url, params=params, timeout=10)
        return answer.status_code, answer.text

    def forward(self, seconds: float) -> None:
        """Put the platform's clock forward."""
        self._ahead_ms += int(seconds * 1000)

    def now_ms(self) -> int:
        """The platform's time."""
        return int(time.time() * 1000) + self._ahead_ms

    def seen(self, person: str) -> list[Json]:
        """Return the messages that a person sees, in order."""
        with self._lock:
            return [sent.message for sent in self.sent if sent.person == person]

    # ---- the Graph API ----

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
        mid = self._mid()
        self.sent.append(Sent(person, mid, body["message"], body))
        self._after(person, mid, body)
        return {"recipient_id": person, "message_id": mid}

    def _after(self, person: str, mid: str, body: Json) -> None:
        """What follows a message: its echo, its receipts, and the change of the thread's owner."""
        if self.echoes:
            self._echo(person, body["message"], mid, int(self.app.app_id))
        if self.receipts:
            stamp = self.now_ms()
            self.webhook.put(self._item(person, "delivery", {"mids": [mid], "watermark": stamp}))
            self.webhook.put(self._item(person, "read", {"watermark": stamp}))
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

    def gives_back(self, person: str) -> None:
        """Let staff pass a thread back to our app."""
        with self._lock:
            self.people[person].owner = self.app.app_id
        value = {"previous_owner_app_id": INBOX, "new_owner_app_id": self.app.app_id, "metadata": "xong"}
        self.webhook.put(self._item(person, "pass_thread_control", value))

    def _echo(self, person: str, message: Json, mid: str, app_id: int) -> None:
        shown = {key: message[key] for key in ("text", "metadata") if key in message}
        echo: Json = {"is_echo": True, "app_id": app_id, "mid": mid} | shown
        item: Json = {"sender": {"id": self.app.page_id}, "recipient": {"id": person}, "timestamp": self.now_ms()}
        item["message"] = echo
        self.webhook.put(item)

    def _item(self, person: str, key: str, value: Json) -> Json:
        return {"sender": {"id": person}, "recipient": {"id": self.app.page_id}, "timestamp": self.now_ms(), key: value}

    def _mid(self) -> str:
        return f"m_fake_{next(self._numbers):06d}_{self.now_ms():x}"
