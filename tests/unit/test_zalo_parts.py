"""Zalo: rendering within limits, error tables by host, windows, settings, media hosts, PKCE."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.degrade import LATE
from connectors.fakes.zalo_rules import Account, message_fault
from connectors.media import allowed
from connectors.outbound import Answer
from connectors.zalo import ZaloSettings, load_zalo_settings
from connectors.zalo.errors import OA, ZBS, Action, Host, action_for, code_of, outcome_for
from connectors.zalo.oauth import code_from, new_pkce, permission_url, pkce_of, read_pair
from connectors.zalo.render import ASK_CHOICE, TEXT_CHARS, ask_info_body, capabilities, image_body, render
from connectors.zalo.send import charge_of, judge
from connectors.zalo.templates import country_form
from connectors.zalo.windows import Window, window
from core.errors import BadInput, SetupError
from core.message import Button, Incoming, Reply, ReplyKind, Source
from gateway.lanes import says_of_platform

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SETTINGS = ZaloSettings("1234567890", "3692581473692581473", "app-secret", ("oa-secret",), "https://x.vn/zalo")
CAN = capabilities(SETTINGS)
PERSON = "zalo:3692581473692581473:2468013579246801357"


def incoming(conversation: str = PERSON, at: datetime | None = NOW) -> Incoming:
    return Incoming(channel="zalo", event_id="m1", conversation=conversation, text="a", provider_time=at)


def reply(text: str = "Anh/Chị hỏi phần nào ạ?", options: int = 0, sources: int = 0) -> Reply:
    return Reply(
        kind=ReplyKind.CLARIFY, text=text,
        options=tuple(Button(title=f"Mục {n}", payload=f"mc1.{n}.x") for n in range(options)),
        sources=tuple(Source(code=f"1.{n:06d}", url=f"https://x.vn/{n}", checked_on=date(2026, 11, 1))
                      for n in range(sources)),
    )  # fmt: skip


# ---- rendering -----------------------------------------------------------------------------------------------------


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=6000), st.integers(0, 9), st.integers(0, 3))
def test_whatever_the_reply_the_platform_takes_it_and_its_stand_in(text: str, options: int, sources: int) -> None:
    for body in render(reply(text, options, sources), incoming(), CAN, NOW):
        message = dict(body["message"])
        if not message["text"].strip():  # a text of blanks alone: nothing to show
            continue
        assert message_fault(message, Account(), {}, 0) == 0
        assert len(message["text"]) <= TEXT_CHARS and len(body.get("fallback", "")) <= TEXT_CHARS


def test_choices_become_hidden_query_buttons_with_a_numbered_stand_in() -> None:
    (body,) = render(reply(options=2), incoming(), CAN, NOW)
    buttons = body["message"]["attachment"]["payload"]["buttons"]
    assert [button["type"] for button in buttons] == ["oa.query.hide"] * 2
    assert buttons[1]["payload"] == "#mc1.1.x"
    assert "template_type" not in body["message"]["attachment"]["payload"]
    assert "1. Mục 0\n2. Mục 1" in body["fallback"]


def test_six_choices_are_numbered_as_one_button_too_many_fails_the_whole_send() -> None:
    (body,) = render(reply(options=6), incoming(), CAN, NOW)
    assert "attachment" not in body["message"] and "6. Mục 5" in body["message"]["text"]


def test_a_text_without_room_for_the_stand_in_goes_before_the_buttons() -> None:
    text, buttons = render(reply("Câu. " * 376, options=5), incoming(), CAN, NOW)
    assert "attachment" not in text["message"]
    assert buttons["message"]["text"] == ASK_CHOICE


def test_a_blank_text_still_shows_its_choices() -> None:
    (body,) = render(reply(" ", options=2), incoming(), CAN, NOW)
    assert body["message"]["text"] == ASK_CHOICE


def test_an_anonymous_visitor_gets_numbers_instead_of_buttons() -> None:
    (body,) = render(reply(options=2), incoming("zalo:3692581473692581473:anon.A.C"), CAN, NOW)
    assert "attachment" not in body["message"] and "2. Mục 1" in body["message"]["text"]


def test_sources_become_a_list_of_links_only_where_lists_are_switched_on() -> None:
    with_lists = capabilities(ZaloSettings("1", "2", "s", ("s",), lists=True))
    assert len(render(reply(sources=2), incoming(), CAN, NOW)) == 1
    _, links = render(reply(sources=2), incoming(), with_lists, NOW)
    assert message_fault(links["message"], Account(), {}, 0) == 0
    assert "https://x.vn/1" in links["fallback"]


def test_a_late_answer_says_that_it_is_late() -> None:
    (late,) = render(reply(), incoming(at=NOW - timedelta(hours=1)), CAN, NOW)
    (prompt,) = render(reply(), incoming(at=NOW - timedelta(minutes=1)), CAN, NOW)
    assert late["message"]["text"].startswith(LATE) and LATE not in prompt["message"]["text"]


def test_images_and_the_form_for_information_have_stand_ins() -> None:
    uploads = {"a-1": 0}
    image = image_body("Sơ đồ", attachment_id="a-1")
    form = ask_info_body("Thông tin", "Để cán bộ gọi lại", "https://x.vn/i.png")
    for body in (image, form, image_body("Sơ đồ", url="https://x.vn/i.png")):
        assert message_fault(body["message"], Account(), uploads, 0) == 0 and body["fallback"]
    assert message_fault(image["message"], Account(), uploads, 8 * 24 * 3600 * 1000) == -100


# ---- errors --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "code", "action"),
    [
        ("oa", -216, Action.REFRESH), ("oa", -220, Action.REFRESH), ("zbs", -124, Action.REFRESH),
        ("zbs", -216, Action.NEVER), ("oa", -124, Action.NEVER), ("oa", -100, Action.UPLOAD),
        ("zbs", -100, Action.CONFIG),
        ("oa", -32, Action.BACK_OFF), ("oa", -230, Action.WINDOW), ("oa", -213, Action.DROP), ("oa", -204, Action.STOP),
        ("oa", -224, Action.CONFIG), ("oa", -240, Action.TEXT), ("zbs", -133, Action.SCHEDULE),
        ("oa", -99999, Action.NEVER),
    ],
)  # fmt: skip
def test_the_same_number_means_what_its_host_says(host: Host, code: int, action: Action) -> None:
    assert action_for(host, code) is action


def test_every_code_leads_to_an_outcome_and_those_for_operators_raise_an_alarm() -> None:
    for host, table in (("oa", OA), ("zbs", ZBS)):
        for code, action in table.items():
            outcome = outcome_for(host, code, 200)  # type: ignore[arg-type]
            assert outcome.kind in ("retry", "dead") and outcome.code == f"{host}{code}"
            assert outcome.alarm == (action in (Action.PARK, Action.STOP, Action.CONFIG, Action.REFRESH))
            assert outcome.of_channel == (action in (Action.BACK_OFF, Action.STOP, Action.REFRESH))


def test_one_persons_or_one_templates_quota_says_nothing_of_the_channel() -> None:
    for host, code in (("oa", -218), ("zbs", -115), ("zbs", -147), ("zbs", -1471), ("oa", -214)):
        assert not says_of_platform(outcome_for(host, code, 200))  # type: ignore[arg-type]
    for host, code in (("oa", -32), ("oa", -204), ("oa", -216), ("zbs", -124)):
        assert says_of_platform(outcome_for(host, code, 200))  # type: ignore[arg-type]


def test_a_code_is_read_leniently_and_an_odd_one_is_a_failure() -> None:
    assert [code_of({"error": value}) for value in (0, "0", "-216", None, "x", True)] == [0, 0, -216, -1, -1, -1]
    assert code_of({}) == 0


def test_a_good_answer_without_the_envelope_is_not_taken_for_success() -> None:
    assert judge(Answer(200, 1, {"data": {}}), "oa").kind == "dead"
    assert judge(Answer(200, 1, {"error": 0, "data": {"message_id": "m"}}), "oa").reference == "m"
    assert judge(Answer(401, 1, {"error": 0}), "oa").kind == "retry"


def test_charges_are_read_from_both_hosts_shapes() -> None:
    oa = charge_of(Answer(200, 1, {"data": {"quota": {"quota_type": "sub_quota", "remain": "1995", "total": "2000"}}}))
    zbs = charge_of(Answer(200, 1, {"data": {"quota": {"dailyQuota": "500", "remainingQuota": "499"}}}))
    assert (oa.quota, oa.remain, oa.total) == ("sub_quota", 1995, 2000)
    assert (zbs.remain, zbs.total) == (499, 500)
    assert charge_of(Answer(200, 1, {"data": {}})).quota == "wallet"


# ---- windows -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "kind"),
    [(0, Window.FREE), (47.9, Window.FREE), (48.1, Window.PAID), (7 * 24 - 0.1, Window.PAID), (7 * 24, Window.CLOSED)],
)
def test_the_window_follows_the_last_interaction(hours: float, kind: Window) -> None:
    assert window(NOW - timedelta(hours=hours), NOW) is kind


def test_without_a_record_zalo_is_left_to_judge() -> None:
    assert window(None, NOW) is Window.UNKNOWN


# ---- settings ------------------------------------------------------------------------------------------------------


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    for name in ("app", "oa"):
        (tmp_path / name).touch(0o600)
        (tmp_path / name).write_text(f"{name}-secret-1\n{name}-secret-2\n")
    return {
        "MOTCUA_ZALO_APP_ID": "1234567890123456789", "MOTCUA_ZALO_OA_ID": "3692581473692581473",
        "MOTCUA_ZALO_APP_SECRET_FILE": str(tmp_path / "app"), "MOTCUA_ZALO_OA_SECRET_FILE": str(tmp_path / "oa"),
        "MOTCUA_ZALO_REDIRECT_URI": "https://mot-cua.example.vn/zalo",
    }  # fmt: skip


def test_the_channel_is_off_unless_configured() -> None:
    assert load_zalo_settings({}) is None


def test_settings_have_two_signing_secrets_and_show_none(env: dict[str, str]) -> None:
    settings = load_zalo_settings(env)
    assert settings is not None and settings.oa_secrets == ("oa-secret-1", "oa-secret-2")
    assert "secret-1" not in repr(settings)


@pytest.mark.parametrize("name", ["MOTCUA_ZALO_OA_ID", "MOTCUA_ZALO_APP_SECRET_FILE", "MOTCUA_ZALO_OA_SECRET_FILE"])
def test_a_missing_setting_says_what_to_set(env: dict[str, str], name: str) -> None:
    del env[name]
    with pytest.raises(SetupError, match=name):
        load_zalo_settings(env)


@pytest.mark.parametrize(
    ("name", "value"),
    [("MOTCUA_ZALO_API_URL", "http://openapi.zalo.me"), ("MOTCUA_ZALO_PAID", "maybe"), ("MOTCUA_ZALO_OA_ID", "abc")],
)
def test_a_wrong_setting_says_which(env: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(SetupError, match=name):
        load_zalo_settings(env | {name: value})


def test_a_secret_that_others_can_read_is_refused(env: dict[str, str]) -> None:
    Path(env["MOTCUA_ZALO_APP_SECRET_FILE"]).chmod(0o644)
    with pytest.raises(SetupError, match="chmod 600"):
        load_zalo_settings(env)


# ---- media, phones, PKCE -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("http://photo.zdn.vn/f.jpg", True), ("https://zdn.vn/x", True), ("https://a.b.zdn.vn:443/x?y=1", True),
        ("https://zdn.vn.evil.com/x", False), ("https://evilzdn.vn/x", False), ("https://u@zdn.vn/x", False),
        ("https://zdn.vn:8080/x", False), ("ftp://zdn.vn/x", False), ("https://zdn.vn\\@evil.com/", False),
        ("https://evil.com/?zdn.vn", False), ("http://[::1]/x", False), ("https://zdn.vn:x/", False), ("", False),
    ],
)  # fmt: skip
def test_media_are_fetched_from_the_platforms_own_hosts_only(url: str, fine: bool) -> None:
    assert allowed(url, SETTINGS.media_hosts) is fine


@pytest.mark.parametrize("text", ["0987654321", "+84987654321", "84 987 654 321", "(0987) 654.321", "0084987654321"])
def test_phones_take_the_country_form(text: str) -> None:
    assert country_form(text) == "84987654321"


@pytest.mark.parametrize("text", ["", "123", "098765432a", "+1 202 555 0100", "84098765432"])
def test_what_is_no_vietnamese_phone_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        country_form(text)


def test_the_challenge_fits_the_contracts_vector() -> None:
    pair = pkce_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert pair.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert len(new_pkce().verifier) == 43 and new_pkce() != new_pkce()


def test_the_permission_page_is_asked_for_with_what_the_console_knows() -> None:
    url = permission_url(SETTINGS, "ch", "st")
    assert url.startswith(
        "https://oauth.zaloapp.com/v4/oa/permission?app_id=1234567890&redirect_uri=https%3A%2F%2Fx.vn"
    )
    assert "code_challenge=ch" in url and "state=st" in url and "response_type" not in url


def test_only_the_answer_to_this_authorisation_gives_its_code() -> None:
    assert code_from("https://x.vn/zalo?code=c1&oa_id=3692581473692581473&state=st", SETTINGS, "st") == "c1"
    for other in ("?code=c1&state=no", "?state=st", "?code=c1&state=st&oa_id=1"):
        with pytest.raises(BadInput):
            code_from(f"https://x.vn/zalo{other}", SETTINGS, "st")


@pytest.mark.parametrize(
    "body",
    [
        {"error": -14020, "error_name": "Invalid refresh token"}, {"error_name": "x"}, {"access_token": "a"},
        {"refresh_token": "r"}, {"access_token": "", "refresh_token": "r"}, {"access_token": 1, "refresh_token": "r"},
        {"access_token": "a", "refresh_token": "r", "error": -1}, {},
        {"access_token": "a\r\nX: y", "refresh_token": "r"},
    ],
)  # fmt: skip
def test_nothing_but_two_tokens_is_a_pair(body: dict[str, object]) -> None:
    assert read_pair(Answer(200, 1, body), NOW) is None


@pytest.mark.parametrize(("life", "hours"), [("90000", 25), (3600, 1), ("", 25), ("-5", 25), (None, 25), ("1e99", 25)])
def test_the_life_of_a_token_is_read_leniently(life: object, hours: int) -> None:
    pair = read_pair(Answer(200, 1, {"access_token": "a", "refresh_token": "r", "expires_in": life}), NOW)
    assert pair is not None and pair.expires_at - NOW == timedelta(hours=hours)
