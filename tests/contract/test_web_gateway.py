"""The web channel as a client sees it, over real processes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from gateway.migrate import migrate
from tests.gateway_stack import Stack


@pytest.fixture(scope="module")
def stack(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    import psycopg

    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute("create database web_gateway")
    url = postgres_server.replace("/motcua?", "/web_gateway?")
    migrate(url)
    with Stack(url, tmp_path_factory.mktemp("home"), MOTCUA_FRAME_ANCESTORS="https://portal.vn") as running:
        yield running


def socket_of(stack: Stack, name: str, after: int = 0, **options: object) -> ClientConnection:
    wire = connect(f"ws://127.0.0.1:{stack.port}/web/socket", **options)  # type: ignore[arg-type]
    wire.send(json.dumps({"token": stack.client(name).token, "after": after}))
    assert json.loads(wire.recv(5)) == {"type": "ready"}
    return wire


def frames(wire: ClientConnection, count: int) -> list[dict[str, object]]:
    return [json.loads(wire.recv(10)) for _ in range(count)]


def test_a_conversation_is_opened_and_answered(stack: Stack) -> None:
    opened = requests.post(f"{stack.url}/web/conversations", timeout=5)
    assert opened.status_code == 201
    headers = {"Authorization": f"Bearer {opened.json()['token']}"}
    body = {"id": "m1", "text": "xin chào"}
    posted = requests.post(f"{stack.url}/web/messages", json=body, headers=headers, timeout=5)
    assert (posted.status_code, posted.json()) == (202, {"accepted": True, "duplicate": False})
    again = requests.post(f"{stack.url}/web/messages", json=body, headers=headers, timeout=5)
    assert (again.status_code, again.json()) == (202, {"accepted": True, "duplicate": True})
    (mine,) = requests.get(f"{stack.url}/web/messages", headers=headers, timeout=5).json()["messages"][:1]
    assert {key: mine[key] for key in ("id", "direction", "text")} == {
        "id": "m1",
        "direction": "in",
        "text": "xin chào",
    }
    waited = requests.get(f"{stack.url}/web/messages?wait=10&after={mine['seq']}", headers=headers, timeout=15)
    (reply,) = waited.json()["messages"]
    assert (reply["reply_to"], reply["reply"]["text"]) == ("m1", "Anh/Chị vừa gửi: xin chào")


def test_a_long_poll_answers_when_the_reply_comes_and_not_later(stack: Stack) -> None:
    client = stack.client("poll")
    client.post("m1", "chờ 0.4")
    after = client.read()[0]["seq"]
    started = time.monotonic()
    assert len(client.read(after, wait=20)) == 1
    assert time.monotonic() - started < 3


def test_a_long_poll_without_news_ends_empty(stack: Stack) -> None:
    assert stack.client("nobody").read(wait=0.2) == []


def test_one_conversation_never_sees_another(stack: Stack) -> None:
    stack.client("a").post("m1", "riêng tư")
    stack.client("a").replies(1)
    assert stack.client("b").read() == []


def test_a_button_press_reaches_the_bot_as_the_payload(stack: Stack) -> None:
    client = stack.client("button")
    client.post("m1", "chọn")
    option = client.replies(1)[0]["reply"]["options"][1]
    client.post("m2", option["title"], payload=option["payload"])
    assert client.replies(2)[1]["reply"]["text"].startswith("Anh/Chị vừa gửi: /choose_procedure")
    client.post("m3", "/choose_procedure{}")
    assert client.replies(3)[2]["reply"]["text"] == "Anh/Chị vừa gửi: choose_procedure{}"


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"{", 400), (b"[]", 400), (b'{"id":"m"}', 400), (b'{"id":"m","text":"\\u0000"}', 400),
     (json.dumps({"id": "m", "text": "a" * 4001}).encode(), 413), (b"x" * 300_000, 413)],
)  # fmt: skip
def test_a_body_that_cannot_be_used_is_refused_in_vietnamese(stack: Stack, body: bytes, status: int) -> None:
    answer = stack.client("bad").raw(body)
    assert answer.status_code == status
    assert "Anh/Chị" in answer.json()["message"]


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer nope"}, {"Authorization": "Basic eA=="}])
def test_without_its_token_a_conversation_is_closed(stack: Stack, header: dict[str, str]) -> None:
    for call in (requests.get, requests.post):
        answer = call(f"{stack.url}/web/messages", headers=header, timeout=5)
        assert (answer.status_code, answer.json()["error"]) == (401, "not_allowed")


@pytest.mark.parametrize("query", ["after=-1", "after=x", "wait=26", "wait=nan", "after=99999999999999999999"])
def test_a_wrong_query_is_refused(stack: Stack, query: str) -> None:
    client = stack.client()
    headers = {"Authorization": f"Bearer {client.token}"}
    answer = requests.get(f"{stack.url}/web/messages?{query}", headers=headers, timeout=5)
    assert (answer.status_code, answer.json()["error"]) == (422, "bad_input")


def test_a_socket_acknowledges_and_brings_the_reply(stack: Stack) -> None:
    with socket_of(stack, "wire") as wire:
        wire.send('{"type":"message","id":"m1","text":"một"}')
        wire.send('{"type":"message","id":"m2","text":"hai"}')
        got = frames(wire, 4)
        wire.send('{"type":"message","id":"m2","text":"hai"}')
        assert frames(wire, 1) == [{"type": "ack", "id": "m2", "duplicate": True}]
    assert [frame["id"] for frame in got if frame["type"] == "ack"] == ["m1", "m2"]
    replies = [frame for frame in got if frame["type"] == "reply"]
    assert [frame["reply_to"] for frame in replies] == ["m1", "m2"]
    with socket_of(stack, "wire", after=int(str(replies[0]["seq"]))) as wire:
        assert [frame["reply_to"] for frame in frames(wire, 1)] == ["m2"]


def test_a_socket_says_what_is_wrong_with_a_message_and_stays_open(stack: Stack) -> None:
    with socket_of(stack, "wrong") as wire:
        for text in ('{"type":"message","id":"m1"}', '{"type":"dance","id":"m1"}',
                     '{"type":"message","id":"m1","text":"a","more":1}'):  # fmt: skip
            wire.send(text)
            (frame,) = frames(wire, 1)
            assert (frame["type"], frame["error"]) == ("error", "bad_input")
        wire.send('{"type":"ping"}')
        assert frames(wire, 1) == [{"type": "pong"}]


@pytest.mark.parametrize("first", ['{"token":"x","after":0}', "{}", '{"token":5}'])
def test_a_socket_without_a_token_is_closed(stack: Stack, first: str) -> None:
    with connect(f"ws://127.0.0.1:{stack.port}/web/socket") as wire:
        wire.send(first)
        with pytest.raises(ConnectionClosed) as closed:
            wire.recv(5)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401


@pytest.mark.parametrize("frame", ["not json", "[]", "x" * 20_000, b"\x00\x01"])
def test_a_broken_or_huge_frame_closes_the_socket(stack: Stack, frame: str | bytes) -> None:
    with socket_of(stack, "frames") as wire:
        wire.send(frame)
        with pytest.raises(ConnectionClosed):
            wire.recv(5)


def test_a_foreign_page_cannot_open_a_socket(stack: Stack) -> None:
    with pytest.raises(InvalidStatus):
        connect(f"ws://127.0.0.1:{stack.port}/web/socket", origin="https://evil.example")  # type: ignore[arg-type]


def test_a_conversation_has_only_so_many_sockets(stack: Stack) -> None:
    wires = [socket_of(stack, "many") for _ in range(5)]
    with connect(f"ws://127.0.0.1:{stack.port}/web/socket") as wire:
        wire.send(json.dumps({"token": stack.client("many").token, "after": 0}))
        with pytest.raises(ConnectionClosed):
            wire.recv(5)
    for open_wire in wires:
        open_wire.close()


def test_the_pages_let_nothing_foreign_in(stack: Stack) -> None:
    page, framed = (requests.get(stack.url + path, timeout=5) for path in ("/", "/chat"))
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://portal.vn" in framed.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert "hệ thống tự động" in page.text
    nonces = {answer.headers["Content-Security-Policy"].split("nonce-")[1][:22] for answer in (page, framed)}
    assert len(nonces) == 2


def test_the_widget_is_small_and_asks_nobody_else(stack: Stack) -> None:
    folder = Path(__file__).parents[2] / "connectors" / "widget"
    assert sum(path.stat().st_size for path in folder.iterdir()) < 40_000
    for path in folder.iterdir():
        assert "innerHTML" not in path.read_text(encoding="utf-8")
        assert "//cdn" not in path.read_text(encoding="utf-8")


def test_health_and_metrics(stack: Stack) -> None:
    assert requests.get(f"{stack.url}/livez", timeout=5).json() == {"status": "ok"}
    assert requests.get(f"{stack.url}/readyz", timeout=5).json() == {"status": "ok", "database": "ok", "bot": "ok"}
    text = requests.get(f"{stack.url}/metrics", timeout=5).text
    for name in ("accept_seconds_bucket", 'accept_total{result="new"}', "inbox_oldest_age_seconds", "dead_open"):
        assert name in text


def test_no_message_and_no_token_reaches_the_log(stack: Stack) -> None:
    client = stack.client("secretive")
    client.post("m1", "số định danh 001099012345 của tôi")
    client.replies(1)
    log = stack.log_path.read_text()
    assert "request" in log
    assert "001099012345" not in log
    assert "định danh" not in log
    assert client.token not in log
