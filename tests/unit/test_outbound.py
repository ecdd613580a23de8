"""The wrapper of outbound calls, against real sockets that misbehave."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from connectors.outbound import Answer, Outbound, Request, transport_outcome

Serve = Callable[[socket.socket], None]
OK = b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"error":0}'


@contextmanager
def server(serve: Serve) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def run() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                serve(connection)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        thread.join(3)


def ask(serve: Serve, seconds: float = 0.3) -> Answer:
    with server(serve) as url:
        return Outbound("test").call(Request("POST", url, "send", json={"a": 1}, seconds=seconds))


def says(raw: bytes) -> Serve:
    return lambda connection: connection.sendall(raw)


def test_a_good_answer_has_its_body_and_time() -> None:
    answer = ask(says(OK))
    assert (answer.status, answer.body, answer.fault) == (200, {"error": 0}, "")
    assert transport_outcome(answer) is None


def test_every_call_is_told_to_the_observer_with_a_fixed_label() -> None:
    seen: list[tuple[str, str, str]] = []
    with server(says(OK)) as url:
        Outbound("zalo", lambda *told: seen.append(told[:3])).call(Request("GET", url + "?secret=1", "detail"))
    assert seen == [("zalo", "detail", "http_200")]


def silent(connection: socket.socket) -> None:
    while connection.recv(1024):  # until the caller gives up
        pass


def trickle(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n")
    for _ in range(40):
        try:
            connection.sendall(b" " * 4000)
        except OSError:
            return
        threading.Event().wait(0.05)


@pytest.mark.parametrize(
    ("serve", "fault"),
    [
        (silent, "timeout"),
        (trickle, "timeout"),
        (says(b""), "cut"),
        (says(b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"error":'), "cut"),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<html"), "not_json"),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"), "not_json"),
    ],
)
def test_an_answer_that_is_not_whole_leaves_the_outcome_unknown(serve: Serve, fault: str) -> None:
    answer = ask(serve)
    outcome = transport_outcome(answer)
    assert answer.fault == fault
    assert outcome is not None and (outcome.kind, outcome.code) == ("unknown", fault)


def test_nobody_listening_is_known_not_to_have_arrived() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    outcome = transport_outcome(Outbound("test").call(Request("GET", f"http://127.0.0.1:{port}/", "x")))
    assert outcome is not None and (outcome.kind, outcome.code) == ("retry", "unreachable")


def test_a_body_over_the_cap_is_not_read_on() -> None:
    with server(says(b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n" + b"x" * 4000)) as url:
        assert Outbound("test").call(Request("GET", url, "x"), max_bytes=100).fault == "too_large"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_overload_and_server_faults_are_tried_again_not_before_they_ask(status: int) -> None:
    raw = f"HTTP/1.1 {status} x\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{{}}".encode()
    outcome = transport_outcome(ask(says(raw)))
    assert outcome is not None and (outcome.kind, outcome.retry_after) == ("retry", 7.0)


def test_retry_after_may_be_a_date_and_is_capped() -> None:
    for value, low, high in ((datetime.now(UTC) + timedelta(seconds=60), 50, 61), ("999999", 3600, 3600)):
        word = value if isinstance(value, str) else format_datetime(value, usegmt=True)
        answer = ask(says(f"HTTP/1.1 429 x\r\nRetry-After: {word}\r\nContent-Length: 2\r\n\r\n{{}}".encode()))
        assert answer.retry_after is not None and low <= answer.retry_after <= high


def test_a_redirect_is_not_followed() -> None:
    raw = b"HTTP/1.1 302 x\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 2\r\n\r\n{}"
    assert ask(says(raw)).status == 302
