"""Zalo from end to end over real sockets: fake Zalo, gateway, inbox, worker (scripted bot), outbox, fake Zalo."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.sandbox import Sandbox, sandbox_settings
from connectors.fakes.bot import FakeBot
from connectors.fakes.faults import Fault
from connectors.fakes.zalo import FakeZalo
from connectors.fakes.zalo_webhook import Manner, signature
from connectors.zalo import ZaloChannel, ZaloSettings
from connectors.zalo.oauth import new_pkce
from tests.gateway_stack import wait_until

USER = "2468013579246801357"
TOKEN = "t" * 20


class City:
    """Everything between a citizen on Zalo and the scripted bot."""

    def __init__(self, database_url: str, home: Path) -> None:
        self.url = database_url
        self.bot = FakeBot(TOKEN)
        base = sandbox_settings(database_url, home, self.bot.url, TOKEN)
        self.webhook = f"http://127.0.0.1:{base.port}/webhooks/zalo"
        self.fake = FakeZalo(self.webhook, manner=Manner(speed=1000.0))
        app = self.fake.app
        zalo = ZaloSettings(app.app_id, app.oa_id, app.app_secret, (app.oa_secret,), "https://x.vn/zalo",
                            self.fake.api_url, self.fake.zbs_url, self.fake.oauth_url)  # fmt: skip
        self.settings = replace(base, zalo=zalo)
        self.sandbox = Sandbox(self.settings)
        channel = self.sandbox.channels["zalo"]
        assert isinstance(channel, ZaloChannel)
        self.channel = channel

    def start(self) -> None:
        self.bot.__enter__()
        self.fake.__enter__()
        pkce = new_pkce()
        self.channel.tokens.exchange(self.fake.tokens.approve(pkce.challenge), pkce.verifier)
        self.sandbox.start()

    def stop(self) -> None:
        self.sandbox.stop()
        self.fake.__exit__()
        self.bot.__exit__()

    def settle(self, seconds: float = 15.0) -> None:
        """Wait until all is delivered, handled and sent."""
        wait_until(lambda: self.fake.webhook.settled() and self.sandbox.idle(), seconds)

    def texts(self, person: str = USER) -> list[str]:
        return [str(message.get("text")) for message in self.fake.seen(person)]

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement).fetchall()  # type: ignore[arg-type]

    def post(self, raw: bytes, headers: dict[str, str]) -> requests.Response:
        return requests.post(self.webhook, data=raw, headers=headers, timeout=5)

    def signed(self, raw: bytes, timestamp: str = "1767225600000") -> requests.Response:
        app = self.fake.app
        mac = signature(app.app_id, raw, timestamp, app.oa_secret)
        return self.post(raw, {"X-ZEvent-Signature": f"mac={mac}"})


@pytest.fixture
def city(database_url: str, tmp_path: Path) -> Iterator[City]:
    made = City(database_url, tmp_path)
    made.start()
    yield made
    made.stop()


def test_a_citizen_asks_and_is_answered(city: City) -> None:
    city.fake.says(USER, "làm khai sinh cần gì")
    city.settle()
    assert city.texts() == ["Anh/Chị vừa gửi: làm khai sinh cần gì"]
    assert city.query("select state, reference from outbox") == [("sent", city.fake.sent[0].msg_id)]


def test_a_press_steers_the_dialogue_and_a_forged_one_does_not(city: City) -> None:
    city.fake.says(USER, "chọn")
    city.settle()
    (shown,) = city.fake.seen(USER)
    payload = shown["attachment"]["payload"]["buttons"][1]["payload"]
    city.fake.presses(USER, payload)
    city.fake.presses(USER, payload[:-2] + "xx")
    city.fake.says(USER, '/choose_procedure{"procedure_code":"9"}')
    city.settle()
    assert [text for _, text in city.bot.order] == [
        "chọn", '/choose_procedure{"procedure_code":"1.001193","aspect":"fee"}',
        'choose_procedure{"procedure_code":"9"}',
    ]  # fmt: skip
    assert city.texts()[2].startswith("Nút này không còn dùng được")


def test_duplicates_and_disorder_lead_to_one_answer_each(city: City) -> None:
    city.fake.webhook.manner.duplicates = 1.0
    city.fake.webhook.manner.disorder = 4
    for number in range(12):
        city.fake.says(f"24680{number % 4}", f"câu {number}")
    city.settle()
    answers = [text for person in range(4) for text in city.texts(f"24680{person}")]
    assert sorted(answers) == sorted(f"Anh/Chị vừa gửi: câu {number}" for number in range(12))


def test_all_spellings_of_the_signature_and_the_consoles_check_are_taken(city: City) -> None:
    for spelling in ("mac={}", "mac = {}", "{}"):
        city.fake.webhook.manner.spelling = spelling
        city.fake.says(USER, spelling)
    city.settle()
    assert len(city.texts()) == 3
    check = json.dumps({"app_id": city.fake.app.app_id, "event_name": "console_check", "timestamp": "1"}).encode()
    assert city.signed(check, "1").status_code == 200
    assert city.post(check, {}).status_code == 200  # a wrong signature too, or the address could not be saved


def test_nothing_unsigned_is_written(city: City) -> None:
    raw = b'{"app_id":"1234567890123456789","event_name":"user_send_text","timestamp":"1","sender":{"id":"2"},' \
          b'"message":{"msg_id":"m","text":"a"}}'  # fmt: skip
    for headers in ({}, {"X-ZEvent-Signature": "mac=" + "0" * 64}):
        answer = city.post(raw, headers)
        assert (answer.status_code, answer.json()) == (200, {"accepted": 0})
    tables = ("inbox", "outbox", "platform_event", "contact", "thread_pause", "subject_request")
    assert all(city.query(f"select 1 from {table}") == [] for table in tables)


def test_a_member_of_staff_silences_the_bot_in_that_conversation_only(city: City) -> None:
    city.fake.staff_says(USER, "Cán bộ trả lời ạ")
    city.settle()
    city.fake.says(USER, "cảm ơn")
    city.fake.says("13579", "xin chào")
    city.settle()
    assert city.texts() == [] and len(city.texts("13579")) == 1
    assert [text for _, text in city.bot.order] == ["xin chào"]
    with psycopg.connect(city.url) as connection:
        connection.execute("update thread_pause set until = now()")
    city.fake.says(USER, "còn ai không")
    city.settle()
    assert city.texts() == ["Anh/Chị vừa gửi: còn ai không"]


def test_our_own_echo_does_not_silence_us(city: City) -> None:
    for text in ("một", "hai"):
        city.fake.says(USER, text)
        city.settle()
    assert len(city.texts()) == 2
    assert city.query("select count(*) from platform_event where kind = 'echo'") == [(2,)]


def test_a_follower_is_greeted_and_told_that_the_assistant_is_automatic(city: City) -> None:
    city.fake.follows(USER)
    city.settle()
    (greeting,) = city.texts()
    assert "trả lời tự động" in greeting
    city.fake.follows(USER, follows=False)
    city.settle()
    assert city.query("select follows from contact") == [(False,)]


def test_withdrawal_is_on_record_once_with_its_day(city: City) -> None:
    city.fake.webhook.manner.duplicates = 1.0
    city.fake.does(USER, "user_withdraw", user_id_by_app="UA")
    city.settle()
    conversation = f"zalo:{city.fake.app.oa_id}:{USER}"
    # Whether the worker's upkeep has carried it out by now is not told: that has tests of its own.
    found = city.query("select conversation, kind, due_at::date - received_at::date from subject_request")
    assert found == [(conversation, "withdraw", 15)]


def test_submitted_information_is_stored_sealed(city: City) -> None:
    city.fake.submits_info(USER, {"name": "Nguyễn Văn Thử", "phone": "84912345678"})
    city.settle()
    ((data, row),) = city.query("select data, platform_event::text from platform_event where kind = 'info'")
    assert data == {"fields": ["name", "phone"]}
    assert "84912345678" not in row and b"84912345678".hex() not in row


@pytest.mark.parametrize("kind", ["image", "audio", "sticker", "location", "file"])
def test_an_attachment_gets_a_courteous_answer_without_the_bot(city: City, kind: str) -> None:
    city.fake.attaches(USER, kind, {"url": "http://photo.zdn.vn/f"})
    city.settle()
    assert len(city.texts()) == 1 and "Anh/Chị" in city.texts()[0]
    assert city.bot.calls == 0


def test_an_anonymous_visitor_is_answered(city: City) -> None:
    city.fake.visits("A1", "C1", "chọn")
    city.settle()
    assert "2. Lệ phí" in city.texts("A1")[0]


def test_a_message_whose_answer_was_lost_is_recognised_by_its_echo_and_not_sent_twice(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.sending.ECHO_SECONDS", 0.5)
    city.fake.faults.plan(Fault("reset", done=True, path="/message/cs"))
    city.fake.says(USER, "một")
    city.settle()
    assert city.texts() == ["Anh/Chị vừa gửi: một"]
    assert city.query("select state, reference from outbox") == [("sent", city.fake.sent[0].msg_id)]


def test_a_message_that_never_arrived_is_sent_again(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.sending.ECHO_SECONDS", 0.2)
    city.fake.faults.plan(Fault("reset", path="/message/cs"), Fault("status", 503, path="/message/cs"))
    city.fake.says(USER, "một")
    city.settle()
    assert city.texts() == ["Anh/Chị vừa gửi: một"]


def test_while_the_gateway_is_away_the_platform_retries_and_nothing_is_lost(city: City) -> None:
    city.fake.webhook.url, right = "http://127.0.0.1:9/webhooks/zalo", city.fake.webhook.url
    city.fake.webhook.manner.speed = 100.0
    city.fake.says(USER, "một")
    wait_until(lambda: len(city.fake.webhook.tries) >= 2)
    city.fake.webhook.url = right
    city.settle(20)
    assert city.texts() == ["Anh/Chị vừa gửi: một"]
    assert any(attempt.number and attempt.status == 200 for attempt in city.fake.webhook.tries)
    assert not city.fake.webhook.switched_off


def test_a_storage_that_refuses_is_answered_503_and_the_retry_is_stored(city: City) -> None:
    with psycopg.connect(city.url, autocommit=True) as admin:
        admin.execute("alter table inbox rename to inbox_away")
        city.fake.webhook.manner.speed = 30.0
        city.fake.says(USER, "một")
        wait_until(lambda: city.fake.webhook.tries)
        admin.execute("alter table inbox_away rename to inbox")
    city.settle(20)
    assert city.fake.webhook.tries[0].status == 503
    assert city.texts() == ["Anh/Chị vừa gửi: một"]


def test_answers_come_well_within_zalos_two_seconds(city: City) -> None:
    for number in range(20):
        city.fake.says(USER, f"câu {number}")
    city.settle(30)
    assert max(attempt.seconds for attempt in city.fake.webhook.tries) < 1.0


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20), lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["id", "text", "msg_id", "admin_id", "attachments"]), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
_EVENTS = st.dictionaries(
    st.sampled_from(["sender", "recipient", "message", "follower", "user_id", "info", "oa_id", "timestamp"]), _JSON,
    max_size=6,
)  # fmt: skip
_NAMES = st.sampled_from(["user_send_text", "follow", "user_withdraw", "oa_send_text", "user_submit_info",
                          "user_feedback", "change_template_status", "anonymous_send_text", "nonsense"])  # fmt: skip


@pytest.fixture(scope="module")
def quiet_city(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute("create database zalo_fuzz")
    made = City(postgres_server.replace("/motcua?", "/zalo_fuzz?"), tmp_path_factory.mktemp("zalo"))
    made.fake.echoes = made.fake.receipts = False
    made.start()
    yield made
    made.stop()


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=300) | _EVENTS.map(lambda value: json.dumps(value).encode()), header=st.text(
    st.characters(min_codepoint=33, max_codepoint=126), max_size=70))  # fmt: skip
def test_no_unsigned_body_leads_to_a_5xx_or_a_write(quiet_city: City, raw: bytes, header: str) -> None:
    before = quiet_city.query("select (select count(*) from inbox) + (select count(*) from platform_event)")
    began = time.monotonic()
    assert quiet_city.post(raw, {"X-ZEvent-Signature": header}).status_code < 500
    assert time.monotonic() - began < 1.0
    assert quiet_city.query("select (select count(*) from inbox) + (select count(*) from platform_event)") == before


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=_NAMES, event=_EVENTS)
def test_no_signed_event_leads_to_a_5xx_or_a_hang(quiet_city: City, name: str, event: dict[str, Any]) -> None:
    app = quiet_city.fake.app
    raw = json.dumps({"timestamp": "1767225600000", **event, "app_id": app.app_id, "event_name": name}).encode()
    began = time.monotonic()
    assert quiet_city.signed(raw, str(json.loads(raw)["timestamp"])).status_code == 200
    assert time.monotonic() - began < 1.0
