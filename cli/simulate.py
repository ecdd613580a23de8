"""A terminal citizen on a fake platform: the real gateway and worker between it and the assistant's bot.

A channel joins by a class that fits :class:`Platform` and a line in ``PLATFORMS``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

import typer

from cli.paths import Home
from cli.sandbox import Sandbox, sandbox_database, sandbox_settings
from cli.shown import Shown
from cli.simulate_messenger import MessengerPlatform
from cli.stack import Report, read_state, running
from connectors.base import Channel
from connectors.fakes.bot import FakeBot
from connectors.fakes.zalo import FakeZalo
from connectors.zalo import ZaloChannel, ZaloSettings
from connectors.zalo.oauth import new_pkce
from core.errors import BotUnavailable, SetupError
from gateway.settings import Settings

REPLY_SECONDS = 60.0
Json = dict[str, Any]


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


class ZaloPlatform:
    """One citizen on the fake Zalo."""

    name = "zalo"
    person = "2468013579246801357"

    def __init__(self, webhook: str) -> None:
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

    def close(self) -> None:
        """Stop the fake."""
        self.fake.__exit__()

    def says(self, text: str) -> None:
        """Write."""
        self.fake.says(self.person, text)

    def presses(self, title: str, payload: str) -> None:
        """Press: Zalo delivers the payload as a text."""
        self.fake.presses(self.person, payload)

    def seen(self) -> list[Shown]:
        """Return the messages with their buttons; a list's items are buttons that open addresses."""
        return [_zalo_shown(message) for message in self.fake.seen(self.person)]

    def quiet(self) -> bool:
        """Whether all deliveries were taken."""
        return self.fake.webhook.settled()


def _zalo_shown(message: Json) -> Shown:
    payload = (message.get("attachment") or {}).get("payload") or {}
    buttons = [(str(item["title"]), str(item["payload"])) for item in payload.get("buttons", ())]
    buttons += [(str(item["title"]), str(item["default_action"]["url"])) for item in payload.get("elements", ())
                if "default_action" in item]  # fmt: skip
    return Shown(str(message.get("text", "")), tuple(buttons), message)


PLATFORMS: dict[str, Callable[[str], Platform]] = {"zalo": ZaloPlatform, "messenger": MessengerPlatform}


@contextmanager
def simulation(name: str, home: Home, bot_url: str, bot_token: str) -> Iterator[Simulation]:
    """Give a citizen of a fake platform, with a gateway and a worker of their own in front of a bot."""
    make = platform_named(name)
    with sandbox_database(home.path) as url:
        base = sandbox_settings(url, home.path, bot_url, bot_token)
        platform = make(f"http://127.0.0.1:{base.port}/webhooks/{name}")
        sandbox = Sandbox(platform.settings(base))
        try:
            platform.connect(sandbox.channels[name])
            sandbox.start()
            yield Simulation(platform, sandbox)
        finally:
            sandbox.stop()
            platform.close()


class Simulation:
    """A citizen of a platform in a running sandbox."""

    def __init__(self, platform: Platform, sandbox: Sandbox) -> None:
        self._platform, self._sandbox = platform, sandbox
        self._read = 0

    def send(self, text: str, press: tuple[str, str] | None = None) -> list[Shown]:
        """Write or press, and return what came back.

        Raises:
            BotUnavailable: nothing came within a minute.
        """
        if press:
            self._platform.presses(*press)
        else:
            self._platform.says(text)
        deadline = time.monotonic() + REPLY_SECONDS
        while not (self._platform.quiet() and self._sandbox.idle()):
            if time.monotonic() > deadline:
                raise BotUnavailable("no reply within a minute: see './motcua status' and the logs")
            time.sleep(0.02)
        fresh = self._platform.seen()[self._read :]
        self._read += len(fresh)
        return fresh


def platform_named(name: str) -> Callable[[str], Platform]:
    """Return the maker of a platform.

    Raises:
        SetupError: there is none of that name.
    """
    if name not in PLATFORMS:
        raise SetupError(f"There is no simulation of {name!r}: use one of {', '.join(PLATFORMS)}.")
    return PLATFORMS[name]


def to_json(channel: str, text: str, shown: list[Shown], ms: float) -> str:
    """Return what ``--json`` prints: one object with the messages that the citizen sees."""
    seen = [{**asdict(item), "buttons": [dict(zip(("title", "sends"), pair, strict=True)) for pair in item.buttons]}
            for item in shown]  # fmt: skip
    return json.dumps({"channel": channel, "sent": text, "seen": seen, "ms": round(ms, 1)}, ensure_ascii=False)


def talk(citizen: Simulation) -> None:
    """Read lines and print replies until an empty line; a number presses that button where there are buttons."""
    buttons: tuple[tuple[str, str], ...] = ()
    while line := _read_line():
        press = buttons[int(line) - 1] if line.isdecimal() and 1 <= int(line) <= len(buttons) else None
        shown = citizen.send(line, press)
        buttons = shown[-1].buttons if shown else ()
        for item in shown:
            typer.echo(as_text(item))


def as_text(item: Shown) -> str:
    """Return a message for the terminal, buttons in brackets."""
    return "\n".join([item.text, *(f"[{number}] {title}" for number, (title, _) in enumerate(item.buttons, 1))]).strip()


def _read_line() -> str:
    try:
        return input("Anh/Chị: ").strip()
    except EOFError:
        return ""


@dataclass(frozen=True)
class Wish:
    """What the command line asks for: one text or a dialogue, JSON or text, the scripted bot or the real one."""

    send: str | None
    as_json: bool = False
    scripted: bool = False


def run(name: str, home: Home, report: Report, wish: Wish) -> None:
    """Run a simulation for the command line."""
    platform_named(name)
    with _bot(home, report, scripted=wish.scripted) as (url, token), simulation(name, home, url, token) as citizen:
        if wish.send is None:
            talk(citizen)
            return
        begun = time.monotonic()
        shown = citizen.send(wish.send)
        ms = (time.monotonic() - begun) * 1000
        typer.echo(to_json(name, wish.send, shown, ms) if wish.as_json else "\n".join(map(as_text, shown)))


@contextmanager
def _bot(home: Home, report: Report, *, scripted: bool) -> Iterator[tuple[str, str]]:
    """Give address and token of the assistant's bot, or of a scripted one."""
    if scripted:
        with FakeBot("scripted-bot-token") as bot:
            yield bot.url, bot.token
        return
    with running(home, report):
        address = read_state(home).get("bot")
        if not address:
            raise SetupError("The running assistant is of an older version: stop it with Ctrl-C and start it again.")
        yield str(address), home.bot_token_file.read_text(encoding="ascii").strip()
