"""Messenger over real sockets: fake Graph, gateway, inbox, worker with the scripted bot, outbox, fake Graph."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.fakes.faults import Fault
from connectors.fakes.graph import FakeGraph
from connectors.fakes.graph_people import INBOX, Person
from connectors.fakes.graph_webhook import Manner, signatures
from tests.gateway_stack import Stack, wait_until
from tests.messenger_books import APP, VERIFY, environment


@dataclass
class Line:
    """A running stack with its platform."""

    graph: FakeGraph
    stack: Stack

    @property
    def url(self) -> str:
        return f"{self.stack.url}/webhooks/messenger"

    def texts(self, person: str) -> list[str]:
        return [message.get("text", "") for message in self.graph.seen(person)]

    def rows(self, table: str = "inbox") -> int:
        return int(self.stack.query(f"select count(*) from {table} where channel = 'messenger'")[0][0])


@pytest.fixture(scope="module")
def line(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    import psycopg

    from gateway.migrate import migrate

    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute("create database messenger_line")
    url = postgres_server.replace("/motcua?", "/messenger_line?")
    migrate(url)
    home: Path = tmp_path_factory.mktemp("messenger")
    manner = Manner(batch=5, duplicates=0.5, disorder=True, speed=20)
    with FakeGraph(manner=manner) as graph:
        env = environment(home, graph.url)
        with Stack(url, home / "home", **env) as stack:
            graph.webhook.url = f"{stack.url}/webhooks/messenger"
            yield Line(graph, stack)


def answered(line: Line, person: str, count: int) -> None:
    wait_until(lambda: len(line.graph.seen(person)) >= count, 20)


def test_the_platform_can_verify_the_address(line: Line) -> None:
    assert line.graph.verify(VERIFY) == (200, "1158201444")
    assert line.graph.verify("wrong")[0] == 403


def test_every_message_of_batches_with_duplicates_and_disorder_is_answered_once(line: Line) -> None:
    people = [f"10000000000{number}" for number in range(6)]
    for number in range(5):
        for person in people:
            line.graph.says(person, f"câu {number} của người {person[-1]}")  # a whole number would be masked
    for person in people:
        answered(line, person, 5)
    wait_until(line.graph.webhook.settled, 20)
    time.sleep(0.3)
    for person in people:
        found = sorted(line.texts(person))
        assert found == [f"Anh/Chị vừa gửi: câu {number} của người {person[-1]}" for number in range(5)]
    assert line.graph.errors == []
    assert max(attempt.seconds for attempt in line.graph.webhook.tries) < 5


def test_a_quick_reply_or_a_button_reaches_the_bot_as_what_we_signed(line: Line) -> None:
    line.graph.says("2001", "chọn giúp tôi")
    answered(line, "2001", 1)
    template = line.graph.seen("2001")[0]["attachment"]["payload"]
    button = template["buttons"][-1]
    line.graph.presses("2001", button["title"], button["payload"])
    answered(line, "2001", 2)
    assert '"aspect":"time"' in json.dumps(line.graph.seen("2001")[1], ensure_ascii=False).replace("\\", "")
    line.graph.picks("2001", button["title"], button["payload"][:-4] + "AAAA")
    answered(line, "2001", 3)
    assert "Nút này không còn dùng được" in line.texts("2001")[2]


def test_a_person_who_types_a_command_is_answered_as_a_person(line: Line) -> None:
    line.graph.says("2002", "/request_human")
    answered(line, "2002", 1)
    assert line.texts("2002") == ["Anh/Chị vừa gửi: request_human"]


def test_get_started_greets_and_says_that_it_is_automatic(line: Line) -> None:
    line.graph.presses("2003", "Bắt đầu", "GET_STARTED", referral={"ref": "qr-1", "source": "SHORTLINK"})
    answered(line, "2003", 1)
    assert "tự động" in line.texts("2003")[0]


def test_a_picture_is_answered_and_its_address_is_stored_nowhere(line: Line) -> None:
    picture = {"type": "image", "payload": {"url": "https://scontent.example/secret.jpg"}}
    line.graph.says("2004", attachments=[picture])
    answered(line, "2004", 1)
    assert "bằng chữ" in line.texts("2004")[0]
    assert line.stack.query("select count(*) from inbox where body::text like '%scontent%'") == [(0,)]


def test_a_member_of_staff_who_answers_pauses_the_assistant_in_this_thread_only(line: Line) -> None:
    line.graph.says("2005", "một")
    answered(line, "2005", 1)
    line.graph.staff_says("2005", "Tôi là cán bộ, tôi giúp Anh/Chị.")
    wait_until(lambda: line.stack.query("select 1 from thread_pause where conversation like '%:2005'"))
    line.graph.says("2005", "hai")
    line.graph.says("2006", "ba")
    answered(line, "2006", 1)
    wait_until(lambda: line.stack.query("select 1 from inbox where body->>'text' = 'hai' and state = 'done'"))
    assert line.texts("2005") == ["Anh/Chị vừa gửi: một"]


def test_a_thread_passed_to_staff_is_left_to_them_until_it_comes_back(line: Line) -> None:
    line.graph.says("2007", "một")
    answered(line, "2007", 1)
    line.graph.people["2007"].owner = INBOX
    line.graph.says("2007", "cho cán bộ")
    line.graph.staff_says("2007", "Chào Anh/Chị")
    wait_until(lambda: line.stack.query("select 1 from thread_pause where conversation like '%:2007'"))
    line.graph.gives_back("2007")
    wait_until(lambda: not line.stack.query("select 1 from thread_pause where conversation like '%:2007'"))
    answered(line, "2007", 2)
    line.graph.says("2007", "hai")
    answered(line, "2007", 3)
    assert line.texts("2007")[1].startswith("Trợ lý tự động tiếp tục")
    assert line.texts("2007")[2] == "Anh/Chị vừa gửi: hai"


def test_a_send_whose_answer_was_lost_is_not_repeated_when_its_echo_comes(line: Line) -> None:
    line.graph.faults.plan(Fault("half", done=True, only="mất câu trả lời"))
    line.graph.says("2008", "mất câu trả lời")
    wait_until(lambda: line.stack.query("select 1 from outbox where conversation like '%:2008' and state = 'sent'"), 30)
    assert line.texts("2008") == ["Anh/Chị vừa gửi: mất câu trả lời"]


def test_an_outage_of_the_platform_delays_answers_and_loses_none(line: Line) -> None:
    line.graph.faults.plan(*(Fault("status", 500, only="xin chào") for _ in range(2)))
    line.graph.faults.plan(Fault("status", 429, retry_after=0.2, only="xin chào"))
    for number in range(3):
        line.graph.says(f"300{number}", "xin chào")
    for number in range(3):
        answered(line, f"300{number}", 1)


def test_seen_marks_are_shown_and_receipts_are_no_messages(line: Line) -> None:
    before = line.rows()
    line.graph.says("2009", "một")
    answered(line, "2009", 1)
    wait_until(lambda: ("2009", "mark_seen") in line.graph.actions)
    wait_until(line.graph.webhook.settled)
    assert line.rows() == before + 1


def test_a_body_of_hundreds_of_messages_is_stored_well_within_the_deadline(line: Line) -> None:
    items = [
        {"sender": {"id": f"5{number % 50:03d}"}, "recipient": {"id": APP.page_id}, "timestamp": 1767225600000 + number,
         "message": {"mid": f"m_many_{number}", "text": f"câu {number}"}}
        for number in range(500)
    ]  # fmt: skip
    raw = json.dumps({"object": "page", "entry": [{"id": APP.page_id, "time": 1, "messaging": items[::-1]}]}).encode()
    started = time.monotonic()
    answer = requests.post(line.url, data=raw, headers=signatures(raw, APP.secret), timeout=10)
    assert answer.json() == {"accepted": 500}
    assert time.monotonic() - started < 2
    found = line.stack.query("select body->>'text' from inbox where conversation like '%:5007' order by seq")
    assert [row[0] for row in found] == [f"câu {number}" for number in range(7, 500, 50)]
    wait_until(lambda: not line.stack.query("select 1 from inbox where state = 'open'"), 60)


def test_a_worker_killed_while_it_sends_loses_nothing_and_repeats_at_most_once(line: Line) -> None:
    people = [f"60{number:02d}" for number in range(12)]
    for person in people:
        line.graph.people[person] = Person(line.graph.now_ms(), APP.app_id)
    line.graph.faults.plan(*(Fault("slow", seconds=0.3, only="bền bỉ") for _ in range(4)))
    for person in people:
        line.graph.says(person, f"bền bỉ {person}")
    wait_until(lambda: any(line.graph.seen(person) for person in people), 20)
    line.stack.kill(line.stack.worker)
    line.stack.worker = line.stack.start("gateway.worker")
    for person in people:
        answered(line, person, 1)
    wait_until(
        lambda: not line.stack.query("select 1 from outbox where state = 'open' and conversation like '%:60%'"), 40
    )
    counts = [len(line.graph.seen(person)) for person in people]
    assert min(counts) == 1
    assert sum(counts) - len(people) <= 4  # one for each sender that was cut in mid-call


# ---- hostile callers ----


def test_an_unsigned_or_changed_body_is_refused_and_leaves_nothing(line: Line) -> None:
    item = {"sender": {"id": "4001"}, "recipient": {"id": APP.page_id}, "message": {"mid": "m_x", "text": "a"}}
    raw = json.dumps({"object": "page", "entry": [{"id": APP.page_id, "messaging": [item]}]}).encode()
    true = signatures(raw, APP.secret)
    before = line.rows()
    for headers in ({}, {"X-Hub-Signature": true["X-Hub-Signature"]}, signatures(raw, "another secret"),
                    {"X-Hub-Signature-256": "sha256="}, signatures(raw + b" ", APP.secret)):  # fmt: skip
        answer = requests.post(line.url, data=raw, headers=headers, timeout=5)
        assert answer.status_code == 403
        assert true["X-Hub-Signature-256"][7:] not in answer.text
    assert line.rows() == before
    assert requests.post(line.url, data=raw, headers=true, timeout=5).json() == {"accepted": 1}


ANY = st.recursive(
    st.none() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["id", "mid", "text", "payload", "entry", "messaging", "message"]), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=ANY, key=st.sampled_from(["message", "postback", "reaction", "referral", "read"]), signed=st.booleans())
def test_no_body_makes_the_webhook_fail_or_slow_and_no_unsigned_one_is_stored(
    line: Line, value: Any, key: str, signed: bool
) -> None:
    item = {"sender": {"id": "4002"}, "recipient": {"id": APP.page_id}, "timestamp": 5, key: value}
    body = {"object": "page", "entry": [{"id": APP.page_id, "messaging": [item, value]}, value]}
    raw = json.dumps(body).encode()
    before = line.rows()
    started = time.monotonic()
    headers = signatures(raw, APP.secret) if signed else {"X-Hub-Signature-256": "sha256=00"}
    answer = requests.post(line.url, data=raw, headers=headers, timeout=10)
    assert answer.status_code == (200 if signed else 403)
    assert time.monotonic() - started < 1
    if not signed:
        assert line.rows() == before


def test_a_signed_body_that_is_no_json_is_taken_so_that_it_does_not_come_back(line: Line) -> None:
    for raw in (b"", b"{", b"[]", b"\xff\xfe", b"[" * 5000):
        assert requests.post(line.url, data=raw, headers=signatures(raw, APP.secret), timeout=5).status_code == 200


def test_no_text_no_person_and_no_token_reaches_the_log(line: Line) -> None:
    line.graph.says("7770001112223334", "số định danh 001099012345")
    answered(line, "7770001112223334", 1)
    log = line.stack.log_path.read_text()
    for secret in ("001099012345", "định danh", "7770001112223334", APP.token, APP.secret, VERIFY):
        assert secret not in log
