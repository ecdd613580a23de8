"""One citizen on a fake platform before the real gateway and worker with the scripted bot, who follows a dossier."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from cli.platforms import MessengerCitizen, ZaloCitizen
from cli.sandbox import Sandbox, sandbox_settings
from connectors.fakes.bot import FakeBot
from core.dossier import HANOI, Status, StatusEvent
from dossiers import subscriptions
from dossiers.load import load
from dossiers.place import open_secret
from dossiers.postgres import PostgresRegistry, set_status
from gateway.database import open_pool, transaction
from gateway.notices import Notices
from gateway.telling import Publisher
from tests.conversations.citizens import PlatformCitizen, on_platform
from tests.dossier_set import rows
from tests.gateway_stack import wait_until

MORNING = datetime.now(HANOI).replace(hour=9, minute=0, second=0) + timedelta(days=1)
TOKEN = "t" * 20
DAYS = {"zalo": 8, "messenger": 2}


class Town:
    """Everything between the citizen and the scripted bot; a context manager."""

    def __init__(self, name: str, database_url: str, home: Path, template: str) -> None:
        self.url, self.bot = database_url, FakeBot(TOKEN)
        base = sandbox_settings(database_url, home, self.bot.url, TOKEN)
        webhook = f"http://127.0.0.1:{base.port}/webhooks/{name}"
        self.platform = ZaloCitizen(webhook) if name == "zalo" else MessengerCitizen(webhook)
        settings = self.platform.settings(base)
        if settings.zalo:
            settings = replace(settings, zalo=replace(settings.zalo, templates=True, notice_template=template))
        if settings.messenger:
            settings = replace(settings, messenger=replace(settings.messenger, notice_template=template))
        self.settings, self.sandbox = settings, Sandbox(settings)
        self.days = timedelta(days=DAYS[name])

    def __enter__(self) -> Town:
        self.bot.__enter__()
        self.platform.connect(self.sandbox.channels[self.platform.name])
        self.sandbox.start()
        self.pool = open_pool(self.url, 3, "test")
        self.secret = open_secret({"MOTCUA_HOME": str(self.settings.home)})
        load(lambda: transaction(self.pool), self.secret, rows(MORNING - timedelta(days=2)))
        self.citizen: PlatformCitizen = on_platform(self.platform, 2468013579246801357, self.url)
        return self

    def __exit__(self, *_: object) -> None:
        self.pool.close()
        self.sandbox.stop()
        self.platform.close()
        self.bot.__exit__()

    def follow(self, *codes: str) -> None:
        """Follow dossiers, as after looking each of them up."""
        registry = PostgresRegistry(lambda: transaction(self.pool), self.secret)
        for code in codes:
            found = registry.read(code)
            assert found is not None
            with transaction(self.pool) as connection:
                assert subscriptions.subscribe(connection, self.citizen.conversation, found)

    def move(self, code: str, status: Status) -> None:
        with transaction(self.pool) as connection:
            assert set_status(connection, code, StatusEvent(at=datetime.now(HANOI), status=status))

    def silent(self, *, in_our_books: bool = True) -> None:
        """Let so many days pass since the last message that the reply window is over."""
        self.platform.fake.people[self.citizen.platform.person].last_ms -= round(self.days.total_seconds() * 1000)  # type: ignore[operator]
        if in_our_books:
            self.query("update inbox set received_at = received_at - %s, provider_time = provider_time - %s",
                       self.days, self.days)  # fmt: skip

    def tell(self, rounds: int = 3) -> list[str]:
        """Do what the worker does for notices, in the morning, and return what came of it."""
        feed = self.settings.dossiers.feed(lambda: transaction(self.pool), self.secret)
        keeper = Notices(self.pool, feed, Publisher(self.sandbox.channels, lambda: MORNING), lambda: MORNING)
        for _ in range(rounds):
            keeper.round()
            wait_until(self.sandbox.idle, 15)
        return self.citizen.news()

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            done = connection.execute(statement.encode(), values)
            return done.fetchall() if done.description else []

    def count(self, statement: str) -> int:
        return int(self.query(statement)[0][0])

    def templates(self) -> list[dict[str, str]]:
        """The values of the templates that the person got."""
        if isinstance(self.platform, ZaloCitizen):
            return [body["template_data"] for body in self.platform.fake.templates]
        parts = [sent.message["template"]["components"][0]["parameters"] for sent in self.platform.fake.sent
                 if "template" in sent.message]  # fmt: skip
        return [{part["parameter_name"]: part["text"] for part in found} for found in parts]
