"""Second facts are found in what people type, compared as keyed hashes, and never kept."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SetupError
from dossiers.code import find_dossier_code
from dossiers.facts import NO_FACT, Secret, fact_value, find_fact, masked_name, read_secret, typed_values
from dossiers.service import hear

SECRET = Secret(b"k" * 32)
CODE = "H26.1-261102-0001"


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("4 số cuối là 5678", "5678"),
        ("sdt 0912.345.678", "0912345678"),
        ("+84 912 345 678", "84912345678"),
        ("pin 246813 ạ", "246813"),
        ("cccd 001 099 123 456", "001099123456"),
        ("số 123", None),
        ("không nhớ", None),
        ("", None),
    ],
)
def test_a_second_fact_is_found_in_a_sentence(text: str, fact: str | None) -> None:
    assert find_fact(text) == fact


@pytest.mark.parametrize(
    "text", ["hồ sơ H26.1-261102-0001, 4 số cuối 5678", "5678 h26.1 - 261102 - 0001", "H26.1-261102-0001\n5678"]
)
def test_code_and_fact_are_read_from_one_message_in_any_order(text: str) -> None:
    heard = hear(text)
    assert (heard.code, heard.fact) == (CODE, "5678")
    assert "5678" not in repr(heard)


def test_a_code_alone_is_no_second_fact() -> None:
    assert hear("xem giúp hồ sơ 000.00.04.H51-200221-0001").fact is None


@pytest.mark.parametrize(
    "text",
    [
        "https://dichvucong.gov.vn/tra-cuu?maHoSo=H26.1-261102-0001&x=1",  # the receipt's QR
        "UBND TP: Ho so cua ban H26.1-261102-0001 da duoc tiep nhan",  # an SMS
        "Mã HS:H26.1-261102-0001.",
        "h26 . 1 - 261102 - 0001",
    ],
)
def test_codes_come_from_links_and_short_messages_too(text: str) -> None:
    assert find_dossier_code(text) == CODE


def test_a_whole_number_fits_by_its_last_four_digits_and_a_pin_only_whole() -> None:
    stored = SECRET.facts(CODE, {"phone": "0912345678", "pin": "246813"})
    assert stored[1] == NO_FACT
    assert [SECRET.fits(CODE, typed, stored) for typed in ("5678", "0912345678", "246813")] == [True] * 3
    assert [SECRET.fits(CODE, typed, stored) for typed in ("6813", "24681", "none", "", "0000")] == [False] * 5


def test_hashes_depend_on_the_code_the_kind_and_the_secret() -> None:
    others = [SECRET.fact("H26.1-261102-0002", "phone", "5678"), SECRET.fact(CODE, "personal", "5678"),
              Secret(b"l" * 32).fact(CODE, "phone", "5678")]  # fmt: skip
    assert SECRET.fact(CODE, "phone", "5678") not in others


@given(st.text(max_size=40))
def test_any_typed_text_gives_three_values_and_fits_nobody(text: str) -> None:
    assert [kind for kind, _ in typed_values(text)] == ["phone", "personal", "pin"]
    assert not SECRET.fits(CODE, text, (NO_FACT,) * 3)


@pytest.mark.parametrize(
    ("name", "masked"),
    [("Nguyễn Văn An", "Nguyễn V. A."), ("Nguyễn V. A.", "Nguyễn V. A."), ("An", "A."), ("", ""), ("  ", "")],
)
def test_names_are_cut_to_initials(name: str, masked: str) -> None:
    assert masked_name(name) == masked


def test_facts_shorter_than_needed_are_none() -> None:
    assert (fact_value("phone", "123"), fact_value("pin", "12345"), fact_value("personal", "")) == (None,) * 3


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = read_secret(tmp_path / "dossier.key")
    assert read_secret(tmp_path / "dossier.key") == first
    assert stat.S_IMODE((tmp_path / "dossier.key").stat().st_mode) == 0o600
    assert first.key.hex() not in repr(first)


@pytest.mark.parametrize("text", ["", "zz", "00ff"])
def test_a_damaged_secret_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "dossier.key").write_text(text)
    with pytest.raises(SetupError):
        read_secret(tmp_path / "dossier.key")
