"""What the operator's simulation shows of a platform's messages."""

from __future__ import annotations

import json

import pytest

from cli.platforms import PLATFORMS, Shown, platform_named
from cli.simulate import as_text, to_json
from core.errors import SetupError


def test_a_message_is_shown_with_its_buttons_numbered() -> None:
    shown = Shown("Anh/Chị hỏi phần nào ạ?", (("Lệ phí", "#mc1.a.b"), ("Giấy tờ", "#mc1.c.d")))
    assert as_text(shown) == "Anh/Chị hỏi phần nào ạ?\n[1] Lệ phí\n[2] Giấy tờ"


def test_json_holds_what_the_citizen_sees_and_what_a_press_would_send() -> None:
    shown = [Shown("Dạ", (("Lệ phí", "#mc1.a.b"),), {"text": "Dạ"})]
    found = json.loads(to_json("zalo", "phí", shown, 12.34))
    assert found == {
        "channel": "zalo", "sent": "phí", "ms": 12.3,
        "seen": [{"text": "Dạ", "buttons": [{"title": "Lệ phí", "sends": "#mc1.a.b"}], "raw": {"text": "Dạ"}}],
    }  # fmt: skip


@pytest.mark.parametrize("name", ["zalo", "messenger"])
def test_each_simulation_is_somebody_new_to_a_bot_that_remembers(name: str) -> None:
    first, second = (PLATFORMS[name]("http://127.0.0.1:9/") for _ in range(2))
    assert first.person != second.person  # type: ignore[attr-defined]


def test_an_unknown_platform_names_those_that_are_there() -> None:
    assert "zalo" in PLATFORMS
    with pytest.raises(SetupError, match="zalo"):
        platform_named("viber")
