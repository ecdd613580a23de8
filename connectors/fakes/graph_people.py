"""The people around a fake Page: what citizens write and press, and what staff do in the Page Inbox."""

from __future__ import annotations

from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

import requests

from connectors.fakes.graph_rules import Granted
from connectors.fakes.graph_webhook import Deliverer
from connectors.fakes.server import Platform, Rate

Json = dict[str, Any]
INBOX = "263902037430900"


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


class Page(Platform):
    """A Page and the threads with its ``people``."""

    webhook: Deliverer

    def __init__(self, handler: type[BaseHTTPRequestHandler], app: App, webhook: Deliverer, port: int) -> None:
        super().__init__(handler, Rate(300, 1.0), port)
        self.app, self.webhook = app, webhook
        self.people: dict[str, Person] = {}

    def says(self, person: str, text: str = "", **more: Any) -> str:
        """Let a person write; ``more`` are further fields of the message. Returns its mid."""
        mid = self.new_mid()
        self.deliver(person, "message", {"mid": mid} | ({"text": text} if text else {}) | more)
        return mid

    def picks(self, person: str, title: str, payload: str) -> str:
        """Let a person tap a quick reply."""
        return self.says(person, title, quick_reply={"payload": payload})

    def presses(self, person: str, title: str, payload: str, **more: Any) -> str:
        """Let a person press a button, a menu item or the start button."""
        mid = self.new_mid()
        self.deliver(person, "postback", {"mid": mid, "title": title, "payload": payload} | more)
        return mid

    def staff_says(self, person: str, text: str, app_id: str = INBOX) -> None:
        """Let a member of staff answer in the Page Inbox."""
        self.echo(person, {"text": text}, self.new_mid(), int(app_id))

    def deliver(self, person: str, key: str, value: Json) -> None:
        """Deliver one event of a person, which opens the reply window."""
        with self._lock:
            thread = self.people.setdefault(person, Person(self.now_ms(), self.app.app_id))
            thread.last_ms = self.now_ms()
        self.webhook.put(self.item(person, key, value), standby=thread.owner != self.app.app_id)

    def gives_back(self, person: str) -> None:
        """Let staff pass a thread back to our app."""
        with self._lock:
            self.people[person].owner = self.app.app_id
        value = {"previous_owner_app_id": INBOX, "new_owner_app_id": self.app.app_id, "metadata": "xong"}
        self.webhook.put(self.item(person, "pass_thread_control", value))

    def verify(self, token: str) -> tuple[int, str]:
        """Make the verification request and return status and body of the answer."""
        params = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "1158201444"}
        answer = requests.get(self.webhook.url, params=params, timeout=10)
        return answer.status_code, answer.text

    def echo(self, person: str, message: Json, mid: str, app_id: int) -> None:
        """Deliver a message of the Page as its echo; ``app_id`` says which app wrote it."""
        shown = {key: message[key] for key in ("text", "metadata") if key in message}
        echo: Json = {"is_echo": True, "app_id": app_id, "mid": mid} | shown
        item: Json = {"sender": {"id": self.app.page_id}, "recipient": {"id": person}, "timestamp": self.now_ms()}
        item["message"] = echo
        self.webhook.put(item)

    def item(self, person: str, key: str, value: Json) -> Json:
        """Return one item of a delivery."""
        return {"sender": {"id": person}, "recipient": {"id": self.app.page_id}, "timestamp": self.now_ms(), key: value}

    def new_mid(self) -> str:
        """Return the id of a new message."""
        return f"m_fake_{next(self._numbers):06d}_{self.now_ms():x}"
