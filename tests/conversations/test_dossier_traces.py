"""What is said to find a dossier, and what is told of it, leaves no trace in the tracker or in a log."""

from __future__ import annotations

import json
import re
import time
import uuid
from pathlib import Path

import psycopg
import pytest

from cli.client import WebClient
from cli.paths import Home
from tests.conversations.city import City
from tests.dossier_set import DONE, FACTS

pytestmark = pytest.mark.stack
MEASURED = re.compile(r"\d+\.\d+(?:e-?\d+)?|[0-9a-f]{16,}")  # confidences, times and ids


@pytest.fixture
def client(stack: tuple[str, Home], filled_registry: None) -> WebClient:
    return WebClient(*stack, f"talk-{uuid.uuid4().hex}")


SAID = ("4321", "bốn ba hai một", "bon ba hai mot", "BỐN, BA, HAI, MỘT", "4 ba 2 một", "4321 ạ", "dạ là 4 3 2 1 nhé")
LEFT = re.compile(r"4\W{0,3}3\W{0,3}2\W{0,3}1|b[ốo]n\W+ba\W+hai\W+m[ộo]t|4 ba 2", re.IGNORECASE)


def test_a_bare_second_fact_is_in_no_tracker_and_no_log_however_it_is_said(city: City, client: WebClient) -> None:
    for text in SAID:
        client.ask(text)
    time.sleep(0.2)
    with psycopg.connect(city.url) as connection:
        rows = connection.execute(
            "select data from rasa.events where sender_id = %s", (client.conversation,)
        ).fetchall()
    held = MEASURED.sub("", "\n".join(str(json.loads(row[0])) for row in rows))
    assert held.count("[số riêng ") >= len(SAID)
    assert not LEFT.search(held), LEFT.search(held)
    for log in Path(city.home.logs).glob("*.log"):
        assert not LEFT.search(MEASURED.sub("", log.read_text(encoding="utf-8", errors="replace"))), log.name


def test_nothing_personal_is_in_the_tracker_or_in_a_log(city: City, client: WebClient) -> None:
    client.ask(f"hồ sơ {DONE.lower()} của tôi xong chưa")
    client.ask(f"số điện thoại của tôi {FACTS['phone']}")
    client.ask("tôi là Nguyễn Văn A, cccd 000 099 123 456")
    time.sleep(0.2)
    with psycopg.connect(city.url) as connection:
        rows = connection.execute(
            "select data from rasa.events where sender_id = %s", (client.conversation,)
        ).fetchall()
        audit = connection.execute("select count(*) from dossier.vault where value like %s", (b"%7304%",)).fetchone()
    held = MEASURED.sub("", "\n".join(str(row[0]) for row in rows))
    assert "H00-000000-" in held, "the tracker holds the reference"
    for secret in ("7304", "345 678", "5678", "123 456", "Nguyễn V. A.", "UBND phường mẫu"):
        assert secret not in held, secret
    assert audit == (0,)
    for log in Path(city.home.logs).glob("*.log"):
        text = log.read_text(encoding="utf-8", errors="replace")
        assert "261102" not in text, log.name
        assert "345678" not in text, log.name
