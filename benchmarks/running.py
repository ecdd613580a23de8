"""The gateway and a worker as processes over an embedded PostgreSQL that waits for the disk, for measurements."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal, Self

import psycopg
import requests

from cli.paths import Home
from cli.specs import Ports, child_specs, free_port, make_tracker_schema
from connectors.fakes.bot import FakeBot
from connectors.fakes.server import Rate
from connectors.fakes.zalo import FakeZalo
from connectors.fakes.zalo_webhook import Manner, body_of, signature
from connectors.web_token import mint_token
from connectors.zalo import ZaloChannel
from connectors.zalo.oauth import new_pkce
from gateway.embedded import start_embedded, stop_embedded
from gateway.main import build_channels
from gateway.migrate import migrate
from gateway.settings import load_settings

BotKind = Literal["thread", "process", "rasa"]
ROOT = Path(__file__).resolve().parents[1]
OPEN = """
    select (select count(*) from inbox where state = 'open') + (select count(*) from outbox where state = 'open')
"""


class Running:
    """A stack with the channels web and Zalo and the fake Zalo in this process.

    ``bot``: the scripted one in this process (``thread``) or in one of its own (``process``), or the real one with the
    action server (``rasa``), on the model and the index of this environment's home. ``children`` may be killed and
    started again; ``home`` keeps the database.
    """

    def __init__(self, *, workers: int = 1, bot: BotKind = "thread", durable: bool = True, **env: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="motcua-bench-")
        self.home, self._durable, self._workers = Path(self._folder.name), durable, workers
        self.bot_kind, self._env_more = bot, env
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self._commands: dict[str, tuple[Sequence[str], Mapping[str, str]]] = {}
        self.port, self.bot_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            undo.callback(self._folder.cleanup)
            undo.callback(stop_embedded, self.home, "immediate")
            self.database_url = start_embedded(self.home, durable=self._durable)
            migrate(self.database_url)
            self._make_fakes()
            undo.push(self.zalo.__exit__)
            self.zalo.__enter__()
            undo.callback(self._end_children)
            self._authorise()
            self._start_bot(undo)
            self.start("gateway")
            for number in range(self._workers):
                self.start(f"worker{number or ''}")
            self.wait_ready()
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    def _make_fakes(self) -> None:
        self.files = {name: self._secret(name) for name in ("bot", "secret", "key", "app", "oa")}
        self.bot = FakeBot(self.files["bot"].read_text(), self.bot_port if self.bot_kind == "thread" else 0)
        self.zalo = FakeZalo(f"{self.url}/webhooks/zalo", manner=Manner(speed=60.0))
        self.zalo.rate = Rate(1_000_000, 60.0)
        self.files["app"].write_text(self.zalo.app.app_secret)
        self.files["oa"].write_text(self.zalo.app.oa_secret)
        self.env = os.environ | self._settings() | self._env_more

    def _end_children(self) -> None:
        for child in self.children.values():
            child.send_signal(signal.SIGCONT)
            child.terminate()
        for child in self.children.values():
            _end(child)

    def _start_bot(self, undo: ExitStack) -> None:
        if self.bot_kind == "thread":
            undo.enter_context(self.bot)
            return
        self._commands = self._real_parts() if self.bot_kind == "rasa" else self._scripted_part()
        for name in self._commands:
            self.start(name)

    def _scripted_part(self) -> dict[str, tuple[Sequence[str], Mapping[str, str]]]:
        words = ["--port", str(self.bot_port), "--token-file", str(self.files["bot"])]
        return {"bot": ([sys.executable, "-m", "connectors.fakes.bot", *words], self.env)}

    def _real_parts(self) -> dict[str, tuple[Sequence[str], Mapping[str, str]]]:
        """Commands and environments of Rasa and the action server, as './motcua up' starts them."""
        own, here = Home.of_environment(), Home(self.home)
        for folder in (here.run, here.logs):
            folder.mkdir()
        for name in ("models", "kb"):
            (self.home / name).symlink_to(own.path / name)
        here.bot_token_file.write_text(self.files["bot"].read_text())
        make_tracker_schema(self.database_url)
        specs = child_specs(here, Ports(self.port, self.bot_port, free_port()), self.database_url)
        self.env["MOTCUA_ACTIONS_URL"] = specs[0].env["MOTCUA_ACTIONS_URL"]
        return {spec.name: (spec.argv, spec.env) for spec in specs if spec.name in ("bot", "actions")}

    def _secret(self, name: str) -> Path:
        path = self.home / name
        path.touch(0o600)
        path.write_text(secrets.token_hex(32))
        return path

    def _settings(self) -> dict[str, str]:
        app = self.zalo.app
        return {
            "DATABASE_URL": self.database_url, "MOTCUA_HOME": str(self.home), "MOTCUA_PORT": str(self.port),
            "MOTCUA_BOT_URL": f"http://127.0.0.1:{self.bot_port}", "MOTCUA_BOT_TOKEN_FILE": str(self.files["bot"]),
            "MOTCUA_SECRET_FILE": str(self.files["secret"]), "MOTCUA_TOKEN_KEY_FILE": str(self.files["key"]),
            "MOTCUA_ZALO_APP_ID": app.app_id, "MOTCUA_ZALO_OA_ID": app.oa_id,
            "MOTCUA_ZALO_APP_SECRET_FILE": str(self.files["app"]), "MOTCUA_ZALO_OA_SECRET_FILE": str(self.files["oa"]),
            "MOTCUA_ZALO_REDIRECT_URI": "https://example.vn/zalo", "MOTCUA_ZALO_API_URL": self.zalo.api_url,
            "MOTCUA_ZALO_ZBS_URL": self.zalo.zbs_url, "MOTCUA_ZALO_OAUTH_URL": self.zalo.oauth_url,
            "MOTCUA_MESSAGES_PER_MINUTE": "0",
        }  # fmt: skip

    def _authorise(self) -> None:
        """What './motcua channel zalo authorise' does once."""
        channel = build_channels(load_settings(self.env))["zalo"]
        assert isinstance(channel, ZaloChannel)
        pkce = new_pkce()
        channel.tokens.exchange(self.zalo.tokens.approve(pkce.challenge), pkce.verifier)

    def start(self, name: str) -> None:
        """Start a child: ``gateway``, ``worker…``, ``bot`` or ``actions``."""
        if name in self._commands:
            argv, env = self._commands[name]
        else:
            argv, env = [sys.executable, "-m", "gateway" if name == "gateway" else "gateway.worker"], self.env
        with (self.home / f"{name}.log").open("ab") as log:
            self.children[name] = subprocess.Popen(argv, cwd=ROOT, env=env, stdout=log, stderr=log)

    def kill(self, name: str) -> None:
        """kill -9."""
        self.children[name].kill()
        self.children[name].wait()

    def revive(self) -> None:
        """Start what ended by itself, as './motcua up' does: a gateway whose database stays away for long, say."""
        for name in [name for name, child in self.children.items() if child.poll() is not None]:
            self.start(name)

    def wait_ready(self, seconds: float = 180.0) -> None:
        """Wait until the gateway says that a message could be stored and understood."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                if requests.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return
            except requests.RequestException:
                pass
            if time.monotonic() > deadline:
                raise TimeoutError("the stack does not come up")
            self.revive()
            time.sleep(0.1)

    def wait_idle(self, seconds: float = 60.0) -> None:
        """Wait until every message is delivered and handled and every reply sent."""
        deadline = time.monotonic() + seconds
        while not self.zalo.webhook.settled() or self.query(OPEN) != [(0,)]:
            if time.monotonic() > deadline:
                raise TimeoutError("the queue does not empty")
            time.sleep(0.05)

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of the database."""
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(statement).fetchall()  # type: ignore[arg-type]

    def zalo_event(self, person: str, number: str, text: str) -> tuple[bytes, dict[str, str]]:
        """Body and headers of a signed message."""
        app, stamp = self.zalo.app, str(int(time.time() * 1000))
        raw = body_of({"app_id": app.app_id, "sender": {"id": person}, "recipient": {"id": app.oa_id},
                       "event_name": "user_send_text", "message": {"text": text, "msg_id": number},
                       "timestamp": stamp})  # fmt: skip
        mac = signature(app.app_id, raw, stamp, app.oa_secret)
        return raw, {"Content-Type": "application/json", "X-ZEvent-Signature": f"mac={mac}"}

    def web_token(self, name: str) -> str:
        """A token that opens a conversation of the web channel."""
        return mint_token(self.files["secret"].read_text().encode(), f"web:bench:{name}")


def _end(child: subprocess.Popen[bytes]) -> None:
    """Wait for a child that was asked to end, and on a starved machine end it."""
    try:
        child.wait(30)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
