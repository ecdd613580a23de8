"""Sending on Zalo over real sockets: shapes with their stand-ins, tokens, windows, faults, the other calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from connectors.base import Outcome
from connectors.fakes.faults import Fault
from connectors.fakes.zalo import FakeZalo
from connectors.hooks import Hooks
from connectors.zalo import ZaloChannel, ZaloSettings
from connectors.zalo.api import PlatformRefused
from connectors.zalo.oauth import new_pkce
from connectors.zalo.parse import text_hash
from connectors.zalo.render import file_body, image_body, list_body, text_body
from connectors.zalo.templates import ZaloTemplates
from core.errors import BadInput, SetupError, Unavailable
from core.message import Incoming, Reply
from gateway.database import Pool, open_pool
from gateway.ledger import PostgresLedger
from gateway.sealing import Sealer
from gateway.token_store import PostgresTokens

USER = "2468013579246801357"
SEND = "/openapi/v3.0/oa/message/cs"
CHOICE = Reply.model_validate({
    "kind": "clarify", "text": "Anh/Chị hỏi phần nào ạ?",
    "options": [{"title": "Lệ phí", "payload": "mc1.a.b"}, {"title": "Giấy tờ", "payload": "mc1.c.d"}],
})  # fmt: skip


@dataclass
class Desk:
    """A channel with its fake, a person who has just written, and a clock."""

    fake: FakeZalo
    channel: ZaloChannel
    ledger: PostgresLedger
    url: str
    alarms: list[str] = field(default_factory=list)

    @property
    def conversation(self) -> str:
        return f"zalo:{self.fake.app.oa_id}:{USER}"

    def send(self, body: Any = None, conversation: str = "") -> Outcome:
        return self.channel.send(conversation or self.conversation, body or text_body("Dạ"))

    def interacted(self, ago: timedelta) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(
                "insert into contact (conversation, channel, last_interaction) values (%s, 'zalo', %s)"
                " on conflict (conversation) do update set last_interaction = excluded.last_interaction",
                (self.conversation, datetime.now(UTC) - ago),
            )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(query).fetchall()  # type: ignore[arg-type]

    def incoming(self) -> Incoming:
        return Incoming(channel="zalo", event_id="m", conversation=self.conversation, text="a")


def channel_of(fake: FakeZalo, url: str, pool: Pool, alarms: list[str], **changes: Any) -> ZaloChannel:
    settings = ZaloSettings(
        fake.app.app_id, fake.app.oa_id, fake.app.app_secret, (fake.app.oa_secret,), "https://x.vn/zalo",
        fake.api_url, fake.zbs_url, fake.oauth_url, templates=True,
    )  # fmt: skip
    hooks = Hooks(alarm=lambda _, reason: alarms.append(reason))
    store = PostgresTokens(url, pool, Sealer([b"k" * 32]))
    return ZaloChannel(replace(settings, **changes), store, PostgresLedger(pool), hooks)


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    pool = open_pool(database_url, 4, "test")
    alarms: list[str] = []
    with FakeZalo() as fake:
        channel = channel_of(fake, database_url, pool, alarms)
        pkce = new_pkce()
        channel.tokens.exchange(fake.tokens.approve(pkce.challenge), pkce.verifier)
        fake.person(USER).last_ms = fake.now_ms()
        desk = Desk(fake, channel, PostgresLedger(pool), database_url, alarms)
        desk.interacted(timedelta())
        yield desk
    pool.close()


# ---- shapes ---------------------------------------------------------------------------------------------------------


def test_a_text_arrives_and_its_charge_is_in_the_ledger(desk: Desk) -> None:
    outcome = desk.send()
    assert (outcome.kind, outcome.reference) == ("sent", desk.fake.sent[0].msg_id)
    assert desk.fake.seen(USER) == [{"text": "Dạ"}]
    assert desk.rows("select channel, quota, remain, total from send_charge") == [("zalo", "reply", 8, 8)]


def test_choices_arrive_as_buttons(desk: Desk) -> None:
    (body,) = desk.channel.render(CHOICE, desk.incoming())
    assert desk.send(body).kind == "sent"
    (seen,) = desk.fake.seen(USER)
    assert [button["title"] for button in seen["attachment"]["payload"]["buttons"]] == ["Lệ phí", "Giấy tờ"]


def test_where_buttons_are_refused_the_same_choices_arrive_as_numbers(desk: Desk) -> None:
    desk.fake.account.buttons_on_v3 = False
    (body,) = desk.channel.render(CHOICE, desk.incoming())
    assert desk.send(body).kind == "sent"
    (seen,) = desk.fake.seen(USER)
    assert "attachment" not in seen and "1. Lệ phí\n2. Giấy tờ" in seen["text"]


def test_a_refused_list_arrives_as_text(desk: Desk) -> None:
    items = [("Thủ tục 1", "Quyết định 1", "https://x.vn/1"), ("Thủ tục 2", "", "https://x.vn/2")]
    assert desk.send(list_body(items)).kind == "sent"
    desk.fake.account.lists_on_v3 = False
    assert desk.send(list_body(items)).kind == "sent"
    first, second = desk.fake.seen(USER)
    assert len(first["attachment"]["payload"]["elements"]) == 2
    assert "https://x.vn/2" in second["text"]


def test_an_image_too_old_to_be_sent_leaves_its_caption(desk: Desk) -> None:
    picture = desk.channel.api.upload("image", "so-do.png", b"\x89PNG", "image/png")
    assert desk.send(image_body("Sơ đồ", attachment_id=picture)).kind == "sent"
    desk.fake.uploads[picture] -= 8 * 24 * 3600 * 1000
    assert desk.send(image_body("Sơ đồ", attachment_id=picture)).kind == "sent"
    first, second = desk.fake.seen(USER)
    assert "attachment" in first and second == {"text": "Sơ đồ"}


def test_a_file_is_uploaded_and_sent(desk: Desk) -> None:
    token = desk.channel.api.upload("file", "to-khai.pdf", b"%PDF", "application/pdf")
    assert desk.send(file_body(token)).kind == "sent"


@pytest.mark.parametrize(
    ("kind", "mime", "size"), [("image", "image/png", 1_000_001), ("image", "image/webp", 9), ("file", "text/html", 9)]
)
def test_what_zalo_would_not_take_is_not_uploaded(desk: Desk, kind: str, mime: str, size: int) -> None:
    with pytest.raises(BadInput):
        desk.channel.api.upload(kind, "x", b"x" * size, mime)
    assert not desk.fake.uploads


def test_an_anonymous_visitor_is_answered_at_the_old_address(desk: Desk) -> None:
    assert desk.send(conversation=f"zalo:{desk.fake.app.oa_id}:anon.A1.C1").kind == "sent"
    assert desk.fake.seen("A1") == [{"text": "Dạ"}]


# ---- tokens ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("killed", [False, True])
def test_an_expired_or_killed_token_is_renewed_once_and_the_message_arrives(desk: Desk, killed: bool) -> None:
    if killed:
        refresh = desk.fake.tokens.refresh
        desk.fake.tokens.issue()  # -216 for our access token …
        desk.fake.tokens.refresh = refresh  # … while our refresh token still works
    else:
        desk.fake.tokens.expire()  # -220
    assert desk.send().kind == "sent"
    assert desk.fake.tokens.refreshes == 1


def test_a_plain_401_is_taken_for_an_expired_token(desk: Desk) -> None:
    desk.fake.faults.plan(Fault("status", 401, body={"error": 0}, path=SEND))
    assert desk.send().kind == "sent"
    assert desk.fake.tokens.refreshes == 1


def test_without_a_usable_token_messages_wait_and_an_operator_is_called(desk: Desk) -> None:
    desk.fake.tokens.issue()
    outcome = desk.send()
    assert (outcome.kind, outcome.code, outcome.alarm) == ("retry", "no_token", True)


def test_the_token_goes_in_its_own_header_and_with_a_proof_when_asked(desk: Desk) -> None:
    proved = channel_of(desk.fake, desk.url, open_pool(desk.url, 1, "proof"), [], proof=True)
    desk.fake.account.proof_required = True
    assert desk.send().code == "oa-242"
    assert proved.send(desk.conversation, text_body("Dạ")).kind == "sent"


# ---- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "kind", "code", "alarm"),
    [
        ({"package_ok": False}, "dead", "oa-224", True),
        ({"enabled": False}, "retry", "oa-204", True),
        ({"quota": 0}, "retry", "oa-211", True),
    ],
)
def test_what_the_account_may_not_do_calls_an_operator(
    desk: Desk, change: dict[str, Any], kind: str, code: str, alarm: bool
) -> None:
    for name, value in change.items():
        setattr(desk.fake.account, name, value)
    outcome = desk.send()
    assert (outcome.kind, outcome.code, outcome.alarm) == (kind, code, alarm)


def test_a_person_who_left_is_marked_and_not_tried_again(desk: Desk) -> None:
    desk.fake.person(USER).blocked = True
    outcome = desk.send()
    assert (outcome.kind, outcome.code) == ("dead", "oa-213")
    assert desk.rows("select unreachable_code from contact") == [("oa-213",)]


def test_a_burst_over_the_rate_is_sent_later(desk: Desk) -> None:
    desk.fake.rate.most = 0
    outcome = desk.send()
    assert (outcome.kind, outcome.code) == ("retry", "oa-32") and outcome.retry_after


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        (Fault("status", 500, path=SEND), "retry", "http_500"),
        (Fault("status", 429, retry_after=7, path=SEND), "retry", "http_429"),
        (Fault("reset", path=SEND, done=True), "unknown", "cut"),
        (Fault("half", path=SEND, done=True), "unknown", "cut"),
        (Fault("not_json", path=SEND, done=True), "unknown", "not_json"),
    ],
)
def test_faults_on_the_wire_are_told_from_refusals(desk: Desk, fault: Fault, kind: str, code: str) -> None:
    desk.fake.faults.plan(fault)
    outcome = desk.send()
    assert (outcome.kind, outcome.code) == (kind, code)
    assert outcome.retry_after == fault.retry_after


# ---- windows --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "paid", "kind", "code"),
    [
        (47, False, "sent", None), (49, False, "dead", "window_paid"), (49, True, "sent", None),
        (169, True, "dead", "window_closed"),
    ],
)  # fmt: skip
def test_a_message_goes_out_only_in_a_window_that_is_open(
    desk: Desk, hours: int, paid: bool, kind: str, code: str | None
) -> None:
    channel = channel_of(desk.fake, desk.url, open_pool(desk.url, 1, "window"), [], paid=paid)
    desk.interacted(timedelta(hours=hours))
    desk.fake.person(USER).last_ms = desk.fake.now_ms() - hours * 3600 * 1000
    calls = desk.fake.calls[SEND]
    outcome = channel.send(desk.conversation, text_body("Dạ"))
    assert (outcome.kind, outcome.code) == (kind, code)
    assert (desk.fake.calls[SEND] > calls) == (kind == "sent")


def test_a_message_between_the_windows_is_charged_to_the_wallet(desk: Desk) -> None:
    channel = channel_of(desk.fake, desk.url, open_pool(desk.url, 1, "window"), [], paid=True)
    desk.interacted(timedelta(hours=50))
    desk.fake.person(USER).last_ms = desk.fake.now_ms() - 50 * 3600 * 1000
    channel.send(desk.conversation, text_body("Dạ"))
    assert desk.rows("select quota from send_charge") == [("wallet",)]


def test_zalo_has_the_last_word_where_nothing_is_on_record(desk: Desk) -> None:
    with psycopg.connect(desk.url) as connection:
        connection.execute("delete from contact")
    desk.fake.person(USER).last_ms = None
    assert desk.send().code == "oa-230"


def test_a_late_retry_does_not_hide_a_younger_message(desk: Desk) -> None:
    now = datetime.now(UTC)
    with psycopg.connect(desk.url) as connection:
        connection.execute("delete from contact")
        for event, at in (("young", now), ("late", now - timedelta(hours=2)), ("ahead", now + timedelta(hours=5))):
            connection.execute(
                "insert into inbox (channel, event_id, conversation, provider_time, body)"
                " values ('zalo', %s, %s, %s, %s)",
                (event, desk.conversation, at, Jsonb({})),
            )
    last = desk.ledger.last_interaction(desk.conversation)
    assert last is not None and abs(last - now) < timedelta(seconds=30)


# ---- echoes ---------------------------------------------------------------------------------------------------------


def test_a_message_of_unknown_outcome_is_recognised_by_its_echo_once(desk: Desk) -> None:
    since = datetime.now(UTC) - timedelta(seconds=5)
    body = text_body("Dạ, lệ phí là 0 đồng.")
    assert desk.channel.arrived(desk.conversation, body, since) is None
    with psycopg.connect(desk.url) as connection:
        connection.execute(
            "insert into platform_event (channel, event_id, kind, name, conversation, data)"
            " values ('zalo', 'oa_send_text:m1', 'echo', 'oa_send_text', %s, %s)",
            (desk.conversation, Jsonb({"message_id": "m1", "text_hash": text_hash("Dạ, lệ phí là 0 đồng.")})),
        )
    assert desk.channel.arrived(desk.conversation, body, since) == "m1"
    assert desk.channel.arrived(desk.conversation, text_body("khác"), since) is None
    assert desk.channel.arrived(desk.conversation, body, datetime.now(UTC) + timedelta(seconds=5)) is None


# ---- the other calls ------------------------------------------------------------------------------------------------


def test_profile_account_quota_and_reaction(desk: Desk) -> None:
    api = desk.channel.api
    assert api.profile(USER).display_name == "Nguyễn Văn Thử"
    assert api.about()["oa_id"] == desk.fake.app.oa_id
    assert int(api.quota(USER)["last_interaction"]) > 0
    api.react(USER, "m1", "/-strong")
    assert desk.fake.reactions == [(USER, "m1", "/-strong")]
    with pytest.raises(BadInput):
        api.react(USER, "m1", "👍")


def test_a_refused_and_a_failed_call_are_told_apart(desk: Desk) -> None:
    with pytest.raises(PlatformRefused, match="oa-213"):
        desk.channel.api.profile("111")
    desk.fake.faults.plan(Fault("status", 503, path="/detail"))
    with pytest.raises(Unavailable):
        desk.channel.api.profile(USER)


DATA = {"ma_ho_so": "H29.01-260101-0001", "trang_thai": "Đã có kết quả"}


def day(fake: FakeZalo, hour: int) -> None:
    """Put the fake's clock to an hour of Hanoi."""
    now = datetime.fromtimestamp(fake.now_ms() / 1000, UTC) + timedelta(hours=7)
    fake.forward(((hour - now.hour) % 24) * 3600)


