"""docs/channels.md says what the code can do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connectors.base import Capabilities
from connectors.matrix import BEGIN, END, matrix, with_matrix

PAGE = (Path(__file__).parents[2] / "docs" / "channels.md").read_text(encoding="utf-8")


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
