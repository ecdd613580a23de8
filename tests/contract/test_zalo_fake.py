"""The fake Zalo keeps to the contract: who tests against it tests against what Zalo's pages say."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from connectors.fakes.zalo import FakeZalo
from connectors.fakes.zalo_webhook import SCHEDULE, Manner
from tests.gateway_stack import wait_until

USER = "2468013579246801357"


class Receiver:
    """A webhook that answers with the statuses it was given, then 200; ``slow`` seconds each."""

    def __init__(self, *statuses: int, slow: float = 0.0) -> None:
        self.statuses, self.slow = list(statuses), slow
        self.calls: list[tuple[bytes, dict[str, str], float]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.calls.append((raw, headers, time.monotonic()))
                time.sleep(receiver.slow)
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def fake() -> Iterator[FakeZalo]:
    with FakeZalo() as zalo:
        zalo.tokens.issue()
        zalo.person(USER).last_ms = zalo.now_ms()
        yield zalo


def call(fake: FakeZalo, message: dict[str, Any], **headers: str) -> dict[str, Any]:
    body = {"recipient": {"user_id": USER}, "message": message}
    answer = requests.post(f"{fake.api_url}/v3.0/oa/message/cs", json=body, timeout=5,
                           headers=headers or {"access_token": fake.tokens.access})  # fmt: skip
    assert answer.status_code == 200
    return answer.json()  # type: ignore[no-any-return]


# ---- deliveries -----------------------------------------------------------------------------------------------------


def test_the_signature_covers_the_bytes_that_are_sent() -> None:
    receiver = Receiver()
    with FakeZalo(receiver.url) as zalo:
        zalo.says(USER, "Tôi muốn hỏi thủ tục")
        wait_until(zalo.webhook.settled)
    raw, headers, _ = receiver.calls[0]
    stamp = raw.rpartition(b'"timestamp":"')[2][:13]
    right = hashlib.sha256(zalo.app.app_id.encode() + raw + stamp + zalo.app.oa_secret.encode()).hexdigest()
    assert headers["x-zevent-signature"] == f"mac={right}" and "Tôi".encode() in raw
    receiver.close()


def test_a_delivery_is_retried_on_its_schedule_with_the_same_bytes_and_its_number() -> None:
    receiver, speed = Receiver(500, 500, 500), 3000.0
    with FakeZalo(receiver.url, manner=Manner(speed=speed)) as zalo:
        zalo.says(USER, "a")
        wait_until(zalo.webhook.settled)
        assert not zalo.webhook.switched_off
    assert [headers.get("num_retry") for _, headers, _ in receiver.calls] == [None, "1", "2", "3"]
    assert len({raw for raw, _, _ in receiver.calls}) == 1
    gaps = [after[2] - before[2] for before, after in zip(receiver.calls, receiver.calls[1:], strict=False)]
    assert all(gap >= wait / speed for gap, wait in zip(gaps, SCHEDULE, strict=False))
    receiver.close()


def test_after_five_failed_retries_the_app_is_unsubscribed() -> None:
    receiver = Receiver(*[500] * 6)
    with FakeZalo(receiver.url, manner=Manner(speed=100_000.0)) as zalo:
        zalo.says(USER, "a")
        wait_until(zalo.webhook.settled)
        assert zalo.webhook.switched_off and len(receiver.calls) == 1 + len(SCHEDULE)
    receiver.close()


@pytest.mark.parametrize("retried", [True, False])
def test_an_answer_other_than_200_is_a_failure_that_may_or_may_not_be_retried(retried: bool) -> None:
    receiver = Receiver(500)
    with FakeZalo(receiver.url, manner=Manner(speed=3000.0, retry_answers=retried)) as zalo:
        zalo.says(USER, "a")
        wait_until(zalo.webhook.settled)
    assert len(receiver.calls) == (2 if retried else 1)
    receiver.close()


def test_no_answer_within_the_deadline_is_retried() -> None:
    receiver = Receiver(slow=0.4)
    with FakeZalo(receiver.url, manner=Manner(speed=3000.0, deadline=0.1)) as zalo:
        zalo.says(USER, "a")
        wait_until(lambda: len(zalo.webhook.tries) >= 2)
        assert zalo.webhook.tries[0].status is None
    receiver.close()


# ---- calls ----------------------------------------------------------------------------------------------------------


def test_a_sent_message_comes_back_as_echo_and_receipt() -> None:
    receiver = Receiver()
    with FakeZalo(receiver.url) as zalo:
        zalo.tokens.issue()
        zalo.person(USER).last_ms = zalo.now_ms()
        msg_id = call(zalo, {"text": "Dạ"})["data"]["message_id"]
        wait_until(zalo.webhook.settled)
    names = [raw.partition(b'"event_name":"')[2].partition(b'"')[0] for raw, _, _ in receiver.calls]
    assert names == [b"oa_send_text", b"user_received_message"]
    assert all(msg_id.encode() in raw for raw, _, _ in receiver.calls)
    receiver.close()


def test_a_bearer_token_is_not_looked_at(fake: FakeZalo) -> None:
    assert call(fake, {"text": "a"}, Authorization=f"Bearer {fake.tokens.access}")["error"] == -216


def buttons(count: int, title: str = "x", payload: str = "y") -> dict[str, Any]:
    items = [{"type": "oa.query.hide", "title": title, "payload": payload}] * count
    return {"text": "Chọn", "attachment": {"type": "template", "payload": {"buttons": items}}}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"text": "a" * 2000}, 0), ({"text": "a" * 2001}, -210), ({"text": ""}, -201), ({}, -201),
        (buttons(5), 0), (buttons(6), -210), (buttons(1, title="x" * 101), -210),
        (buttons(1, payload="y" * 1001), -210),
        (buttons(0), -201), ({"attachment": {"type": "template", "payload": {"template_type": "invented"}}}, -233),
        ({"attachment": {"type": "file", "payload": {"token": "unknown"}}}, -201),
    ],
)  # fmt: skip
def test_limits_are_enforced_with_the_codes_of_the_table(fake: FakeZalo, message: dict[str, Any], code: int) -> None:
    assert call(fake, message)["error"] == code


@pytest.mark.parametrize(
    ("hours", "billing", "code"), [(1, False, 0), (50, True, 0), (50, False, -320), (169, True, -230)]
)
def test_the_window_is_kept_by_its_own_clock(fake: FakeZalo, hours: int, billing: bool, code: int) -> None:
    fake.account.billing = billing
    fake.forward(hours * 3600)
    fake.tokens.issue()
    answer = call(fake, {"text": "a"})
    assert answer["error"] == code
    if not code:
        assert ("quota" in answer["data"]) == (hours <= 48)


def token_call(fake: FakeZalo, **how: Any) -> dict[str, Any]:
    form = {"refresh_token": fake.tokens.refresh, "app_id": fake.app.app_id, "grant_type": "refresh_token"}
    headers = {"secret_key": fake.app.app_secret}
    sent = {"data": form, "headers": headers} | how
    answer = requests.post(f"{fake.oauth_url}/v4/oa/access_token", timeout=5, **sent)
    assert answer.status_code == 200  # failures too
    return answer.json()  # type: ignore[no-any-return]


def test_a_refresh_works_once_kills_the_old_token_and_gives_its_life_as_a_string(fake: FakeZalo) -> None:
    old, form = fake.tokens.access, {"refresh_token": fake.tokens.refresh, "app_id": fake.app.app_id,
                                     "grant_type": "refresh_token"}  # fmt: skip
    fresh = token_call(fake)
    assert fresh["expires_in"] == "90000" and fake.tokens.fault(old) == -216
    assert token_call(fake, data=form)["error"] == -14020


def test_the_token_endpoint_takes_forms_with_the_secret_only(fake: FakeZalo) -> None:
    assert "error_name" in token_call(fake, headers={})
    assert "error_name" in token_call(fake, data=None, json={"grant_type": "refresh_token"})
    assert "error_name" in token_call(fake, data={"app_id": fake.app.app_id, "grant_type": "client_credentials"})
    assert fake.tokens.refreshes == 0