def test_a_status_notice_reaches_a_phone_by_template(desk: Desk) -> None:
    day(desk.fake, 10)
    templates = ZaloTemplates(desk.channel.settings, desk.channel.api)
    assert templates.to_phone("0987654321", "123456", DATA, "ticket-1").kind == "sent"
    assert desk.fake.notices[0]["phone"] == "84987654321"
    assert templates.to_person(USER, "123456", DATA).kind == "sent"


@pytest.mark.parametrize(
    ("template", "data", "hour", "outcome"),
    [
        ("999", DATA, 10, ("dead", "zbs-109")), ("123456", {"ma_ho_so": "x"}, 10, ("dead", "zbs-1122")),
        ("123456", {**DATA, "trang_thai": "x" * 61}, 10, ("dead", "zbs-1121")),
        ("123456", DATA, 23, ("retry", "zbs-133")),
    ],
)  # fmt: skip
def test_templates_are_judged_by_the_table_of_their_own_host(
    desk: Desk, template: str, data: dict[str, str], hour: int, outcome: tuple[str, str]
) -> None:
    day(desk.fake, hour)
    desk.fake.tokens.expire()  # -124 here: renewed all the same
    templates = ZaloTemplates(desk.channel.settings, desk.channel.api)
    found = templates.to_phone("0987654321", template, data, "t")
    assert (found.kind, found.code) == outcome
    assert desk.fake.tokens.refreshes == 1


def test_templates_are_off_unless_switched_on(desk: Desk) -> None:
    with pytest.raises(SetupError, match="MOTCUA_ZALO_TEMPLATES"):
        ZaloTemplates(replace(desk.channel.settings, templates=False), desk.channel.api)
