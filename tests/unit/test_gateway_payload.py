from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.web_token import mint_token
from core.errors import BadSignature, SetupError
from gateway.payload import PayloadSigner, looks_signed

OLD, NEW = b"old-secret-old-secret", b"new-secret-new-secret"
signer = PayloadSigner([NEW, OLD])


@given(st.text(max_size=300))
def test_a_signed_payload_comes_back_as_it_was(payload: str) -> None:
    assert signer.verify(signer.sign(payload)) == payload


@given(st.text(max_size=200))
def test_no_typed_text_passes_as_a_payload(text: str) -> None:
    with pytest.raises(BadSignature):
        signer.verify(text)


@given(st.integers(0, 10_000), st.characters(min_codepoint=33, max_codepoint=126))
def test_a_token_with_one_changed_character_is_refused(place: int, char: str) -> None:
    token = signer.sign('/choose_procedure{"procedure_code":"1.001193"}')
    place %= len(token)
    changed = token[:place] + char + token[place + 1 :]
    if changed == token:
        return
    if place == len(token) - 1:  # the last character of the mac carries two unused bits; compared as text all the same
        assert changed != token
    with pytest.raises(BadSignature):
        signer.verify(changed)


def test_a_token_of_the_old_key_is_believed_during_a_rotation_and_not_after() -> None:
    token = PayloadSigner([OLD]).sign("/greet")
    assert signer.verify(token) == "/greet"
    with pytest.raises(BadSignature):
        PayloadSigner([NEW]).verify(token)


def test_a_conversation_token_is_not_a_payload() -> None:
    with pytest.raises(BadSignature):
        signer.verify(mint_token(NEW, "web:site:1").replace("mw1", "mc1"))


def test_without_a_secret_nothing_can_be_signed() -> None:
    with pytest.raises(SetupError):
        PayloadSigner([])


def test_only_the_shape_of_a_token_looks_signed() -> None:
    assert looks_signed(signer.sign("/x"))
    assert not looks_signed("mc1. Tôi muốn hỏi")
    assert not looks_signed("/choose_procedure")
