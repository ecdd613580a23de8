"""What Messenger is sent, and what becomes of it: shapes and limits, windows, errors, routing, profile."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from connectors.degrade import LATE
from connectors.fakes.faults import Fault
from connectors.fakes.graph import FakeGraph
from connectors.fakes.graph_people import INBOX, Person
from connectors.fakes.graph_rules import Granted, message_faults
from connectors.fakes.server import Rate
from connectors.messenger.channel import MessengerChannel
from connectors.messenger.errors import error_outcome, read_error
from connectors.messenger.profile import Profile, profile_body
from connectors.messenger.windows import Grants, messaging_fields
from core.errors import SetupError
from core.message import Incoming, Reply
from gateway.lanes import says_of_platform
from gateway.payload import PayloadSigner
from tests.messenger_books import APP, Books, Clock, channel

PSID = "7770001112223334"
TALK = f"messenger:{APP.page_id}:{PSID}"
ASKED = Incoming(channel="messenger", event_id="m_1", conversation=TALK, text="a")
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def reply(text: str = "Dạ", *titles: str, procedure: str | None = None, **more: Any) -> Reply:
    options = [
        {"title": title, "payload": f"mc1.{number}.x", "procedure": procedure} for number, title in enumerate(titles)
    ]
    return Reply.model_validate({"kind": "answer", "text": text, "options": options, **more})


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
def graph() -> Iterator[FakeGraph]:
    with FakeGraph("http://127.0.0.1:9/") as fake:
        fake.echoes = fake.receipts = False
        fake.people[PSID] = fake_person(fake)
        yield fake


def fake_person(fake: FakeGraph) -> Any:
    return Person(fake.now_ms(), APP.app_id)


@pytest.fixture
def page(tmp_path: Path, graph: FakeGraph, books: Books) -> MessengerChannel:
    return channel(tmp_path, books, graph_url=graph.url)


def messages(page: MessengerChannel, answer: Reply) -> list[dict[str, Any]]:
    return [body["message"] for body in page.render(answer, ASKED)]


# ---- shapes ----


def test_few_short_choices_are_buttons_that_stay(page: MessengerChannel) -> None:
    (message,) = messages(page, reply("Phần nào ạ?", "Lệ phí", "Giấy tờ"))
    payload = message["attachment"]["payload"]
    assert (payload["template_type"], payload["text"]) == ("button", "Phần nào ạ?")
    assert [button["title"] for button in payload["buttons"]] == ["Lệ phí", "Giấy tờ"]


def test_more_short_choices_are_quick_replies_with_their_payloads(page: MessengerChannel) -> None:
    (message,) = messages(page, reply("Phần nào ạ?", "a", "b", "c", "d"))
    assert [(quick["title"], quick["payload"]) for quick in message["quick_replies"]][3] == ("d", "mc1.3.x")


def test_procedures_with_long_names_are_cards(page: MessengerChannel) -> None:
    text, cards = messages(page, reply("Thủ tục nào ạ?", "Đăng ký khai sinh lưu động", procedure="1.003583"))
    assert text["text"] == "Thủ tục nào ạ?"
    (element,) = cards["attachment"]["payload"]["elements"]
    assert (element["title"], element["subtitle"]) == ("Đăng ký khai sinh lưu động", "Mã thủ tục 1.003583")


def test_other_long_choices_are_numbered_and_their_numbers_can_be_tapped(page: MessengerChannel) -> None:
    (message,) = messages(page, reply("Trường hợp nào ạ?", "Cha mẹ đã đăng ký kết hôn", "Cha mẹ chưa đăng ký kết hôn"))
    assert "2. Cha mẹ chưa đăng ký kết hôn" in message["text"]
    assert [quick["title"] for quick in message["quick_replies"]] == ["1", "2"]
    (many,) = messages(page, reply("Nào ạ?", *("x" * 30 for _ in range(14))))
    assert "quick_replies" not in many


def test_a_late_answer_owns_up_to_it(page: MessengerChannel) -> None:
    late = ASKED.model_copy(update={"provider_time": datetime.now(UTC) - timedelta(hours=1)})
    assert page.render(reply("Dạ"), late)[0]["message"]["text"].startswith(LATE)


def test_the_echo_of_a_part_is_known_by_its_mark(page: MessengerChannel, books: Books) -> None:
    first, second = page.render(reply("câu. " * 600), ASKED)
    again = page.render(reply("câu. " * 600), ASKED)
    assert [first, second] == again
    marks = [body["message"]["metadata"] for body in (first, second)]
    assert len(set(marks)) == 2
    assert page.arrived(TALK, first, NOW) is None
    books.echoes[marks[0]] = "m_echo"
    assert page.arrived(TALK, first, NOW) == "m_echo"


@pytest.fixture(scope="module")
def any_page(tmp_path_factory: pytest.TempPathFactory) -> MessengerChannel:
    return channel(tmp_path_factory.mktemp("any"))


TITLES = st.lists(st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=120), max_size=16)


@hypothesis_settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(min_size=1, max_size=5000).filter(lambda text: bool(text.strip())), TITLES, st.booleans())
def test_whatever_is_said_fits_the_platform(
    any_page: MessengerChannel, text: str, titles: list[str], named: bool
) -> None:
    answer = reply(text, *titles, procedure="1.001193" if named else None)
    found = messages(any_page, answer)
    assert found
    assert [fault for message in found for fault in message_faults(message)] == []
    shown = json.dumps(found, ensure_ascii=False)
    assert all(f"mc1.{number}.x" in shown for number in range(len(titles))) or "1. " in shown


# ---- sending ----


def test_a_message_arrives_with_token_proof_and_type(page: MessengerChannel, graph: FakeGraph) -> None:
    (body,) = page.render(reply("Dạ", "Lệ phí"), ASKED)
    outcome = page.send(TALK, body)
    assert (outcome.kind, outcome.http_status) == ("sent", 200)
    (sent,) = graph.sent
    assert sent.msg_id == outcome.reference
    assert sent.request["messaging_type"] == "RESPONSE"
    assert set(sent.request) == {"recipient", "messaging_type", "message"}
    assert graph.errors == []


def test_between_parts_the_citizen_sees_typing(page: MessengerChannel, graph: FakeGraph) -> None:
    for body in page.render(reply("câu. " * 600), ASKED):
        assert page.send(TALK, body).kind == "sent"
    assert graph.actions == [(PSID, "typing_on")]
    assert len(graph.sent) == 2


def test_the_proof_is_left_out_when_it_is_switched_off(tmp_path: Path) -> None:
    with FakeGraph("http://127.0.0.1:9/", replace(APP, proof_required=False)) as fake:
        fake.echoes = fake.receipts = False
        fake.people[PSID] = fake_person(fake)
        page = channel(tmp_path, graph_url=fake.url, proof=False)
        assert page.send(TALK, page.render(reply(), ASKED)[0]).kind == "sent"


def test_a_new_token_on_disk_works_at_once(page: MessengerChannel, graph: FakeGraph) -> None:
    body = page.render(reply(), ASKED)[0]
    page.settings.token_file.write_text("an-expired-token")
    refused = page.send(TALK, body)
    assert (refused.kind, refused.code, refused.alarm) == ("retry", "token:190", True)
    page.settings.token_file.unlink()
    assert page.send(TALK, body).code == "no_token"
    page.settings.token_file.touch(0o600)
    page.settings.token_file.write_text(APP.token)
    assert page.send(TALK, body).kind == "sent"


def test_a_body_of_another_channel_is_dead(page: MessengerChannel) -> None:
    assert page.send(TALK, {"reply": {}}).kind == "dead"


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        (Fault("status", 500), "retry", "http_500"),
        (Fault("status", 429, retry_after=7), "retry", "http_429"),
        (Fault("status", 500, body={"error": {"code": 2, "message": "x"}}), "retry", "retry:2"),
        (Fault("status", 400, body={"error": {"code": 613, "message": "x"}}), "retry", "rate:613"),
        (Fault("status", 404, body={}), "dead", "http_404"),
        (Fault("status", 302, body={}), "dead", "http_302"),
        (Fault("reset"), "unknown", "cut"),
        (Fault("half", done=True), "unknown", "cut"),
        (Fault("not_json"), "unknown", "not_json"),
        (Fault("status", 200, body={"recipient_id": "1"}), "unknown", "no_message_id"),
    ],
)
def test_what_goes_wrong_on_the_wire(
    page: MessengerChannel, graph: FakeGraph, fault: Fault, kind: str, code: str
) -> None:
    graph.faults.plan(fault)
    outcome = page.send(TALK, page.render(reply(), ASKED)[0])
    assert (outcome.kind, outcome.code) == (kind, code)
    if fault.retry_after:
        assert outcome.retry_after == fault.retry_after


def test_a_platform_that_is_away_is_tried_later(tmp_path: Path) -> None:
    page = channel(tmp_path, graph_url="http://127.0.0.1:9")
    assert page.send(TALK, page.render(reply(), ASKED)[0]).kind == "retry"


def test_a_burst_over_the_rate_waits(page: MessengerChannel, graph: FakeGraph) -> None:
    graph.rate = Rate(2, 60)
    kinds = [page.send(TALK, page.render(reply(), ASKED)[0]) for _ in range(3)]
    assert [outcome.kind for outcome in kinds] == ["sent", "sent", "retry"]
    assert (kinds[2].code, kinds[2].retry_after) == ("rate:613", 30.0)


@pytest.mark.parametrize(
    ("code", "subcode", "kind", "alarm"),
    [
        (1, 0, "retry", False), (2, 0, "retry", False), (1200, 1200, "retry", False), (4, 0, "retry", False),
        (613, 0, "retry", False), (32, 0, "retry", False), (10, 2018278, "dead", False),
        (10, 2534022, "dead", False), (10, 2018108, "dead", False), (10, 1893063, "retry", True),
        (100, 2018001, "dead", False), (100, 2018008, "dead", False), (100, 2018047, "dead", False),
        (100, 2018074, "dead", False), (100, 2018109, "dead", False), (100, 0, "dead", False),
        (190, 463, "retry", True), (200, 2018028, "retry", True), (200, 1545041, "dead", False),
        (551, 1545041, "dead", False), (10, 2018300, "retry", False), (2018300, 0, "retry", False),
        (2018218, 0, "dead", False), (999, 0, "dead", False),
    ],
)  # fmt: skip
def test_every_error_of_the_contract_has_its_class(code: int, subcode: int, kind: str, alarm: bool) -> None:
    error = read_error({"error": {"code": code, "error_subcode": subcode, "message": "về Nguyễn Văn A"}})
    assert error is not None
    outcome = error_outcome(error, 400)
    assert (outcome.kind, outcome.alarm) == (kind, alarm)
    assert "Nguyễn" not in repr(outcome)


@pytest.mark.parametrize(
    ("code", "subcode", "of_channel"),
    [(613, 0, True), (4, 0, True), (190, 463, True), (10, 1893063, True), (10, 2018300, False), (1, 0, False)],
)
def test_limits_and_a_dead_token_are_of_the_page_and_a_thread_of_another_app_is_not(
    code: int, subcode: int, of_channel: bool
) -> None:
    error = read_error({"error": {"code": code, "error_subcode": subcode}})
    assert error is not None
    assert says_of_platform(error_outcome(error, 400)) == of_channel


def test_a_missing_proof_is_a_fault_of_the_settings_and_not_of_the_message() -> None:
    error = read_error({"error": {"code": 100, "message": "Invalid appsecret_proof provided in the API argument"}})
    assert error is not None
    assert error_outcome(error, 400).alarm


def test_a_person_who_blocked_the_page_is_remembered(page: MessengerChannel, graph: FakeGraph, books: Books) -> None:
    graph.people[PSID].blocked = True
    assert page.send(TALK, page.render(reply(), ASKED)[0]).kind == "dead"
    assert books.gone == {TALK: "551/1545041"}


# ---- windows ----


@pytest.mark.parametrize(
    ("age", "author", "granted", "fields"),
    [
        (timedelta(hours=1), "bot", False, {"messaging_type": "RESPONSE"}),
        (timedelta(hours=23, minutes=58), "bot", False, {"messaging_type": "RESPONSE"}),
        (timedelta(hours=24), "bot", True, None),
        (timedelta(days=3), "bot", True, None),
        (timedelta(days=3), "human", False, None),
        (timedelta(days=3), "human", True, {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}),
        (timedelta(days=7), "human", True, None),
    ],
)
def test_the_window_decides_what_may_be_sent(age: timedelta, author: Any, granted: bool, fields: Any) -> None:
    assert messaging_fields(NOW - age, NOW, author, Grants(granted)) == fields


def test_utility_templates_need_the_grant_and_no_window() -> None:
    old = NOW - timedelta(days=30)
    assert messaging_fields(old, NOW, "bot", Grants(), template=True) is None
    assert messaging_fields(old, NOW, "bot", Grants(utility=True), template=True) == {"messaging_type": "UTILITY"}


def test_after_a_day_nothing_is_even_tried(tmp_path: Path, graph: FakeGraph, books: Books) -> None:
    clock = Clock()
    page = channel(tmp_path, books, clock, graph_url=graph.url)
    books.opened[TALK] = clock()
    clock.forward(hours=25)
    outcome = page.send(TALK, page.render(reply(), ASKED)[0])
    assert (outcome.kind, outcome.code, graph.sent, graph.errors) == ("dead", "window:closed", [], [])


def test_where_nothing_is_on_record_the_platform_judges(page: MessengerChannel, graph: FakeGraph) -> None:
    graph.forward(25 * 3600)
    outcome = page.send(TALK, page.render(reply(), ASKED)[0])
    assert (outcome.kind, outcome.code) == ("dead", "window:10/2018278")


def test_what_a_human_wrote_goes_out_within_a_week_where_granted(tmp_path: Path, books: Books) -> None:
    with FakeGraph("http://127.0.0.1:9/", replace(APP, granted=Granted(human_agent=True))) as fake:
        fake.echoes = fake.receipts = False
        fake.people[PSID] = fake_person(fake)
        clock = Clock()
        page = channel(tmp_path, books, clock, graph_url=fake.url, human_agent=True)
        books.opened[TALK] = clock()
        clock.forward(days=2)
        fake.forward(2 * 86400)
        assert page.send(TALK, {"message": {"text": "Tôi là cán bộ ạ"}, "author": "human"}).kind == "sent"
        assert fake.sent[0].request["tag"] == "HUMAN_AGENT"
        assert page.send(TALK, page.render(reply(), ASKED)[0]).kind == "dead"


# ---- routing ----


def test_a_hand_off_reply_passes_the_thread_to_the_inbox(tmp_path: Path, graph: FakeGraph) -> None:
    page = channel(tmp_path, graph_url=graph.url, handover=True)
    bodies = page.render(reply("Tôi chuyển Anh/Chị đến cán bộ.", kind="handoff"), ASKED)
    assert page.send(TALK, bodies[-1]).kind == "sent"
    assert page.handover.owner(TALK) == INBOX
    parked = page.send(TALK, page.render(reply(), ASKED)[0])
    assert (parked.kind, parked.code, parked.retry_after) == ("retry", "park:10/2018300", 300.0)


def test_threads_are_passed_taken_and_released(page: MessengerChannel, graph: FakeGraph) -> None:
    assert page.handover.owner(TALK) == APP.app_id
    assert page.handover.give(TALK, note="cần người").kind == "sent"
    assert page.handover.owner(TALK) == INBOX
    assert page.handover.give(TALK).code == "park:10/2018300"
    assert page.handover.take(TALK).kind == "sent"
    assert page.handover.extend(TALK, 10**9).kind == "sent"
    assert page.handover.ask(TALK).kind == "sent"
    assert page.handover.release(TALK).kind == "sent"
    assert page.handover.owner("messenger:1:nobody") is None


# ---- profile ----


def test_the_profile_is_set_read_and_removed_with_signed_buttons(page: MessengerChannel, graph: FakeGraph) -> None:
    signer = PayloadSigner([b"s" * 32])
    profile = Profile(page.graph, signer.sign)
    profile.set()
    assert graph.profile.values == profile.read() == profile_body(signer.sign)
    menu = profile.read()["persistent_menu"][0]["call_to_actions"]
    assert [signer.verify(entry["payload"])[0] for entry in menu] == ["/"] * len(menu)
    assert signer.verify(profile.read()["get_started"]["payload"]) == "/greet"
    profile.remove()
    assert profile.read() == {}


def test_a_profile_that_is_refused_says_why(page: MessengerChannel, graph: FakeGraph) -> None:
    profile = Profile(page.graph, lambda payload: payload)
    for _ in range(10):
        profile.read()
    with pytest.raises(SetupError, match="613"):
        profile.set()


def test_the_intents_of_the_menu_are_ones_that_the_bot_knows() -> None:
    from connectors.messenger.profile import MENU, QUESTIONS, START

    domain = "".join(path.read_text() for path in (Path(__file__).parents[2] / "bot" / "domain").glob("*.yml"))
    for payload in [START, *(payload for _, payload in (*MENU, *QUESTIONS))]:
        assert f"- {payload[1:]}" in domain
