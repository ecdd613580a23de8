"""One suite over every channel: what the port promises, and the way of a message through the queue and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Channel, Outcome
from connectors.fakes.bot import FakeBot
from connectors.fakes.graph import FakeGraph
from connectors.fakes.graph_people import Person
from connectors.fakes.zalo import FakeZalo
from connectors.fakes.zalo_webhook import body_of, signature
from connectors.memory import MemoryChannel
from connectors.messenger.verify import sign
from connectors.web import WebChannel
from connectors.web_token import mint_token
from core.errors import AssistantError, BadInput
from core.message import Reply
from gateway import inbox
from gateway.database import open_pool, transaction
from gateway.settings import Settings
from gateway.worker import Worker
from tests.gateway_stack import wait_until
from tests.messenger_books import APP
from tests.messenger_books import channel as messenger_channel
from tests.zalo_books import channel as zalo_channel

SECRET = b"s" * 32


@dataclass
class Case:
    """A channel with the shapes that its platform sends, and what reached its citizens."""

    channel: Channel
    body: Callable[[str, str], bytes]
    """One text message as the platform posts it: number, text."""
    headers: Callable[[bytes], dict[str, str]]
    arrived: Callable[[], int] | None = None
    """How many messages the platform showed; ``None`` where replies are fetched."""


@contextmanager
def web_case(folder: Path) -> Iterator[Case]:
    """Our own chat page."""
    headers = {"authorization": f"Bearer {mint_token(SECRET, 'web:site:p')}"}
    yield Case(WebChannel([SECRET]), lambda number, text: json.dumps({"id": number, "text": text}).encode(),
               lambda raw: headers)  # fmt: skip


@contextmanager
def memory_case(folder: Path) -> Iterator[Case]:
    """The channel without a platform."""
    memory = MemoryChannel()
    yield Case(
        memory,
        lambda number, text: json.dumps([{"id": number, "person": "p", "text": text}]).encode(),
        lambda raw: {"x-memory-secret": "memory"},
        lambda: len(memory.sent),
    )


@contextmanager
def messenger_case(folder: Path) -> Iterator[Case]:
    """Messenger in front of the fake Graph."""

    def body(number: str, text: str) -> bytes:
        item = {"sender": {"id": "77"}, "recipient": {"id": APP.page_id}, "timestamp": 1767225600000 + len(number)}
        item |= {"message": {"mid": number, "text": text}}
        return json.dumps({"object": "page", "entry": [{"id": APP.page_id, "time": 1, "messaging": [item]}]}).encode()

    with FakeGraph("http://127.0.0.1:9/") as graph:
        graph.echoes = graph.receipts = False
        graph.people["77"] = Person(graph.now_ms(), APP.app_id)
        page = messenger_channel(folder, graph_url=graph.url)
        yield Case(page, body, lambda raw: {"x-hub-signature-256": sign(raw, APP.secret)}, lambda: len(graph.sent))


@contextmanager
def zalo_case(folder: Path) -> Iterator[Case]:
    """Zalo in front of its fake."""
    with FakeZalo("http://127.0.0.1:9/") as zalo:
        zalo.echoes = zalo.receipts = False
        zalo.person("2468").last_ms = zalo.now_ms()
        app = zalo.app

        def body(number: str, text: str) -> bytes:
            event = {"app_id": app.app_id, "event_name": "user_send_text", "sender": {"id": "2468"}}
            event |= {"recipient": {"id": app.oa_id}, "message": {"msg_id": number, "text": text}}
            return body_of({**event, "timestamp": "1767225600000"})

        def headers(raw: bytes) -> dict[str, str]:
            return {"x-zevent-signature": f"mac={signature(app.app_id, raw, '1767225600000', app.oa_secret)}"}

        yield Case(zalo_channel(zalo), body, headers, lambda: len(zalo.sent))


CASES = {"web": web_case, "memory": memory_case, "messenger": messenger_case, "zalo": zalo_case}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    with CASES[request.param](tmp_path) as made:
        yield made


def test_a_true_sender_is_recognised_and_the_message_parsed(case: Case) -> None:
    raw = case.body("m1", "làm khai sinh")
    (message,) = case.channel.parse(raw, case.channel.verify(case.headers(raw), raw))
    assert (message.channel, message.text) == (case.channel.name, "làm khai sinh")
    assert message.conversation.split(":")[0] == case.channel.name
    assert case.channel.parse(raw, case.channel.verify(case.headers(raw), raw)) == [message]


@pytest.mark.parametrize("value", ["", "x", "Bearer x", "é"])
def test_a_false_sender_is_refused_without_a_hint(case: Case, value: str) -> None:
    true = case.headers(b"{}")
    headers = dict.fromkeys(true, value)
    with pytest.raises(AssistantError) as caught:
        case.channel.verify(headers, b"{}")
    assert caught.value.status in (401, 403)
    assert not any(secret in str(caught.value) for secret in true.values())


@pytest.mark.parametrize("name", CASES)
@settings(max_examples=60, deadline=None)
@given(raw=st.one_of(st.binary(max_size=100), st.recursive(
    st.none() | st.integers() | st.text(max_size=9), lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["id", "text", "person", "payload"]), inner, max_size=4), max_leaves=6,
).map(lambda value: json.dumps(value).encode())))  # fmt: skip
def test_no_body_does_more_than_be_refused(name: str, raw: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    with CASES[name](tmp_path_factory.mktemp("any")) as made:
        channel = made.channel
    try:
        messages = channel.parse(raw, "web:site:p")
    except BadInput:
        return
    assert all(message.channel == channel.name for message in messages)


def test_a_reply_keeps_its_text_options_and_source_within_what_the_channel_can_show(case: Case) -> None:
    reply = Reply.model_validate({
        "kind": "clarify", "text": "Anh/Chị hỏi phần nào ạ?",
        "options": [{"title": "Lệ phí", "payload": "mc1.a.b"}, {"title": "Giấy tờ", "payload": "mc1.c.d"}],
        "sources": [{"code": "1.001193", "url": "https://dichvucong.gov.vn", "checked_on": "2026-11-01"}],
    })  # fmt: skip
    (message,) = case.channel.parse(case.body("m1", "a"), "web:site:p")
    shown = json.dumps(case.channel.render(reply, message), ensure_ascii=False)
    for words in ("Anh/Chị hỏi phần nào ạ?", "Lệ phí", "Giấy tờ", "https://dichvucong.gov.vn"):
        assert words in shown


@pytest.fixture
def running(case: Case, database_url: str, tmp_path: Path) -> Iterator[tuple[Case, Any]]:
    """A worker over the channel and the scripted bot, and a pool to look with."""
    with FakeBot("t" * 16) as bot:
        config = Settings(database_url, tmp_path, "127.0.0.1", 0, bot.url, "t" * 16, (SECRET,), handlers=4)
        worker = Worker(config, {case.channel.name: case.channel})
        pool = open_pool(database_url, 2, "test")
        worker.start()
        yield case, pool
        worker.stop()
        pool.close()


def accept(case: Case, pool: Any, number: str, text: str) -> list[bool]:
    raw = case.body(number, text)
    messages = case.channel.parse(raw, case.channel.verify(case.headers(raw), raw))
    with transaction(pool) as connection:
        return inbox.accept(connection, messages)


def delivered(pool: Any) -> list[str]:
    with transaction(pool) as connection:
        found = connection.execute("select body::text from outbox where state = 'sent' order by seq").fetchall()
    return [row[0] for row in found]


def test_messages_are_answered_once_and_in_order(running: tuple[Case, Any]) -> None:
    case, pool = running
    for number in range(5):
        assert accept(case, pool, f"m{number}", f"câu {number}") == [True]
        assert accept(case, pool, f"m{number}", f"câu {number}") == [False]
    wait_until(lambda: len(delivered(pool)) >= 5)
    assert [f"câu {number}" in text for number, text in enumerate(delivered(pool))] == [True] * 5
    if case.arrived:
        assert case.arrived() == 5


def test_a_platform_that_fails_for_a_moment_gets_the_reply_later_and_one_that_refuses_is_left(
    database_url: str, tmp_path: Path
) -> None:
    channel = MemoryChannel(outcomes=[Outcome("retry", 503, retry_after=0.1), Outcome("sent", 200, reference="r-1"),
                                      Outcome("dead", 400, "bad_user")])  # fmt: skip
    body = lambda number, text: json.dumps([{"id": number, "person": "p", "text": text}]).encode()  # noqa: E731
    case = Case(channel, body, lambda raw: {"x-memory-secret": "memory"})
    with FakeBot("t" * 16) as bot:
        config = Settings(database_url, tmp_path, "127.0.0.1", 0, bot.url, "t" * 16, (SECRET,))
        worker, pool = Worker(config, {"memory": channel}), open_pool(database_url, 2, "test")
        worker.start()
        accept(case, pool, "m1", "một")
        accept(case, pool, "m2", "hai")

        def states() -> list[Any]:
            with transaction(pool) as connection:
                return connection.execute("select state, attempts, reference from outbox order by seq").fetchall()

        wait_until(lambda: [row[0] for row in states()] == ["sent", "dead"])
        worker.stop()
        with transaction(pool) as connection:
            tries = connection.execute("select outcome, http_status, error_code from attempt order by id").fetchall()
            dead = connection.execute("select reason from dead_letter").fetchall()
        pool.close()
    assert tries == [("retry", 503, None), ("sent", 200, None), ("dead", 400, "bad_user")]
    assert dead == [("refused: bad_user",)]
