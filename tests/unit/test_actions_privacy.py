"""Erasing is done after one clear yes and never after a no, by button or by word."""

from __future__ import annotations

import pytest

from actions.privacy import AWAY, KEPT, NOWHERE, SURE, TEXT, ActionPrivacy, is_no, is_yes, wished
from actions.services import Services
from actions.turn import Turn
from core.dossier import DossierUnavailable


def turn(text: str, intent: str = "ask_privacy", **slots: object) -> Turn:
    return Turn(text, intent, 0.9, slots=slots, conversation="web:test:lan")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("xóa dữ liệu của tôi", "erase"),
        ("xoa het du lieu cua toi di", "erase"),
        ("xóa lịch sử chat", "erase"),
        ("tôi lỡ gửi số căn cước, xóa giúp những gì tôi vừa gửi", "erase"),
        ("rút đồng ý", "withdraw"),
        ("tôi muốn rút lại sự đồng ý", "withdraw"),
        ("hủy đồng ý xử lý dữ liệu", "withdraw"),
        ("bạn lưu dữ liệu gì của tôi", None),
        ("dữ liệu có an toàn không", None),
        ("xóa đăng ký thường trú", None),
    ],
)
def test_what_is_wished_is_read_from_the_words(text: str, kind: str | None) -> None:
    assert wished(text) == kind


@pytest.mark.parametrize("text", ["có", "đồng ý", "dong y xoa", "xóa đi", "ok xóa luôn nhé", "Vâng, xóa giúp tôi"])
def test_a_yes(text: str) -> None:
    assert is_yes(turn(text, "nlu_fallback"))
    assert not is_no(turn(text, "nlu_fallback"))


@pytest.mark.parametrize("text", ["không", "thôi không xóa nữa", "đừng xóa", "ko", "khong xoa"])
@pytest.mark.parametrize("intent", ["deny", "affirm", "nlu_fallback"])
def test_a_no_wins_whatever_intent_was_read(text: str, intent: str) -> None:
    assert is_no(turn(text, intent))
    assert not is_yes(turn(text, intent))


@pytest.mark.parametrize("text", ["có cần giấy tờ gì", "xóa đăng ký thường trú cần gì", "lệ phí bao nhiêu", "5678"])
def test_another_question_is_neither(text: str) -> None:
    assert not is_yes(turn(text, "ask_documents"))
    assert not is_no(turn(text, "ask_documents"))


def test_it_is_asked_once_and_another_topic_ends_the_question() -> None:
    action = ActionPrivacy(Services(kb=None))  # type: ignore[arg-type]
    asked = action.respond(turn("xóa dữ liệu của tôi"))
    assert asked.reply.text == SURE
    assert asked.slots["erase_asked"] == "erase"
    assert action.takes(turn("đồng ý", "affirm", erase_asked="erase"), "action_dialogue")
    assert not action.takes(turn("đồng ý", "affirm"), "action_dialogue")
    assert action.respond(turn("thôi", "deny", erase_asked="erase")).reply.text == KEPT
    assert action.respond(turn("bạn lưu gì")).reply.text == TEXT


def test_where_nothing_can_be_erased_the_hotline_is_named() -> None:
    action = ActionPrivacy(Services(kb=None))  # type: ignore[arg-type]
    assert action.respond(turn("đồng ý", "affirm", erase_asked="erase")).reply.text == NOWHERE

    def away() -> None:
        raise DossierUnavailable("away")

    action = ActionPrivacy(Services(kb=None, dossiers=away))  # type: ignore[arg-type]
    told = action.respond(turn("đồng ý", "affirm", erase_asked="erase"))
    assert told.reply.text == AWAY
    assert "19001009" in told.reply.text
