"""Citizens on the web, Zalo and Messenger who talk to one running stack: what each says, presses, sees and is told."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import psycopg
import requests

from cli.client import WebClient
from cli.platforms import MessengerCitizen, Shown, ZaloCitizen
from connectors.web_token import mint_token
from core.message import Button, Reply, ReplyKind

SECONDS = 60.0
# The newest message of a conversation: whether it is handled, its first answer's kind, and what still waits to be sent.
_TURN = """
    select state = 'done', (select kind from outbox where inbox_id = inbox.id order by id limit 1),
           (select count(*) from outbox as o where o.conversation = inbox.conversation and o.state = 'open')
    from inbox where conversation = %s order by id desc limit 1
"""
_COUNT = "select count(*) from inbox where conversation = %s"


class Citizen(Protocol):
    """One person in one conversation. ``exact``: the reply comes as it is, not as a platform shows it."""

    conversation: str
    exact: bool

    def says(self, text: str) -> Reply:
        """Write, and return the reply."""
        ...

    def presses(self, button: Button) -> Reply:
        """Press a button of the reply before."""
        ...

    def news(self) -> list[str]:
        """Return what came since without being asked for."""
        ...


class WebCitizen:
    """On the chat page."""

    exact = True

    def __init__(self, client: WebClient, secret: bytes) -> None:
        self._client, self.conversation = client, client.conversation
        self._headers = {"Authorization": f"Bearer {mint_token(secret, client.conversation)}"}
        self._heard = 0

    def says(self, text: str) -> Reply:
        """Write."""
        return self._client.ask(text).reply

    def presses(self, button: Button) -> Reply:
        """Press."""
        return self._client.ask("", button.payload).reply

    def news(self) -> list[str]:
        """Return the messages that answer none of his."""
        url = f"{self._client.base}/web/messages"
        found = requests.get(url, params={"after": "0"}, headers=self._headers, timeout=10).json()["messages"]
        asked = {item["id"] for item in found if item["direction"] == "in"}
        told = [item["reply"]["text"] for item in found
                if item["direction"] == "out" and item.get("reply_to") not in asked]  # fmt: skip
        fresh, self._heard = told[self._heard :], len(told)
        return fresh


@dataclass
class PlatformCitizen:
    """On a fake platform, behind its signed webhook; what he sees is the fake's own record of it."""

    platform: ZaloCitizen | MessengerCitizen
    conversation: str
    url: str
    exact: bool = False
    _read: int = field(default=0)
    _asked: int = field(default=0)

    def says(self, text: str) -> Reply:
        """Write."""
        return self._after(lambda: self.platform.says(text))

    def presses(self, button: Button) -> Reply:
        """Press a button of Zalo's, a quick reply or a postback of Messenger's."""
        return self._after(lambda: self.platform.presses(button.title, button.payload))

    def news(self) -> list[str]:
        """Return the messages that came since the last reply."""
        return [shown.text for shown in self._fresh()]

    def _after(self, act: Callable[[], None]) -> Reply:
        act()
        self._asked += 1
        kind = self._settled()
        shown = self._fresh()
        assert shown, f"nothing came to {self.conversation}"
        options = tuple(Button(title=title, payload=sends) for title, sends in shown[-1].buttons)
        return Reply(kind=kind, text="\n\n".join(one.text for one in shown), options=options)

    def _settled(self) -> ReplyKind:
        """Wait until the message is handled and every answer sent; return the kind of its first answer."""
        deadline = time.monotonic() + SECONDS
        with psycopg.connect(self.url, autocommit=True) as connection:
            while True:
                count = connection.execute(_COUNT, (self.conversation,)).fetchone()
                row = connection.execute(_TURN, (self.conversation,)).fetchone()
                if count and row and count[0] >= self._asked and row[0] and row[2] == 0:
                    return ReplyKind(row[1])
                assert time.monotonic() < deadline, "no reply within a minute"
                time.sleep(0.02)

    def _fresh(self) -> list[Shown]:
        seen = self.platform.seen()
        fresh, self._read = seen[self._read :], len(seen)
        return fresh


def on_platform(platform: ZaloCitizen | MessengerCitizen, number: int, url: str) -> PlatformCitizen:
    """Return a person who never wrote before on a running fake platform."""
    one = copy.copy(platform)
    one.person = f"{number:019d}"
    account = one.fake.app.oa_id if isinstance(one, ZaloCitizen) else one.fake.app.page_id
    return PlatformCitizen(one, f"{one.name}:{account}:{one.person}", url)
