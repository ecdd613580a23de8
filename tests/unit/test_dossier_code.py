"""Dossier codes are read as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossiers.code import find_dossier_code, masked


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("hồ sơ 000.00.04.H51-200221-0001 tới đâu rồi", "000.00.04.H51-200221-0001"),
        ("G22.99-251225-020175", "G22.99-251225-020175"),
        ("g22.99.08-260921-896048", "G22.99.08-260921-896048"),
        ("ma h26.1.2 - 251225 - 0001 nhe", "H26.1.2-251225-0001"),
        ("000 . 00 . 04 . h51 – 200221 – 0001", "000.00.04.H51-200221-0001"),
        ("H 26-251225-00012", "H26-251225-00012"),
    ],
)
def test_a_code_is_found_however_it_is_typed(typed: str, code: str) -> None:
    assert find_dossier_code(typed) == code


@pytest.mark.parametrize(
    "text", ["", "số 0912345678", "1.001193", "H26-251325-0001", "H26-250100-0001", "X26-251225-0001", "H26-251225-01"]
)
def test_what_is_no_code_is_not_taken_for_one(text: str) -> None:
    assert find_dossier_code(text) is None


@given(st.text(max_size=80))
def test_any_text_is_read_without_failing(text: str) -> None:
    code = find_dossier_code(text)
    assert code is None or code == find_dossier_code(code)


def test_a_masked_code_hides_its_running_number() -> None:
    assert masked("H26-251225-0001") == "H26-251225-…"
