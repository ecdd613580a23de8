"""A terminal citizen on a fake platform: the real gateway and worker between it and the assistant's bot."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import typer

from cli.paths import Home
from cli.platforms import Platform, Shown, platform_named
from cli.sandbox import Sandbox, sandbox_database, sandbox_settings
from cli.stack import Report, read_state, running
from connectors.fakes.bot import FakeBot
from core.errors import BotUnavailable, SetupError

REPLY_SECONDS = 60.0


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
