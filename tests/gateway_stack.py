"""The gateway and its workers as real processes around the scripted bot, for tests."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import psycopg
import requests

from connectors.fakes.bot import FakeBot
from connectors.web_token import mint_token

ROOT = Path(__file__).parents[1]


class Stack:
    """Bot in this process; gateway and workers as children, which a test may kill and start again."""

    def __init__(self, database_url: str, home: Path, **env: str) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.token, self.secret = secrets.token_hex(16), secrets.token_hex(32)
        for name, value in (("token", self.token), ("secret", self.secret)):
            (home / name).touch(0o600)
            (home / name).write_text(value)
        self.database_url, self.port = database_url, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.bot = FakeBot(self.token)
        self._log = (home / "log").open("ab")
        self.log_path = home / "log"
        self._env = os.environ | env | {
            "DATABASE_URL": database_url, "MOTCUA_HOME": str(home), "MOTCUA_PORT": str(self.port),
            "MOTCUA_BOT_URL": self.bot.url, "MOTCUA_BOT_TOKEN_FILE": str(home / "token"),
            "MOTCUA_SECRET_FILE": str(home / "secret"),
        }  # fmt: skip
        self.children: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        self.bot.__enter__()
        self.gateway = self.start("gateway")
        self.worker = self.start("gateway.worker")
        wait_until(self.ready, 20)
        return self

    def __exit__(self, *_: object) -> None:
        for child in self.children:
            child.send_signal(signal.SIGCONT)
            child.terminate()
        for child in self.children:
            child.wait(20)
        self.bot.__exit__()
        self._log.close()

    def start(self, module: str) -> subprocess.Popen[bytes]:
        """Start one more process."""
        child = subprocess.Popen([sys.executable, "-m", module], cwd=ROOT, env=self._env, stderr=self._log)
        self.children.append(child)
        return child

    def kill(self, child: subprocess.Popen[bytes]) -> None:
        """kill -9."""
        child.kill()
        child.wait()
        self.children.remove(child)

    def ready(self) -> bool:
        """Whether the gateway says so."""
        try:
            return requests.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def client(self, name: str = "1") -> Client:
        """A citizen with a conversation of their own."""
        return Client(self.url, mint_token(self.secret.encode(), f"web:test:{name}"))

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of the database."""
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(statement).fetchall()  # type: ignore[arg-type]


class Client:
    """A citizen on the REST routes."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"

    def post(self, number: str, text: str = "", **fields: Any) -> requests.Response:
        """Post one message."""
        return self._session.post(f"{self.url}/web/messages", json={"id": number, "text": text, **fields}, timeout=15)

    def raw(self, body: bytes) -> requests.Response:
        """Post any bytes."""
        return self._session.post(f"{self.url}/web/messages", data=body, timeout=15)

    def read(self, after: int = 0, wait: float = 0.0) -> list[dict[str, Any]]:
        """What was said after a number."""
        answer = self._session.get(f"{self.url}/web/messages", params={"after": after, "wait": wait}, timeout=40)
        answer.raise_for_status()
        return answer.json()["messages"]

    def replies(self, count: int, seconds: float = 20.0) -> list[dict[str, Any]]:
        """Wait for so many replies and return all there are."""
        deadline = time.monotonic() + seconds
        while True:
            found = [entry for entry in self.read() if entry["direction"] == "out"]
            if len(found) >= count:
                return found
            assert time.monotonic() < deadline, f"{len(found)} of {count} replies came"
            time.sleep(0.05)


def free_port() -> int:
    """A TCP port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait for a condition, or fail."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.03)
