"""Zalo's webhook: the signature over raw bytes, and every shape of the contract."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.events import EventKind
from connectors.fakes.zalo_webhook import signature
from connectors.zalo import names
from connectors.zalo.parse import parse, text_hash
from connectors.zalo.verify import sign, verify
from core.errors import BadInput, BadSignature
from core.message import Incoming

APP, OA, SECRET = "1234567890123456789", "3692581473692581473", "oa-secret-for-tests"
USER = "2468013579246801357"
VECTOR = (
    '{"app_id":"1234567890123456789","sender":{"id":"2468013579246801357"},"user_id_by_app":"9753108642975310864",'
    '"recipient":{"id":"3692581473692581473"},"event_name":"user_send_text","message":{"text":"Tôi muốn hỏi thủ tục",'
    '"msg_id":"96d3cdf3af150460909"},"timestamp":"1767225600000"}'
).encode()
VECTOR_MAC = "1196b1caa78d549a479c3ddec788fa0011a0021a414d353bac6b5f03d308ae95"


def event(name: str, **fields: Any) -> bytes:
    return json.dumps({"app_id": APP, "event_name": name, "timestamp": "1767225610000", **fields}).encode()


def between(name: str, **fields: Any) -> bytes:
    return event(name, sender={"id": USER}, recipient={"id": OA}, user_id_by_app="UA", **fields)


def message(raw: bytes) -> Incoming:
    (found,) = parse(raw, OA).messages
    return found


# ---- signature ------------------------------------------------------------------------------------------------------


def test_the_contracts_test_vector_is_signed_as_it_says() -> None:
    assert len(VECTOR) == 290
    assert sign(APP, VECTOR, "1767225600000", SECRET) == VECTOR_MAC == signature(APP, VECTOR, "1767225600000", SECRET)


@pytest.mark.parametrize(
    "header", [f"mac={VECTOR_MAC}", f"mac = {VECTOR_MAC}", VECTOR_MAC, f"mac={VECTOR_MAC.upper()}"]
)
def test_all_spellings_of_a_good_signature_are_taken(header: str) -> None:
    verify({"x-zevent-signature": header}, VECTOR, APP, [SECRET])


def test_either_of_two_secrets_fits_during_a_rotation() -> None:
    verify({"x-zevent-signature": VECTOR_MAC}, VECTOR, APP, ["new-secret", SECRET])


@pytest.mark.parametrize(
    ("headers", "raw", "secrets"),
    [
        ({}, VECTOR, [SECRET]),
        ({"x-zevent-signature": "mac="}, VECTOR, [SECRET]),
        ({"x-zevent-signature": "mac=é"}, VECTOR, [SECRET]),
        ({"x-zevent-signature": VECTOR_MAC}, VECTOR + b" ", [SECRET]),
        ({"x-zevent-signature": VECTOR_MAC}, VECTOR, []),
        ({"x-zevent-signature": sign(APP, VECTOR, "1767225600000", "")}, VECTOR, [""]),
        ({"x-zevent-signature": VECTOR_MAC}, b"not json", [SECRET]),
        ({"x-zevent-signature": sign(APP, b"{}", "", SECRET)}, b"{}", [SECRET]),
        ({"x-zevent-signature": sign(OA, VECTOR, "1767225600000", SECRET)}, VECTOR, [SECRET]),
    ],
)
def test_anything_else_is_refused_without_saying_what_would_fit(
    headers: dict[str, str], raw: bytes, secrets: list[str]
) -> None:
    with pytest.raises(BadSignature) as caught:
        verify(headers, raw, APP, secrets)
    assert VECTOR_MAC not in str(caught.value)


def test_a_body_of_another_app_is_refused_even_if_signed() -> None:
    raw = b'{"app_id":"999","timestamp":"1"}'
    with pytest.raises(BadSignature):
        verify({"x-zevent-signature": sign(APP, raw, "1", SECRET)}, raw, APP, [SECRET])


@given(st.binary(max_size=200), st.text(max_size=80))
def test_no_guess_gets_through(raw: bytes, header: str) -> None:
    with pytest.raises(BadSignature):
        verify({"x-zevent-signature": header}, raw, APP, [SECRET])


# ---- messages -------------------------------------------------------------------------------------------------------


def test_a_text_becomes_a_message_in_the_persons_conversation() -> None:
    found = message(VECTOR)
    assert (found.channel, found.event_id, found.text) == ("zalo", "96d3cdf3af150460909", "Tôi muốn hỏi thủ tục")
    assert found.conversation == f"zalo:{OA}:{USER}"
    assert found.provider_time == datetime(2026, 1, 1, tzinfo=UTC)
    assert found.payload is None


def test_numbers_where_strings_are_promised_are_taken_too() -> None:
    raw = event("user_send_text", sender={"id": int(USER)}, recipient={"id": int(OA)},
                message={"text": "a", "msg_id": 17}, timestamp=1767225610000)  # fmt: skip
    found = message(raw)
    assert (found.conversation, found.event_id) == (f"zalo:{OA}:{USER}", "17")
    assert found.provider_time is not None


def test_a_press_is_told_from_typed_text_by_its_shape() -> None:
    press = message(between("user_send_text", message={"msg_id": "m7", "text": "#mc1.eyJwIjoieCJ9.AAAA"}))
    assert (press.text, press.payload) == ("", "mc1.eyJwIjoieCJ9.AAAA")
    for typed in ("#vtd:menu-2", "#mc1.x", "xem #mc1.eyJwIjoieCJ9.AAAA", "/choose_procedure{}"):
        found = message(between("user_send_text", message={"msg_id": "m7", "text": typed}))
        assert (found.text, found.payload) == (typed, None)


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("image", {"thumbnail": "http://photo.zdn.vn/t.jpg", "url": "http://photo.zdn.vn/f.jpg"}),
        ("gif", {"url": "http://photo.zdn.vn/f.gif"}),
        ("link", {"url": "https://x.vn", "description": "d"}),
        ("audio", {"url": "http://a.zdn.vn/x.amr"}),
        ("video", {"url": "http://v.zdn.vn/x.mp4"}),
        ("sticker", {"id": "1234", "url": "http://s.zdn.vn/1.png"}),
        ("file", {"url": "http://f.zdn.vn/x.pdf", "size": "91234", "name": "don.pdf", "type": "pdf"}),
        ("business_card", {"url": "https://zalo.me/x", "description": '{"phone":"84912345678"}'}),
    ],
)
def test_attachments_are_known_by_their_kind_and_their_addresses_are_not_kept(
    kind: str, payload: dict[str, str]
) -> None:
    shown = "link" if kind == "business_card" else kind
    found = message(
        between(f"user_send_{kind}", message={"msg_id": "m", "attachments": [{"type": shown, "payload": payload}]})
    )
    assert found.metadata["attachments"] == [{"type": shown}]
    assert "zdn.vn" not in found.model_dump_json() and "84912345678" not in found.model_dump_json()


@pytest.mark.parametrize("kind", [str, float])
def test_a_place_has_its_coordinates_as_numbers(kind: type) -> None:
    coordinates = {"latitude": kind("21.0278"), "longitude": kind("105.8342")}
    raw = between("user_send_location", message={"msg_id": "m3", "attachments": [
        {"type": "location", "payload": {"coordinates": coordinates}}]})  # fmt: skip
    assert message(raw).metadata["attachments"] == [{"type": "location", "latitude": 21.0278, "longitude": 105.8342}]


def test_an_anonymous_visitor_has_a_conversation_that_can_be_answered() -> None:
    raw = event("anonymous_send_text", sender={"id": "ANON"}, recipient={"id": OA},
                message={"msg_id": "m9", "text": "xin chào", "conversation_id": "C1"})  # fmt: skip
    assert message(raw).conversation == f"zalo:{OA}:anon.ANON.C1"


def test_text_is_composed_and_free_of_control_characters() -> None:
    raw = between("user_send_text", message={"msg_id": "m", "text": "  khai\u0000 sinh a\u0301\ud800 "})
    assert message(raw).text == "khai sinh á"


# ---- events ---------------------------------------------------------------------------------------------------------

FOLLOWER = {"oa_id": OA, "follower": {"id": USER}, "source": "oa_profile"}
OUT: dict[str, Any] = {"sender": {"id": OA}, "recipient": {"id": USER}}


@pytest.mark.parametrize(
    ("name", "fields", "kind"),
    [
        ("follow", FOLLOWER, EventKind.FOLLOW),
        ("unfollow", FOLLOWER, EventKind.UNFOLLOW),
        ("user_click_chatnow", {"oa_id": OA, "user_id": USER}, EventKind.CONTACT),
        ("user_withdraw", {"user_id": USER, "user_id_by_app": "UA"}, EventKind.WITHDRAW),
        ("oa_send_text", {**OUT, "message": {"msg_id": "m8", "text": "Dạ"}}, EventKind.ECHO),
        ("oa_send_template", {**OUT, "message": {"msg_id": "m8"}}, EventKind.ECHO),
        ("user_received_message", {**OUT, "message": {"msg_id": "m8"}}, EventKind.DELIVERED),
        ("user_reacted_message", {"sender": {"id": USER}, "recipient": {"id": OA},
                                  "message": {"msg_id": "m8", "react_icon": "/-heart"}}, EventKind.REACTION),
        ("user_feedback", {"sender": {"id": USER}, "message": {"rate": 5}}, EventKind.FEEDBACK),
        ("user_call_oa", {"user_id": USER, "call_id": "c"}, EventKind.CONTACT),
        ("widget_interaction_accepted", {"data": {"user_id": USER}}, EventKind.CONTACT),
        ("change_template_status", {"oa_id": OA, "status": {"new_status": "ENABLE"}}, EventKind.ADMIN),
    ],
)  # fmt: skip
def test_events_are_known_by_their_meaning(name: str, fields: dict[str, Any], kind: EventKind) -> None:
    received = parse(event(name, **fields), OA)
    (found,) = received.events
    assert (found.kind, found.name, received.unknown) == (kind, name, 0)
    if kind is not EventKind.ADMIN:
        assert found.conversation == f"zalo:{OA}:{USER}"


@pytest.mark.parametrize("swapped", [False, True])
def test_a_seen_receipt_is_understood_in_either_order_of_its_ends(swapped: bool) -> None:
    ends = {"sender": {"id": USER}, "recipient": {"id": OA}}
    raw = event("user_seen_message", **(OUT if swapped else ends), message={"msg_ids": ["1"]})
    assert parse(raw, OA).events[0].conversation == f"zalo:{OA}:{USER}"


def test_a_reply_of_staff_is_told_from_our_own_echo() -> None:
    raw = event("oa_send_text", sender={"id": OA, "admin_id": "STAFF"}, recipient={"id": USER},
                message={"msg_id": "m8", "text": "Cán bộ trả lời"})  # fmt: skip
    (found,) = parse(raw, OA).events
    assert found.kind is EventKind.STAFF_REPLY
    assert "Cán bộ" not in repr(found) and found.data["text_hash"] == text_hash("Cán bộ trả lời")


@pytest.mark.parametrize("name", sorted(names.GREETED))
def test_a_new_contact_is_greeted_once_however_often_it_is_told(name: str) -> None:
    raw = event(name, oa_id=OA, follower={"id": USER}, user_id=USER)
    first, second = message(raw), message(raw)
    assert first == second and first.metadata == {"event": "greet"}
    assert first.event_id.startswith("greet:")


@pytest.mark.parametrize(
    "info",
    [
        {
            "name": "Nguyễn Văn Thử",
            "phone": "84912345678",
            "full_address": {"user_city": "Hà Nội", "user_ward": "Nghĩa Đô"},
        },
        {"name": "Nguyễn Văn Thử", "phone": "84912345678", "city": "Hà Nội", "ward": "Nghĩa Đô"},
    ],
)
def test_submitted_information_is_read_in_both_forms_and_kept_apart(info: dict[str, Any]) -> None:
    (found,) = parse(between("user_submit_info", info=info), OA).events
    assert found.private == {"name": "Nguyễn Văn Thử", "phone": "84912345678", "city": "Hà Nội", "ward": "Nghĩa Đô"}
    assert found.data == {"fields": ["city", "name", "phone", "ward"]}
    assert "84912345678" not in repr(found)


def test_every_name_of_the_catalogue_is_known_and_an_invented_one_is_counted() -> None:
    for name in names.KINDS:
        assert parse(event(name, oa_id=OA, user_id=USER), OA).unknown == 0
    for name in ("user_click_button", "user_click_link", "", "constructor"):
        assert parse(event(name, oa_id=OA, user_id=USER), OA).unknown == 1


def test_an_event_of_another_oa_of_the_same_app_is_left_alone() -> None:
    raw = event("user_send_text", sender={"id": USER}, recipient={"id": "111"}, message={"msg_id": "m", "text": "a"})
    assert parse(raw, OA).messages == ()
    for name, fields in (("follow", FOLLOWER), ("user_click_chatnow", {"user_id": USER})):
        received = parse(event(name, **{**fields, "oa_id": "111"}), OA)
        assert (received.messages, received.events, received.unknown) == ((), (), 1)
    assert parse(event("change_oa_daily_quota", oaId="111", quota={}), OA).unknown == 1
    assert parse(event("change_oa_daily_quota", oaId=OA, quota={}), OA).unknown == 0


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.just(OA) | st.just(USER),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_FIELDS = st.sampled_from(
    ["sender", "recipient", "message", "follower", "user_id", "oa_id", "timestamp", "info", "data", "tag", "source"]
)
_INNER = st.dictionaries(
    st.sampled_from(
        ["id", "admin_id", "text", "msg_id", "attachments", "quote_msg_id", "conversation_id", "react_icon"]
    ),
    _VALUES,
    max_size=4,
)


@given(st.sampled_from(sorted({*names.KINDS, *names.USER_MESSAGES, *names.ANONYMOUS_MESSAGES, "x"})),
       st.dictionaries(_FIELDS, _VALUES | _INNER, max_size=6))  # fmt: skip
def test_no_body_is_fatal_and_what_comes_out_can_be_stored(name: str, fields: dict[str, Any]) -> None:
    received = parse(json.dumps({"event_name": name, **fields}).encode(), OA)
    for found in received.messages:
        assert found.event_id and "\x00" not in found.model_dump_json()
        found.model_dump_json().encode()
    for platform_event in received.events:
        assert len(platform_event.event_id) <= 200
        kept = [dict(platform_event.data), platform_event.event_id, platform_event.conversation]
        text = json.dumps(kept, ensure_ascii=False)
        assert "\\u0000" not in text
        text.encode()


@pytest.mark.parametrize("raw", [b"", b"[]", b"nul", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(raw: bytes) -> None:
    with pytest.raises(BadInput):
        parse(raw, OA)
