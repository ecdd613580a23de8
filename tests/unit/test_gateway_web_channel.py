from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.web import WebChannel, clean_text, client_id
from connectors.web_token import DAYS, mint_token, new_conversation, read_token
from core.errors import BadInput, NotAllowed, TooLarge
from core.message import Incoming, Reply

SECRET, OTHER = b"s" * 32, b"o" * 32
CONVERSATION = "web:site:abc"
channel = WebChannel([SECRET, OTHER], text_chars=100)


def parse(**fields: object) -> Incoming:
    (message,) = channel.parse(json.dumps(fields).encode(), CONVERSATION)
    return message


@pytest.mark.parametrize("secret", [SECRET, OTHER])
def test_a_token_opens_its_conversation_under_either_key(secret: bytes) -> None:
    conversation = new_conversation()
    headers = {"authorization": f"Bearer {mint_token(secret, conversation)}"}
    assert channel.verify(headers, b"") == conversation


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic abc", "Bearer mw1..", "Bearer mw1.é.ö"])
def test_anything_else_is_refused(header: str) -> None:
    with pytest.raises(NotAllowed):
        channel.verify({"authorization": header}, b"")


@given(st.text(max_size=80))
def test_a_random_token_is_refused(token: str) -> None:
    with pytest.raises(NotAllowed):
        read_token([SECRET], token)


def test_a_token_ages_out() -> None:
    token = mint_token(SECRET, CONVERSATION, now=0.0)
    assert read_token([SECRET], token, now=DAYS * 86400 - 1.0) == CONVERSATION
    with pytest.raises(NotAllowed):
        read_token([SECRET], token, now=DAYS * 86400 + 1.0)


@pytest.mark.parametrize(
    "conversation", ["zalo:1:2", "web:site", "web:site:a b", "web:site:" + "x" * 65, "web:SITE:x\n"]
)
def test_tokens_are_only_minted_for_web_conversations(conversation: str) -> None:
    with pytest.raises(ValueError, match="web conversation"):
        mint_token(SECRET, conversation)


def test_a_message_is_parsed_with_an_event_id_of_its_conversation() -> None:
    message = parse(id="m-1", text="  làm khai sinh ")
    assert message == Incoming(
        channel="web", event_id="web:site:abc:m-1", conversation=CONVERSATION, text="làm khai sinh"
    )
    assert client_id(message.event_id) == "m-1"


def test_a_pressed_button_keeps_its_title_beside_its_payload() -> None:
    message = parse(id="m", text="Lệ phí", payload="mc1.a.b")
    assert (message.text, message.payload) == ("Lệ phí", "mc1.a.b")


@pytest.mark.parametrize(
    "fields",
    [{}, {"id": "m"}, {"id": "m", "text": " \u0000 "}, {"id": "m m", "text": "a"}, {"id": "", "text": "a"},
     {"id": "m", "text": 5}, {"id": "m", "text": "a", "conversation": "web:site:other"}, {"id": "m", "payload": ""}],
)  # fmt: skip
def test_what_cannot_be_used_is_said_without_quoting_it(fields: dict[str, object]) -> None:
    with pytest.raises(BadInput) as caught:
        parse(**fields)
    assert "other" not in str(caught.value)


def test_a_text_over_the_cap_is_too_large() -> None:
    assert parse(id="m", text="ế" * 100).text == "ế" * 100
    with pytest.raises(TooLarge):
        parse(id="m", text="ế" * 101)


@given(st.binary(max_size=200))
def test_no_body_breaks_the_parser(raw: bytes) -> None:
    try:
        messages = channel.parse(raw, CONVERSATION)
    except BadInput:
        return
    assert all(message.conversation == CONVERSATION for message in messages)


@given(st.text())
def test_cleaned_text_is_composed_and_storable(text: str) -> None:
    cleaned = clean_text(text)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert "\x00" not in cleaned
    cleaned.encode("utf-8")
    assert clean_text(cleaned) == cleaned


def test_a_reply_names_the_message_it_answers() -> None:
    reply = Reply.model_validate({"kind": "answer", "text": "Dạ có ạ."})
    (body,) = channel.render(reply, parse(id="m-7", text="a"))
    assert body["reply_to"] == "m-7"
    assert body["reply"]["text"] == "Dạ có ạ."
