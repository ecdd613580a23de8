"""One real stack for all conversations: PostgreSQL, Rasa, actions, gateway and worker, with fake Zalo and Messenger."""

from __future__ import annotations

import itertools
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from cli.channel_zalo import exchange
from cli.client import WebClient
from cli.paths import Home
from cli.platforms import MessengerCitizen, ZaloCitizen
from cli.specs import free_port
from cli.stack import Stack
from connectors.zalo.oauth import new_pkce
from connectors.zalo.settings import load_zalo_settings
from core.dossier import HANOI, Status, StatusEvent
from dossiers.load import load
from dossiers.place import open_secret
from dossiers.postgres import set_status
from gateway.database import open_pool, transaction
from gateway.embedded import start_embedded
from gateway.main import build_channels
from gateway.notices import Notices
from gateway.settings import load_settings
from gateway.telling import Publisher
from tests import messenger_books, zalo_books
from tests.conversations.citizens import Citizen, WebCitizen, on_platform
from tests.dossier_set import rows

CHANNELS = ("web", "zalo", "messenger")
_PEOPLE = itertools.count(7_770_001_112_220_000)
_OF_DOSSIERS = ("record", "secret_fact", "tries", "verified", "change", "subscription", "notice", "preference", "vault")


@dataclass(frozen=True)
class City:
    """The running stack and its two platforms."""

    stack: Stack
    home: Home
    zalo: ZaloCitizen
    messenger: MessengerCitizen

    @property
    def base(self) -> str:
        """Address of the gateway."""
        return self.stack.base

    @property
    def env(self) -> dict[str, str]:
        """The environment of the stack's worker."""
        return dict(next(child.spec.env for child in self.stack.children if child.spec.name == "worker"))

    @property
    def url(self) -> str:
        """Address of the database."""
        return self.env["DATABASE_URL"]

    def citizen(self, channel: str) -> Citizen:
        """Return somebody who never wrote before."""
        if channel == "web":
            secret = self.home.secret_file.read_text(encoding="ascii").splitlines()[0]
            return WebCitizen(WebClient(self.base, self.home, f"talk-{uuid.uuid4().hex}"), secret.encode())
        return on_platform(self.zalo if channel == "zalo" else self.messenger, next(_PEOPLE), self.url)

    def move(self, code: str, status: Status) -> None:
        """Give a dossier another status, as the registry does."""
        with psycopg.connect(self.url) as connection:
            assert set_status(connection, code, StatusEvent(at=datetime.now(HANOI), status=status))

    def tell(self, rounds: int = 3) -> None:
        """Do what the worker does for notices, as if it were morning whatever the hour of the test is."""
        settings = load_settings(self.env)
        pool = open_pool(self.url, 3, "test-notices")
        morning = datetime.now(HANOI).replace(hour=9, minute=0) + timedelta(days=1)
        feed = settings.dossiers.feed(lambda: transaction(pool), open_secret(self.env))
        keeper = Notices(pool, feed, Publisher(build_channels(settings), lambda: morning), lambda: morning)
        for _ in range(rounds):
            keeper.round()
        pool.close()
        self.wait_sent()

    def wait_sent(self, seconds: float = 20.0) -> None:
        """Wait until nothing is left to send."""
        deadline = time.monotonic() + seconds
        with psycopg.connect(self.url, autocommit=True) as connection:
            while connection.execute("select 1 from outbox where state = 'open' limit 1").fetchone():
                assert time.monotonic() < deadline, "not all was sent"
                time.sleep(0.02)

    def fill_registry(self) -> None:
        """Put the made-up dossiers of ``tests.dossier_set`` in the stack's registry, and nothing else."""
        self.empty_registry()
        load(lambda: psycopg.connect(self.url), open_secret(self.env), rows())

    def empty_registry(self) -> None:
        """Delete every dossier, and what people did with them."""
        with psycopg.connect(start_embedded(self.home.path)) as connection:
            for table in _OF_DOSSIERS:
                connection.execute(f"delete from dossier.{table}")

    @contextmanager
    def processes_with(self, **env: str) -> Iterator[None]:
        """Run action server and worker with other settings for a while; Rasa, which takes longest, stays."""
        known = {child.spec.name: child.spec for child in self.stack.children}
        self._restart({name: replace(spec, env={**spec.env, **env}) for name, spec in known.items()})
        try:
            yield
        finally:
            self._restart(known)

    def _restart(self, specs: Mapping[str, object]) -> None:
        for child in self.stack.children:
            if child.spec.name in ("actions", "worker"):
                child.stop()
                child.spec = specs[child.spec.name]  # type: ignore[assignment]
                child.start()
        for child in self.stack.children:
            child.wait_ready(lambda: False)


@dataclass
class Platforms:
    """Both fakes, waiting for a gateway on ``port``, and the settings that point it at them."""

    folder: Path
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        base = f"http://127.0.0.1:{self.port}/webhooks"
        self.zalo, self.messenger = ZaloCitizen(f"{base}/zalo"), MessengerCitizen(f"{base}/messenger")

    def settings(self) -> dict[str, str]:
        """Return the environment that switches both channels on."""
        (self.folder / "zalo").mkdir()
        (self.folder / "messenger").mkdir()
        return {
            **zalo_books.environment(self.folder / "zalo", self.zalo.fake),
            **messenger_books.environment(self.folder / "messenger", self.messenger.fake.url),
        }

    def authorise(self, env: Mapping[str, str], home: Home) -> None:
        """Do what './motcua channel zalo authorise' does."""
        settings, pkce = load_zalo_settings(env), new_pkce()
        assert settings is not None
        exchange(settings, home, self.zalo.fake.tokens.approve(pkce.challenge), pkce.verifier)


@contextmanager
def running_city(own: Home) -> Iterator[City]:
    """Start everything in a fresh state directory that borrows model and index of this machine's own."""
    with tempfile.TemporaryDirectory(prefix="motcua-talk-") as name, pytest.MonkeyPatch.context() as patch:
        home = _borrowed(own, Path(name) / "home")
        platforms = Platforms(Path(name))
        with platforms.zalo.fake, platforms.messenger.fake:
            env = platforms.settings()
            for key, value in env.items():
                patch.setenv(key, value)
            stack = Stack(home, lambda text: print(text, file=sys.stderr), port=platforms.port)
            try:
                stack.start()
                platforms.authorise(env, home)
                yield City(stack, home, platforms.zalo, platforms.messenger)
            finally:
                stack.stop()


def _borrowed(own: Home, folder: Path) -> Home:
    folder.mkdir()
    home = Home(folder)
    for made in (home.logs, home.run):
        made.mkdir(parents=True)
    home.models.symlink_to(own.models)
    home.kb.symlink_to(own.kb)
    return home
