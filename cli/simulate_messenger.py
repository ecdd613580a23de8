"""One citizen on the fake Messenger, for ``./motcua simulate messenger``."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from cli.shown import Shown
from connectors.base import Channel
from connectors.fakes.graph import FakeGraph
from connectors.messenger import MessengerChannel, MessengerSettings
from core.errors import SetupError
from gateway.settings import Settings

Json = dict[str, Any]
VERIFY = "simulated-verify-word"


class MessengerPlatform:
    """Fits :class:`cli.simulate.Platform`."""

    name = "messenger"
    person = "7770001112223334"

    def __init__(self, webhook: str) -> None:
        self.fake = FakeGraph(webhook)
        self._folder = tempfile.TemporaryDirectory(prefix="motcua-messenger-")

    def settings(self, base: Settings) -> Settings:
        """Point the channel at the fake."""
        app, token = self.fake.app, Path(self._folder.name) / "page-token"
        token.touch(0o600)
        token.write_text(app.token + os.linesep, encoding="ascii")
        messenger = MessengerSettings(app.page_id, app.app_id, token, (app.secret,), (VERIFY,), self.fake.url)
        return replace(base, messenger=messenger)

    def connect(self, channel: Channel) -> None:
        """Start the fake; the address is verified as the platform does when it is saved."""
        self.fake.__enter__()
        assert isinstance(channel, MessengerChannel)
        challenge = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1"}
        if channel.challenge(challenge) != "1":
            raise SetupError("The Messenger channel does not answer the verification.")

    def close(self) -> None:
        """Stop the fake."""
        self.fake.__exit__()
        self._folder.cleanup()

    def says(self, text: str) -> None:
        """Write."""
        self.fake.says(self.person, text)

    def presses(self, title: str, payload: str) -> None:
        """Press a button, or tap a quick reply where the last message had those."""
        last = self.fake.seen(self.person)[-1]
        if any(reply["payload"] == payload for reply in last.get("quick_replies", ())):
            self.fake.picks(self.person, title, payload)
        else:
            self.fake.presses(self.person, title, payload)

    def seen(self) -> list[Shown]:
        """Return the messages with their buttons, cards and quick replies."""
        return [shown(message) for message in self.fake.seen(self.person)]

    def quiet(self) -> bool:
        """Whether all deliveries were taken."""
        return self.fake.webhook.settled()


def shown(message: Json) -> Shown:
    """Return a message of the Send API as a citizen sees it."""
    payload = (message.get("attachment") or {}).get("payload") or {}
    elements = payload.get("elements", ())
    buttons = [(str(item["title"]), str(item["payload"])) for item in payload.get("buttons", ())]
    buttons += [(str(item["title"]), str(item["buttons"][0]["payload"])) for item in elements if item.get("buttons")]
    buttons += [(str(item["title"]), str(item["payload"])) for item in message.get("quick_replies", ())]
    return Shown(str(message.get("text") or payload.get("text") or ""), tuple(buttons), message)
