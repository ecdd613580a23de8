from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fakes import bot as fake
from connectors.fakes.bot import FakeBot
from core.errors import BotUnavailable
from core.message import Incoming, ReplyKind
from gateway.bot_client import BotClient, BotDown, plain_text
from gateway.payload import PayloadSigner

TOKEN = "bot-token-bot-token"
signer = PayloadSigner([b"x" * 32])
NASTY_LEADS = "/ \t\n\u00a0\u200b\ufeff\uff0f\u2044\x1c"


def message(text: str = "", payload: str | None = None, number: str = "1") -> Incoming:
    return Incoming(channel="web", event_id=f"e{number}", conversation="web:site:a", text=text, payload=payload)


@given(st.text(alphabet=st.one_of(st.sampled_from(NASTY_LEADS), st.characters()), max_size=40))
def test_typed_text_never_reaches_the_bot_as_a_command(text: str) -> None:
    import unicodedata

    sent = plain_text(text)
    assert sent
    assert not unicodedata.normalize("NFKC", sent).strip().startswith("/")


def test_ordinary_text_stays_as_it_is() -> None:
    assert plain_text("giấy tờ 1/2 bản") == "giấy tờ 1/2 bản"
    assert plain_text("/restart") == "restart"
    assert plain_text(" //") == "?"


def test_a_reply_comes_back_with_its_buttons_signed() -> None:
    with FakeBot(TOKEN) as bot:
        (reply,) = BotClient(bot.url, TOKEN, signer).handle(message("chọn"))
    assert [signer.verify(option.payload)[:17] for option in reply.options] == ["/choose_procedure"] * 3


def test_a_failed_turn_is_the_action_servers_fault_when_nobody_listens_there() -> None:
    with FakeBot(TOKEN) as bot, FakeBot(TOKEN) as actions:
        with pytest.raises(BotUnavailable) as found:
            BotClient(bot.url, TOKEN, signer, needs=f"{actions.url}/webhook").handle(message("hỏng", number="2"))
        assert not isinstance(found.value, BotDown)
        with pytest.raises(BotDown, match="action server"):
            BotClient(bot.url, TOKEN, signer, needs="http://127.0.0.1:9/webhook").handle(message("hỏng", number="3"))


def test_a_pressed_button_reaches_the_bot_as_the_payload_itself() -> None:
    token = signer.sign("/choose_procedure{}")
    with FakeBot(TOKEN) as bot:
        client = BotClient(bot.url, TOKEN, signer)
        client.handle(message("Lệ phí", payload=token))
        client.handle(message(text=f" {token} ", number="2"))
        assert [text for _, text in bot.order] == ["/choose_procedure{}"] * 2


@pytest.mark.parametrize("payload", ["/restart", "mc1.e30.AAAA", signer.sign("/x")[:-2]])
def test_a_forged_button_gets_a_kind_word_and_the_bot_never_sees_it(payload: str) -> None:
    with FakeBot(TOKEN) as bot:
        (reply,) = BotClient(bot.url, TOKEN, signer).handle(message(payload=payload))
        assert bot.calls == 0
    assert reply.kind == ReplyKind.FALLBACK


def test_the_same_event_again_is_no_second_turn() -> None:
    with FakeBot(TOKEN) as bot:
        client = BotClient(bot.url, TOKEN, signer)
        first, second = client.handle(message("a")), client.handle(message("a"))
        assert (first == second, bot.calls, set(bot.turns.values())) == (True, 2, {1})


def test_nobody_listening_is_told_apart_from_a_bad_answer() -> None:
    with FakeBot(TOKEN) as bot:
        address = bot.url
        with pytest.raises(BotUnavailable) as caught:
            BotClient(address, TOKEN, signer).handle(message("hỏng"))
        assert not isinstance(caught.value, BotDown)
        with pytest.raises(BotUnavailable):
            BotClient(address, "wrong", signer).handle(message("a"))
        with pytest.raises(BotUnavailable):
            BotClient(address, TOKEN, signer, seconds=0.05).handle(message("chờ 0.5"))
    with pytest.raises(BotDown):
        BotClient(address, TOKEN, signer).handle(message("a"))


@pytest.mark.parametrize(
    "answer", [{}, {"messages": []}, {"messages": [{"text": "a"}]}, {"messages": [{"custom": {}}]}]
)
def test_an_answer_without_a_reply_is_no_answer(answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fake.FakeBot, "answer", lambda self, body: (200, answer))
    with FakeBot(TOKEN) as bot, pytest.raises(BotUnavailable) as caught:
        BotClient(bot.url, TOKEN, signer).handle(message("bí mật"))
    assert "bí mật" not in str(caught.value)
