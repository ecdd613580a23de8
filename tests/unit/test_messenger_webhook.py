"""Messenger's webhook: who may call, and what comes out of what the platform sends."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from connectors.events import EventKind, Received
from connectors.messenger.parse import parse
from connectors.messenger.settings import MessengerSettings, appsecret_proof, load_messenger_settings
from connectors.messenger.verify import challenge, sign, verify
from core.errors import BadInput, BadSignature, SetupError
from tests.messenger_books import APP, VERIFY, environment

PAGE, PSID = APP.page_id, "7770001112223334"
SETTINGS = MessengerSettings(PAGE, APP.app_id, Path("none"), (APP.secret,), (VERIFY,))
TALK = f"messenger:{PAGE}:{PSID}"
VECTOR = (
    rb'{"object":"page","entry":[{"id":"102030405060708","time":1767225600000,"messaging":[{"sender":{"id":'
    rb'"7770001112223334"},"recipient":{"id":"102030405060708"},"timestamp":1767225599000,"message":{"mid":'
    rb'"m_test_0001","text":"T\u00f4i mu\u1ed1n h\u1ecfi th\u1ee7 t\u1ee5c"}}]}]}'
)
SIGNED = "sha256=c91d7349763fad592420c64c0513f305fd07fad2cf8d8e2705c6cb0de99ba5ed"


def item(**part: Any) -> dict[str, Any]:
    return {"sender": {"id": PSID}, "recipient": {"id": PAGE}, "timestamp": 1767225600001, **part}


def body(*items: Any, name: str = "messaging", page: str = PAGE) -> bytes:
    return json.dumps({"object": "page", "entry": [{"id": page, "time": 1, name: list(items)}]}).encode()


def read(*items: Any, **more: Any) -> Received:
    return parse(body(*items, **more), SETTINGS)


# ---- who may call ----


def test_the_vector_of_the_contract_fits() -> None:
    assert len(VECTOR) == 274
    assert sign(VECTOR, "meta-app-secret-for-tests") == SIGNED
    verify({"x-hub-signature-256": SIGNED}, VECTOR, ["meta-app-secret-for-tests"])
    proof = "367e223d62cb056352c8473f9c66fba2c52084b74ea4f975b3d48cfa2185cd98"
    assert appsecret_proof("meta-app-secret-for-tests", "page-token-for-tests") == proof


def test_the_bytes_count_and_not_what_they_mean() -> None:
    again = json.dumps(json.loads(VECTOR)).encode()
    with pytest.raises(BadSignature):
        verify({"x-hub-signature-256": SIGNED}, again, [APP.secret])


def test_during_a_rotation_both_secrets_fit() -> None:
    for secret in ("new-secret", "old-secret"):
        verify({"x-hub-signature-256": sign(b"{}", secret)}, b"{}", ["new-secret", "old-secret"])


@pytest.mark.parametrize("secrets", [[], [""]])
def test_without_a_secret_nobody_may_call(secrets: list[str]) -> None:
    empty = "sha256=" + hmac.new(b"", b"{}", hashlib.sha256).hexdigest()
    with pytest.raises(BadSignature):
        verify({"x-hub-signature-256": empty}, b"{}", secrets)


@pytest.mark.parametrize("value", ["", "sha256=", SIGNED[7:], "sha1=" + "0" * 40, "sha256=é", "\ud800", SIGNED[:-1]])
def test_a_false_signature_is_refused_without_telling_the_true_one(value: str) -> None:
    with pytest.raises(BadSignature) as caught:
        verify({"x-hub-signature-256": value}, VECTOR, [APP.secret])
    assert SIGNED[7:20] not in str(caught.value)


def test_the_old_sha1_header_opens_nothing() -> None:
    old = "sha1=" + hmac.new(APP.secret.encode(), VECTOR, hashlib.sha1).hexdigest()
    with pytest.raises(BadSignature):
        verify({"x-hub-signature": old, "x-hub-signature-256": old}, VECTOR, [APP.secret])


def test_the_challenge_comes_back_only_for_our_word() -> None:
    good = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444"}
    assert challenge(good, ["other", VERIFY]) == "1158201444"
    for wrong in ({"hub.verify_token": "x"}, {"hub.mode": "x"}, {"hub.challenge": "<b>"}, {"hub.verify_token": "é"}):
        assert challenge(good | wrong, [VERIFY]) is None
    assert challenge({}, [VERIFY]) is None
    assert challenge(good | {"hub.verify_token": ""}, [""]) is None


# ---- messages ----


def test_a_text_becomes_a_message() -> None:
    (message,) = parse(VECTOR, SETTINGS).messages
    assert (message.event_id, message.conversation) == ("m_test_0001", TALK)
    assert message.text == "Tôi muốn hỏi thủ tục"
    assert message.provider_time is not None
    assert message.provider_time.timestamp() == 1767225599


def test_all_entries_and_items_are_read_and_one_bad_item_takes_nobody_along() -> None:
    entries = [
        {"id": PAGE, "time": 1, "messaging": [item(message={"mid": "m_1", "text": "a"}), 7, None,
                                              item(message={"mid": "m_2", "text": "b"})]},
        "not an entry",
        {"id": PAGE, "time": 1, "messaging": [item(message="?"), item(message={"mid": "m_3", "text": "c"})]},
        {"id": PAGE, "changes": [{"field": "feed"}]},
        {"id": "999", "messaging": [item(message={"mid": "m_4", "text": "of another page"})]},
    ]  # fmt: skip
    found = parse(json.dumps({"object": "page", "entry": entries}).encode(), SETTINGS)
    assert [message.text for message in found.messages] == ["a", "b", "c"]
    assert found.unknown == 5


def test_a_quick_reply_brings_its_payload_and_not_its_title() -> None:
    (message,) = read(
        item(message={"mid": "m_1", "text": "Lệ phí", "quick_reply": {"payload": "mc1.YQ.bWFj"}})
    ).messages
    assert (message.payload, message.text) == ("mc1.YQ.bWFj", "")


def test_a_payload_that_is_not_ours_counts_as_the_typed_title() -> None:
    found = read(
        item(message={"mid": "m_1", "text": "Lệ phí", "quick_reply": {"payload": "/restart"}}),
        item(postback={"mid": "m_2", "title": "Thực đơn", "payload": "/restart"}),
    )
    assert [(message.payload, message.text) for message in found.messages] == [(None, "Lệ phí"), (None, "Thực đơn")]


def test_a_postback_of_ours_steers_and_tells_where_the_citizen_came_from() -> None:
    press = {"mid": "m_5", "title": "Bắt đầu", "payload": "mc1.YQ.bWFj",
             "referral": {"ref": "qr-ubnd", "source": "SHORTLINK", "type": "OPEN_THREAD"}}  # fmt: skip
    (message,) = read(item(postback=press)).messages
    assert (message.event_id, message.payload, message.metadata) == ("m_5", "mc1.YQ.bWFj", {"ref": "qr-ubnd"})


def test_a_plain_get_started_greets() -> None:
    (message,) = read(item(postback={"mid": "m_5", "title": "Bắt đầu", "payload": "GET_STARTED"})).messages
    assert (message.text, message.payload, message.metadata) == ("", None, {"event": "greet"})


@pytest.mark.parametrize(
    ("attachment", "kept"),
    [
        ({"type": "image", "payload": {"url": "https://scontent.example/i.jpg"}}, {"type": "image"}),
        ({"type": "sticker", "payload": {"sticker_id": 369239263222822}}, {"type": "sticker", "like": True}),
        ({"type": "image", "payload": {"url": "u", "sticker_id": 12}}, {"type": "sticker"}),
        ({"type": "fallback", "title": "Trang", "url": "https://example.vn"}, {"type": "fallback"}),
        ({"type": "fallback"}, {"type": "fallback"}),
        ({"type": "hologram", "payload": None}, {"type": "other"}),
        ({"type": "location", "payload": {"coordinates": {"lat": 21.0, "long": 105.8}}},
         {"type": "location", "latitude": 21.0, "longitude": 105.8}),
        ({"type": "location", "payload": {"coordinates": {"lat": "x"}}}, {"type": "location"}),
        (None, {"type": "other"}),
    ],
)  # fmt: skip
def test_attachments_keep_their_kind_and_never_their_address(attachment: Any, kept: dict[str, Any]) -> None:
    (message,) = read(item(message={"mid": "m_2", "attachments": [attachment]})).messages
    assert message.metadata == {"attachments": [kept]}


def test_a_message_without_its_id_is_known_again_by_person_and_time() -> None:
    first, second = read(item(message={"text": "a"})), read(item(message={"text": "a"}))
    assert first.messages[0].event_id == second.messages[0].event_id == f"message:{PSID}:1767225600001"


# ---- events ----


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ({"delivery": {"mids": ["m_7"], "watermark": 1767225600006}}, EventKind.DELIVERED),
        ({"read": {"watermark": 1767225600007}}, EventKind.SEEN),
        ({"reaction": {"reaction": "love", "emoji": "❤", "action": "react", "mid": "m_6"}}, EventKind.CONTACT),
        ({"reaction": {"reaction": "love", "emoji": "❤", "action": "unreact", "mid": "m_6"}}, EventKind.REACTION),
        ({"message_edit": {"mid": "m_1", "text": "Ho so dat", "num_edit": 1}}, EventKind.OTHER),
        ({"referral": {"ref": "qr", "source": "SHORTLINK", "type": "OPEN_THREAD"}}, EventKind.CONTACT),
        ({"optin": {"type": "notification_messages", "payload": "x"}}, EventKind.CONTACT),
        ({"policy_enforcement": {"action": "block", "reason": "spam"}}, EventKind.ADMIN),
        ({"messaging_feedback": {}}, EventKind.FEEDBACK),
        ({"account_linking": {"status": "linked"}}, EventKind.OTHER),
        ({"app_roles": {}}, EventKind.HANDOVER),
        ({"request_thread_control": {"requested_owner_app_id": 1}}, EventKind.HANDOVER),
    ],
)
def test_every_other_event_has_its_kind(part: dict[str, Any], kind: EventKind) -> None:
    found = read(item(**part))
    assert ([event.kind for event in found.events], found.messages, found.unknown) == ([kind], (), 0)
    assert found.events[0].conversation == TALK
    assert "Ho so dat" not in repr(found)


def test_an_event_that_nobody_knows_is_counted() -> None:
    assert read(item(hologram={})) == Received(unknown=1)
    assert parse(b'{"object":"instagram"}', SETTINGS) == Received(unknown=1)


def echo(**part: Any) -> dict[str, Any]:
    return {"sender": {"id": PAGE}, "recipient": {"id": PSID}, "timestamp": 5, "message": {"is_echo": True, **part}}


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ({"app_id": 263902037430900, "mid": "m_6", "text": "Cán bộ trả lời"}, EventKind.STAFF_REPLY),
        ({"mid": "m_6", "text": "từ điện thoại"}, EventKind.STAFF_REPLY),
        ({"app_id": int(APP.app_id), "mid": "m_6", "metadata": "mc:1"}, EventKind.ECHO),
        ({"mid": "m_6", "metadata": "mc:1"}, EventKind.ECHO),
        ({"app_id": 4711, "mid": "m_6", "text": "another app"}, EventKind.OTHER),
    ],
)
def test_an_echo_tells_who_wrote(part: dict[str, Any], kind: EventKind) -> None:
    for name in ("messaging", "standby"):
        (event,) = read(echo(**part), name=name).events
        assert (event.kind, event.conversation) == (kind, TALK)
        assert event.data["message_id"] == "m_6"
    assert read(echo(**part)).messages == ()


def test_what_another_app_is_to_answer_is_no_message_of_ours() -> None:
    found = read(item(message={"mid": "m_1", "text": "a"}), item(postback={"mid": "m_2", "title": "b"}), name="standby")
    assert found.messages == ()
    assert [event.kind for event in found.events] == [EventKind.CONTACT] * 2


@pytest.mark.parametrize(("app", "owner"), [(APP.app_id, "ours"), ("263902037430900", "staff"), (5, "other")])
def test_a_handover_says_who_owns_the_thread(app: Any, owner: str) -> None:
    for key in ("pass_thread_control", "take_thread_control"):
        found = read(item(**{key: {"previous_owner_app_id": "1", "new_owner_app_id": app, "metadata": "x"}}))
        (event,) = found.events
        assert (event.kind, event.data) == (EventKind.HANDOVER, {"owner": owner})
        said = [message.metadata for message in found.messages]
        assert said == ([{"event": "resume"}] if (key, owner) == ("pass_thread_control", "ours") else [])


# ---- anything at all ----

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from([PSID, PAGE]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["mid", "text", "payload", "id", "type", "attachments", "quick_reply", "is_echo", "app_id",
                         "metadata", "sticker_id", "coordinates", "lat", "long", "referral", "ref", "url"]),
        inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
KEYS = ["message", "postback", "read", "delivery", "reaction", "optin", "referral", "pass_thread_control", "sender",
        "recipient", "timestamp", "strange"]  # fmt: skip


@hypothesis_settings(max_examples=120, deadline=None)
@given(
    st.lists(st.one_of(JSON, st.dictionaries(st.sampled_from(KEYS), JSON)), max_size=4),
    st.sampled_from(["messaging", "standby"]),
)
def test_no_item_breaks_a_body_and_every_item_is_accounted_for(items: list[Any], name: str) -> None:
    good = item(message={"mid": "m_good", "text": "câu hỏi"})
    found = read(*items, good, name=name)
    assert len(found.messages) + len(found.events) + found.unknown == len(items) + 1
    assert [m.text for m in found.messages].count("câu hỏi") + [e.name for e in found.events].count("standby_message")
    for message in found.messages:
        assert message.conversation.startswith(f"messenger:{PAGE}:")
        assert "\x00" not in message.event_id + message.text


@hypothesis_settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_no_body_does_more_than_be_refused(raw: bytes) -> None:
    try:
        assert parse(raw, SETTINGS).messages == ()
    except BadInput:
        return


# ---- settings ----


def test_the_channel_is_off_unless_the_page_is_set(tmp_path: Path) -> None:
    assert load_messenger_settings({}) is None
    found = load_messenger_settings(environment(tmp_path, "http://127.0.0.1:1"))
    assert found is not None
    assert (found.page_id, found.page_token(), found.version) == (PAGE, APP.token, "v25.0")
    assert APP.token not in repr(found)
    assert APP.secret not in repr(found)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MOTCUA_MESSENGER_PAGE_ID", "my page"),
        ("MOTCUA_MESSENGER_APP_ID", ""),
        ("MOTCUA_MESSENGER_TOKEN_FILE", ""),
        ("MOTCUA_MESSENGER_TOKEN_FILE", "no-such-file"),
        ("MOTCUA_MESSENGER_APP_SECRET_FILE", ""),
        ("MOTCUA_MESSENGER_VERIFY_FILE", ""),
        ("MOTCUA_MESSENGER_GRAPH_URL", "http://graph.example"),
        ("MOTCUA_MESSENGER_GRAPH_VERSION", "latest"),
        ("MOTCUA_MESSENGER_HANDOVER", "maybe"),
        ("MOTCUA_MESSENGER_STAFF_APPS", "inbox"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SetupError, match=name):
        load_messenger_settings(environment(tmp_path, "http://127.0.0.1:1") | {name: value})


def test_a_secret_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    values = environment(tmp_path, "http://127.0.0.1:1")
    (tmp_path / "app-secret").chmod(0o644)
    with pytest.raises(SetupError, match="chmod 600"):
        load_messenger_settings(values)
