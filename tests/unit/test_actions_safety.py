"""Safety: fixed, careful replies; danger to life is heard whatever was understood."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.danger import danger_in
from actions.safety import REPLIES, safety_outcome
from core.message import ReplyKind
from tests.unit.test_actions_dialogue import Talk

CALLED = {"113", "114", "115", "111", "19001009", "024.1022"}


@pytest.mark.parametrize("intent", sorted(REPLIES))
def test_only_numbers_that_a_source_gives_are_named(intent: str) -> None:
    assert set(re.findall(r"\d[\d.]*\d", REPLIES[intent][1])) <= CALLED


@pytest.mark.parametrize(
    ("intent", "kind", "says"),
    [
        ("emergency", ReplyKind.HANDOFF, ("113", "114", "115")),
        ("distress", ReplyKind.HANDOFF, ("115", "111", "tin tưởng")),
        ("threat", ReplyKind.HANDOFF, ("113", "19001009")),
        ("insult", ReplyKind.SMALLTALK, ("xin lỗi",)),
        ("bribery", ReplyKind.SMALLTALK, ("không thể", "19001009", "pháp luật cấm")),
        ("politics", ReplyKind.SMALLTALK, ("không bình luận",)),
        ("probe", ReplyKind.SMALLTALK, ("không cung cấp",)),
    ],
)
def test_each_has_its_reply(intent: str, kind: ReplyKind, says: tuple[str, ...]) -> None:
    reply = safety_outcome(intent).reply
    assert reply.kind is kind
    assert all(part in reply.text for part in says)
    assert reply.procedure is None


@pytest.mark.parametrize(
    "said",
    [
        "tôi muốn chết",
        "toi muon chet",
        "em không muốn sống nữa",
        "ko thiết sống nữa",
        "mình chán sống rồi",
        "cháu sắp tự tử",
    ],
)
def test_a_wish_to_die_is_never_answered_with_a_death_registration(said: str) -> None:
    assert danger_in(said) == "distress"
    reply = Talk().say("ask_procedure", said)
    assert reply.kind is ReplyKind.HANDOFF
    assert reply.procedure is None
    assert "115" in reply.text


@pytest.mark.parametrize(
    "said",
    [
        "làm khai tử cho người tự tử", "bố tôi mới chết cần giấy tờ gì", "muốn chuyển đi nơi khác sống",
        "tôi muốn sống ở Hà Nội", "giấy báo tử", "cứu xét hồ sơ của em với",
    ],
)  # fmt: skip
def test_questions_about_procedures_are_no_danger(said: str) -> None:
    assert danger_in(said) is None


def test_a_fire_is_an_emergency_whatever_was_understood() -> None:
    assert "114" in Talk().say("nlu_fallback", "cháy nhà rồi cứu với").text


@given(st.text(max_size=200))
def test_looking_for_danger_never_fails(text: str) -> None:
    assert danger_in(text) in (None, "distress", "emergency")
