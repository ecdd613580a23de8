"""One citizen on each fake platform, for ``./motcua simulate``.

A channel joins by a class that fits :class:`Platform` (most of it is in :class:`Citizen`) and a line in ``PLATFORMS``.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from connectors.base import Channel
from connectors.fakes.graph import FakeGraph
from connectors.fakes.zalo import FakeZalo
from connectors.messenger import MessengerChannel, MessengerSettings
from connectors.zalo import ZaloChannel, ZaloSettings
from connectors.zalo.oauth import new_pkce
from core.errors import SetupError
from gateway.settings import Settings

Json = dict[str, Any]
VERIFY = "simulated-verify-word"


@dataclass(frozen=True)
class Shown:
    """One message as a citizen sees it; ``buttons`` are (title, what a press sends, or an address to open)."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    raw: Json = field(default_factory=dict)


class Platform(Protocol):
    """A fake platform with one citizen on it. It is made with the address of the webhook."""

    def settings(self, base: Settings) -> Settings:
        """Return the gateway's settings with this channel switched on and pointed at the fake."""
        ...

    def connect(self, channel: Channel) -> None:
        """Start the fake and do what an operator does once, such as the first authorisation."""
        ...

    def close(self) -> None:
        """Stop the fake."""
        ...

    def says(self, text: str) -> None:
        """Let the citizen write."""
        ...

    def presses(self, title: str, payload: str) -> None:
        """Let the citizen press a button."""
        ...

    def seen(self) -> list[Shown]:
        """Return all that the citizen sees, in order."""
        ...

    def quiet(self) -> bool:
        """Whether the platform has delivered all it had to."""
        ...


class Citizen:
    """What is the same on every fake: one person who writes and reads, a new one each time.

    The bot remembers conversations: to an earlier citizen, whose messages bore the same numbers, it has answered.
    """

    fake: FakeZalo | FakeGraph

    def __init__(self) -> None:
        self.person = f"77{secrets.randbelow(10**14):014d}"

    def close(self) -> None:
        """Stop the fake."""
        self.fake.__exit__()

    def says(self, text: str) -> None:
        """Write."""
        self.fake.says(self.person, text)

    def seen(self) -> list[Shown]:
        """Return the messages with their buttons."""
        return [self.shown(message) for message in self.fake.seen(self.person)]

    def quiet(self) -> bool:
        """Whether all deliveries were taken."""
        return self.fake.webhook.settled()

    @staticmethod
    def shown(message: Json) -> Shown:
        """Return a message of the platform as a citizen sees it."""
        raise NotImplementedError


class ZaloCitizen(Citizen):
    """One citizen on the fake Zalo."""

    name = "zalo"
    fake: FakeZalo

    def __init__(self, webhook: str) -> None:
        super().__init__()
        self.fake = FakeZalo(webhook)

    def settings(self, base: Settings) -> Settings:
        """Point the channel at the fake's three hosts."""
        app, fake = self.fake.app, self.fake
        zalo = ZaloSettings(app.app_id, app.oa_id, app.app_secret, (app.oa_secret,), "https://example.vn/zalo",
                            fake.api_url, fake.zbs_url, fake.oauth_url)  # fmt: skip
        return replace(base, zalo=zalo)

    def connect(self, channel: Channel) -> None:
        """Authorise, as './motcua channel zalo authorise' does."""
        assert isinstance(channel, ZaloChannel)
        self.fake.__enter__()
        pkce = new_pkce()
        channel.tokens.exchange(self.fake.tokens.approve(pkce.challenge), pkce.verifier)

    def presses(self, title: str, payload: str) -> None:
        """Press: Zalo delivers the payload as a text."""
        self.fake.presses(self.person, payload)

    @staticmethod
    def shown(message: Json) -> Shown:
        """Return text and buttons; a list's items are buttons that open addresses."""
        payload = (message.get("attachment") or {}).get("payload") or {}
        buttons = [(str(item["title"]), str(item["payload"])) for item in payload.get("buttons", ())]
        buttons += [(str(item["title"]), str(item["default_action"]["url"])) for item in payload.get("elements", ())
                    if "default_action" in item]  # fmt: skip
        return Shown(str(message.get("text", "")), tuple(buttons), message)


class MessengerCitizen(Citizen):
    """One citizen on the fake Messenger."""

    name = "messenger"
    fake: FakeGraph

    def __init__(self, webhook: str) -> None:
        super().__init__()
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
        """Stop the fake and forget its token."""
        super().close()
        self._folder.cleanup()

    def presses(self, title: str, payload: str) -> None:
        """Press a button, or tap a quick reply where the last message had those."""
        last = self.fake.seen(self.person)[-1]
        if any(reply["payload"] == payload for reply in last.get("quick_replies", ())):
            self.fake.picks(self.person, title, payload)
        else:
            self.fake.presses(self.person, title, payload)

    @staticmethod
    def shown(message: Json) -> Shown:
        """Return text and buttons of a message of the Send API, cards and quick replies among them."""
        payload = (message.get("attachment") or {}).get("payload") or {}
        cards = [item for item in payload.get("elements", ()) if item.get("buttons")]
        buttons = [(str(item["title"]), str(item["payload"])) for item in payload.get("buttons", ())]
        buttons += [(str(item["title"]), str(item["buttons"][0]["payload"])) for item in cards]
        buttons += [(str(item["title"]), str(item["payload"])) for item in message.get("quick_replies", ())]
        return Shown(str(message.get("text") or payload.get("text") or ""), tuple(buttons), message)


PLATFORMS: dict[str, Callable[[str], Platform]] = {"zalo": ZaloCitizen, "messenger": MessengerCitizen}


def platform_named(name: str) -> Callable[[str], Platform]:
    """Return the maker of a platform.

    Raises:
        SetupError: there is none of that name.
    """
    if name not in PLATFORMS:
        raise SetupError(f"There is no simulation of {name!r}: use one of {', '.join(PLATFORMS)}.")
    return PLATFORMS[name]
