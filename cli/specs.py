"""What the stack is made of: ports, secrets, and how each child is started and known to be ready."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
import requests
from psycopg.sql import SQL, Identifier

from cli.environment import current_model, state_env
from cli.paths import ROOT, Home, bot_python, service_python
from cli.processes import ChildSpec
from core.errors import SetupError

TRACKER_SCHEMA = "rasa"


@dataclass(frozen=True)
class Ports:
    """Ports of one stack; only ``gateway`` is for others."""

    gateway: int
    bot: int
    actions: int


@dataclass(frozen=True)
class _Start:
    """How long a child may take to answer and what to do when it does not."""

    ready: Callable[[], bool]
    seconds: float
    on_fail: str


def child_specs(home: Home, ports: Ports, url: str) -> list[ChildSpec]:
    """Return the children in the order of their start; ``url`` is the database's address."""
    token = secret_file(home.bot_token_file)
    secret_file(home.secret_file)
    secret_file(home.token_key_file)
    env = _environment(home, ports, url, token)
    bot_health = f"http://127.0.0.1:{ports.bot}/webhooks/motcua/"
    auth = {"Authorization": f"Bearer {token}"}
    starts = {
        "bot": (_bot_argv(home, ports), _Start(lambda: answers(bot_health, auth), 180, "run './motcua train --force'")),
        "actions": (
            [str(service_python()), "-m", "actions"],
            _Start(lambda: answers(f"http://127.0.0.1:{ports.actions}/health"), 60, "run './motcua kb build'"),
        ),
        "gateway": (
            [str(service_python()), "-m", "gateway"],
            _Start(lambda: answers(f"http://127.0.0.1:{ports.gateway}/livez"), 60, "read its log"),
        ),
        "worker": ([str(service_python()), "-m", "gateway.worker"], _Start(lambda: True, 60, "read its log")),
    }
    return [
        ChildSpec(name, argv, env, ROOT, home.logs / f"{name}.log", start.ready, start.seconds, start.on_fail)
        for name, (argv, start) in starts.items()
    ]


def _environment(home: Home, ports: Ports, url: str, token: str) -> dict[str, str]:
    return state_env(home) | {
        "DATABASE_URL": url,
        "MOTCUA_PORT": str(ports.gateway),
        "MOTCUA_BOT_URL": f"http://127.0.0.1:{ports.bot}",
        "MOTCUA_BOT_TOKEN": token,
        "MOTCUA_BOT_TOKEN_FILE": str(home.bot_token_file),
        "MOTCUA_SECRET_FILE": str(home.secret_file),
        "MOTCUA_TOKEN_KEY_FILE": os.environ.get("MOTCUA_TOKEN_KEY_FILE") or str(home.token_key_file),
        "MOTCUA_ACTIONS_PORT": str(ports.actions),
        "MOTCUA_ACTIONS_URL": f"http://127.0.0.1:{ports.actions}/webhook",
        "TRACKER_URL": tracker_url(url),
    }


def _bot_argv(home: Home, ports: Ports) -> list[str]:
    bot = ROOT / "bot"
    words = ["--model", str(current_model(home)), "--port", str(ports.bot)]
    words += ["--endpoints", str(bot / "endpoints.yml"), "--credentials", str(bot / "credentials.yml")]
    return [str(bot_python()), "-m", "viet_nlu.serve", *words]


def answers(url: str, headers: dict[str, str] | None = None) -> bool:
    """Tell whether an address answers 200 within two seconds."""
    try:
        return requests.get(url, headers=headers, timeout=2).status_code == 200
    except requests.RequestException:
        return False


def free_port() -> int:
    """Return a port of the loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Tell whether a port of the loopback can be bound."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def port_setting() -> int:
    """Return the port of the gateway: ``MOTCUA_PORT``, by default 8080; 0 picks a free one.

    Raises:
        SetupError: it is no port.
    """
    text = os.environ.get("MOTCUA_PORT", "8080")
    if not text.isdecimal() or int(text) > 65535:
        raise SetupError("MOTCUA_PORT must be a number from 0 to 65535 (0 picks a free one).")
    return int(text)


def secret_file(path: Path) -> str:
    """Return the secret in a file, made (0600) the first time."""
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as fresh:
            fresh.write(secrets.token_urlsafe(32) + "\n")
    return path.read_text(encoding="ascii").splitlines()[0]


def make_tracker_schema(url: str) -> None:
    """Make the schema of Rasa's tables, apart from ours."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SQL("create schema if not exists {}").format(Identifier(TRACKER_SCHEMA)))


def tracker_url(url: str) -> str:
    """Return SQLAlchemy's address of the same database, with the tracker's tables in a schema of their own."""
    joiner = "&" if "?" in url else "?"
    return f"{url}{joiner}options={quote(f'-csearch_path={TRACKER_SCHEMA}')}"
