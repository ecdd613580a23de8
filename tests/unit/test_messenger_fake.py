"""The fake Graph keeps to the contract: its retries, its deadline, its refusals."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from connectors.fakes.graph_rules import DAY_MS, Granted, ThreadView, refusal
from connectors.fakes.graph_webhook import SCHEDULE, Deliverer, Manner
from tests.messenger_books import APP

FRESH = ThreadView(1000)
ITEM: dict[str, Any] = {"sender": {"id": "1"}, "message": {"mid": "m", "text": "thủ tục"}}


class Receiver:
    """A webhook that answers what a test tells it to: a status for each call, the last one for ever."""

    def __init__(self, *statuses: int, seconds: float = 0.0) -> None:
        self.bodies: list[bytes] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                time.sleep(seconds)
                self.send_response(statuses[min(len(receiver.bodies), len(statuses)) - 1])
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def make() -> Iterator[Any]:
    started: list[Any] = []

    def build(receiver: Receiver, **manner: Any) -> Deliverer:
        deliverer = Deliverer(APP.page_id, APP.secret, receiver.url, Manner(speed=100_000, **manner))
        deliverer.start()
        started.extend((receiver, deliverer))
        return deliverer

    yield build
    for part in started:
        part.server.shutdown() if isinstance(part, Receiver) else part.stop()


def settle(deliverer: Deliverer) -> None:
    deadline = time.monotonic() + 5
    while not deliverer.settled():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_is_not_taken_comes_again_until_it_is(make: Any) -> None:
    receiver = Receiver(500, 503, 200)
    deliverer = make(receiver)
    deliverer.put(ITEM)
    settle(deliverer)
    assert [attempt.status for attempt in deliverer.tries] == [500, 503, 200]
    assert len(set(receiver.bodies)) == 1
    assert b"\\u1ee7" in receiver.bodies[0]


def test_after_an_hour_of_failures_the_webhook_is_switched_off(make: Any) -> None:
    deliverer = make(Receiver(500))
    deliverer.put(ITEM)
    settle(deliverer)
    assert deliverer.switched_off
    assert len(deliverer.tries) == len(SCHEDULE)
    assert SCHEDULE[-1] == 3600


def test_an_answer_over_the_deadline_is_none(make: Any) -> None:
    deliverer = make(Receiver(200, seconds=0.3), deadline=0.1)
    assert not deliverer.post(b"{}")
    assert deliverer.tries[0].status is None


def test_batches_hold_several_items_and_duplicates_come_twice(make: Any) -> None:
    receiver = Receiver(200, seconds=0.05)
    deliverer = make(receiver, batch=4, duplicates=1.0)
    deliverer.put(*({**ITEM, "timestamp": number} for number in range(9)))
    settle(deliverer)
    bodies = [json.loads(raw) for raw in receiver.bodies]
    stamps = [item["timestamp"] for body in bodies for entry in body["entry"] for item in entry["messaging"]]
    assert sorted(stamps) == sorted([*range(9)] * 2)
    assert max(len(body["entry"]) for body in bodies) == 2


NOTICE = {"template": {"name": "thong_bao", "language": {"code": "vi"}}}


def send(**more: Any) -> dict[str, Any]:
    return {"recipient": {"id": "1"}, "messaging_type": "RESPONSE", "message": {"text": "a"}, **more}


@pytest.mark.parametrize(
    ("body", "thread", "code", "subcode"),
    [
        (send(message={"text": "a" * 2001}), FRESH, 100, 0),
        (send(message={}), FRESH, 100, 0),
        (send(message={"text": "a", "metadata": "x" * 1000}), FRESH, 100, 0),
        (send(sender_action="typing_on"), FRESH, 100, 0),
        (send(recipient={"id": "1", "user_ref": "2"}), FRESH, 100, 0),
        (send(messaging_type="MESSAGE_TAG", tag="ACCOUNT_UPDATE"), FRESH, 100, 0),
        (send(messaging_type="MESSAGE_TAG", tag="HUMAN_AGENT"), FRESH, 10, 2018278),
        (send(messaging_type="UTILITY"), FRESH, 100, 0),
        (send(messaging_type="UTILITY", message=NOTICE), FRESH, 200, 0),
        (send(), ThreadView(DAY_MS + 1), 10, 2018278),
        (send(), ThreadView(None), 100, 2018001),
        (send(), ThreadView(1, blocked=True), 551, 1545041),
        (send(), ThreadView(1, ours=False), 10, 2018300),
    ],
)
def test_what_the_platform_refuses(body: dict[str, Any], thread: ThreadView, code: int, subcode: int) -> None:
    found = refusal(body, thread, Granted())
    assert found is not None
    assert (found.code, found.subcode) == (code, subcode)


def test_what_the_platform_takes() -> None:
    assert refusal(send(), FRESH, Granted()) is None
    assert refusal({"recipient": {"id": "1"}, "sender_action": "mark_seen"}, FRESH, Granted()) is None
    old = ThreadView(3 * DAY_MS)
    assert refusal(send(messaging_type="MESSAGE_TAG", tag="HUMAN_AGENT"), old, Granted(human_agent=True)) is None
    assert refusal(send(messaging_type="UTILITY", message=NOTICE), old, Granted(utility=True)) is None
