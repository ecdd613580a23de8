"""A citizen follows a dossier and is told once when it moves; nothing personal is left in tracker or logs."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import requests

from cli.client import WebClient
from cli.paths import Home
from connectors.web import WebChannel
from connectors.web_token import mint_token
from core.dossier import HANOI, Status, StatusEvent
from dossiers.place import open_secret
from dossiers.postgres import set_status
from gateway.database import open_pool
from gateway.embedded import start_embedded
from gateway.notices import Notices
from tests.dossier_set import DONE, FACTS, RUNNING

pytestmark = pytest.mark.stack
MORNING = datetime.now(HANOI).replace(hour=9, minute=0) + timedelta(days=1)
MEASURED = re.compile(r"\d+\.\d+(?:e-?\d+)?|[0-9a-f]{32}")  # confidences, times and ids of messages


@pytest.fixture
def url(stack: tuple[str, Home], filled_registry: None) -> str:
    return start_embedded(stack[1].path)


@pytest.fixture
def client(stack: tuple[str, Home]) -> WebClient:
    return WebClient(*stack, f"talk-{uuid.uuid4().hex}")


def said_to(base: str, home: Home, conversation: str) -> list[str]:
    secret = home.secret_file.read_text(encoding="ascii").splitlines()[0]
    headers = {"Authorization": f"Bearer {mint_token(secret.encode(), conversation)}"}
    found = requests.get(f"{base}/web/messages", params={"after": "0"}, headers=headers, timeout=10).json()["messages"]
    return [item["reply"]["text"] for item in found if item["direction"] == "out"]


@pytest.fixture
def keeper(stack: tuple[str, Home], url: str) -> Iterator[Notices]:
    """A worker's notices beside the stack's own, in the morning whatever the hour of the test is."""
    home = stack[1]
    secret = home.secret_file.read_text(encoding="ascii").splitlines()[0]
    pool = open_pool(url, 3, "test-notices")
    channels = {"web": WebChannel((secret.encode(),), 4000)}
    yield Notices(pool, channels, open_secret({"MOTCUA_HOME": str(home.path)}), lambda: MORNING)
    pool.close()


def test_a_change_of_status_is_told_once(stack: tuple[str, Home], url: str, client: WebClient, keeper: Notices) -> None:
    assert client.ask(f"{RUNNING} 5678").reply.kind == "status"
    assert "mỗi khi hồ sơ đổi" in client.ask("theo dõi hồ sơ này giúp tôi").reply.text
    with psycopg.connect(url) as connection:
        set_status(connection, RUNNING, StatusEvent(at=datetime.now(HANOI), status=Status.DONE))
    for _ in range(3):
        keeper.round()
    told = [text for text in said_to(*stack, client.conversation) if text.startswith("Thông báo hồ sơ")]
    assert len(told) == 1
    assert "Đã xử lý xong" in told[0]
    assert RUNNING not in told[0]


def test_nothing_personal_is_in_the_tracker_or_in_a_log(stack: tuple[str, Home], url: str, client: WebClient) -> None:
    client.ask(f"hồ sơ {DONE.lower()} của tôi xong chưa")
    client.ask(f"số điện thoại của tôi {FACTS['phone']}")
    client.ask("tôi là Nguyễn Văn A, cccd 000 099 123 456")
    time.sleep(0.2)
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "select data from rasa.events where sender_id = %s", (client.conversation,)
        ).fetchall()
        audit = connection.execute("select count(*) from dossier.vault where value like %s", (b"%7304%",)).fetchone()
    held = MEASURED.sub("", "\n".join(str(row[0]) for row in rows))
    assert "H00-000000-" in held, "the tracker holds the reference"
    for secret in ("7304", "345 678", "5678", "123 456", "Nguyễn V. A.", "UBND phường mẫu"):
        assert secret not in held, secret
    assert audit == (0,)
    for log in Path(stack[1].logs).glob("*.log"):
        text = log.read_text(encoding="utf-8", errors="replace")
        assert "261102" not in text, log.name
        assert "345678" not in text, log.name
