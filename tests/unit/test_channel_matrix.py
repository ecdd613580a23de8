"""docs/channels.md says what the code can do."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.base import Capabilities
from connectors.matrix import BEGIN, CHANNELS, END, matrix, with_matrix
from connectors.messenger import render as messenger
from connectors.messenger.settings import MessengerSettings
from connectors.zalo import render as zalo
from connectors.zalo.settings import ZaloSettings
from core.message import Button, Incoming, Reply, ReplyKind

PAGE = (Path(__file__).parents[2] / "docs" / "channels.md").read_text(encoding="utf-8")
_MESSAGE = Incoming(channel="any", event_id="e", conversation="any:1:2", text="a")


def test_the_matrix_of_the_page_is_that_of_the_code() -> None:
    assert with_matrix(PAGE) == PAGE, "run: python -m connectors.matrix docs/channels.md"


def test_a_capability_that_changes_changes_the_matrix() -> None:
    small = Capabilities(text_chars=160, buttons=0, button_chars=0, links=False)
    assert "| 160 |" in matrix({"sms": small}) and "| numbered |" in matrix({"sms": small})


def test_a_page_without_marks_is_left_alone() -> None:
    with pytest.raises(ValueError, match="matrix"):
        with_matrix(f"{END} {BEGIN}")


def test_every_setting_of_the_zalo_channel_is_on_the_page() -> None:
    source = Path(__file__).parents[2] / "connectors" / "zalo" / "settings.py"
    names = set(re.findall(r"MOTCUA_[A-Z_]+", source.read_text(encoding="utf-8")))
    assert names <= set(re.findall(r"MOTCUA_[A-Z_]+", PAGE))


def _buttons(count: int, chars: int) -> Reply:
    options = tuple(Button(title=f"{number:x}".ljust(chars, "m"), payload=f"mc1.a.{number}") for number in range(count))
    return Reply(kind=ReplyKind.CLARIFY, text="Anh/Chị hỏi phần nào ạ?", options=options)


def _shown(name: str, reply: Reply) -> str:
    """What a channel makes of a reply, as JSON."""
    if name == "zalo":
        bodies = zalo.render(reply, _MESSAGE, CHANNELS[name])
    else:
        settings = MessengerSettings("1", "2", Path("token"), (), ())
        bodies = messenger.render(reply, _MESSAGE, settings, datetime.now(UTC))
    return json.dumps([body["message"] for body in bodies], ensure_ascii=False)


@pytest.mark.parametrize("name", ["zalo", "messenger"])
def test_a_channel_shows_as_many_choices_of_such_length_as_it_says_and_numbers_more(name: str) -> None:
    can = CHANNELS[name]
    assert "1. " not in _shown(name, _buttons(can.buttons, can.button_chars))
    assert "1. " in _shown(name, _buttons(can.buttons + 1, can.button_chars))
    assert "1. " in _shown(name, _buttons(1, can.button_chars + 1))


@pytest.mark.parametrize("name", ["zalo", "messenger"])
def test_a_channel_shows_as_many_procedures_as_cards_as_it_says(name: str) -> None:
    can = CHANNELS[name]
    for count in {can.cards, can.cards + 1} - {0}:
        long = _buttons(count, can.button_chars + 1)
        options = tuple(option.model_copy(update={"procedure": "1.001193"}) for option in long.options)
        assert ("1. " in _shown(name, long.model_copy(update={"options": options}))) == (count > can.cards)


@pytest.mark.parametrize("name", ["zalo", "messenger"])
def test_a_text_of_the_stated_length_is_one_message(name: str) -> None:
    for more in (0, 1):
        text = "a" * (CHANNELS[name].text_chars + more)
        parts = json.loads(_shown(name, Reply(kind=ReplyKind.ANSWER, text=text)))
        assert len(parts) == 1 + more


@pytest.mark.parametrize(("paid", "hours"), [(False, 48), (True, 168)])
def test_answers_on_zalo_live_as_long_as_they_may_be_sent(paid: bool, hours: int) -> None:
    assert zalo.capabilities(ZaloSettings("", "", "", (), paid=paid)).reply_seconds == hours * 3600
