"""The people around a fake Official Account: what citizens write, press and do, and what staff answer."""

from __future__ import annotations

from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

from connectors.fakes.server import Platform, Rate
from connectors.fakes.zalo_rules import Person
from connectors.fakes.zalo_webhook import Deliverer

Json = dict[str, Any]


@dataclass(frozen=True)
class App:
    """The app and the OA as the platform knows them: the ids and secrets of the contract's test vector."""

    app_id: str = "1234567890123456789"
    oa_id: str = "3692581473692581473"
    app_secret: str = "app-secret-for-tests"  # noqa: S105 - the contract's test value
    oa_secret: str = "oa-secret-for-tests"  # noqa: S105 - the contract's test value


class OfficialAccount(Platform):
    """An OA and what Zalo knows of its ``people``."""

    webhook: Deliverer

    def __init__(self, handler: type[BaseHTTPRequestHandler], app: App, webhook: Deliverer, port: int) -> None:
        super().__init__(handler, Rate(4000, 60.0), port)
        self.app, self.webhook = app, webhook
        self.people: dict[str, Person] = {}

    def says(self, person: str, text: str, **more: Any) -> str:
        """Let a person write; ``more`` are further fields of the message. Returns its id."""
        return self._message(person, "user_send_text", {"text": text} | more)

    def presses(self, person: str, payload: str) -> str:
        """Let a person press a query button: Zalo delivers the payload as if it had been typed."""
        return self.says(person, payload)

    def attaches(self, person: str, kind: str, payload: Json, text: str = "") -> str:
        """Let a person send an image, file, place, …"""
        shown = "link" if kind == "business_card" else kind
        message = {"attachments": [{"type": shown, "payload": payload}]} | ({"text": text} if text else {})
        return self._message(person, f"user_send_{kind}", message)

    def visits(self, visitor: str, visit: str, text: str) -> str:
        """Let an anonymous visitor of the web chat write."""
        return self._message(visitor, "anonymous_send_text", {"text": text, "conversation_id": visit})

    def follows(self, person: str, *, follows: bool = True) -> None:
        """Let a person follow or leave the OA."""
        self.person(person).follows = follows
        name = "follow" if follows else "unfollow"
        event = {"oa_id": self.app.oa_id, "follower": {"id": person}, "source": "oa_profile"}
        self.deliver(name, event, opens=person if follows else "")

    def does(self, person: str, name: str, **more: Any) -> None:
        """Deliver an event that carries the person as ``user_id`` (chat-now, withdraw, calls)."""
        opens = person if name in ("user_click_chatnow", "user_call_oa") else ""
        self.deliver(name, {"oa_id": self.app.oa_id, "user_id": person, **more}, opens=opens)

    def submits_info(self, person: str, info: Json) -> None:
        """Let a person fill in the form for name, phone and address."""
        self.deliver("user_submit_info", self.between(person, info=info), opens=person)

    def staff_says(self, person: str, text: str, admin_id: str = "77001") -> None:
        """Let a member of staff answer in the OA's web chat."""
        event = self.between(person, out=True, message={"msg_id": self.new_id(), "text": text})
        event["sender"]["admin_id"] = admin_id
        self.deliver("oa_send_text", event)

    def deliver(self, name: str, event: Json, opens: str = "") -> None:
        """Deliver one event; ``opens`` names the person whose reply window it opens."""
        if opens:
            self.person(opens).last_ms = self.now_ms()
        stamp = str(self.now_ms())
        self.webhook.put({"app_id": self.app.app_id, "event_name": name, **event, "timestamp": stamp})

    def person(self, user_id: str) -> Person:
        """Return what Zalo knows of a person."""
        with self._lock:
            return self.people.setdefault(user_id, Person())

    def _message(self, person: str, name: str, message: Json) -> str:
        msg_id = self.new_id()
        self.deliver(name, self.between(person, message={"msg_id": msg_id, **message}), opens=person)
        return msg_id

    def between(self, person: str, *, out: bool = False, **more: Any) -> Json:
        """Return the two ends of an event: from the person, or ``out`` to the person."""
        ends = (self.app.oa_id, person) if out else (person, self.app.oa_id)
        return {"sender": {"id": ends[0]}, "recipient": {"id": ends[1]}, "user_id_by_app": f"9{person}"[:19], **more}

    def new_id(self) -> str:
        """Return the id of a new message."""
        return f"{next(self._numbers):06d}d3cdf3af"
