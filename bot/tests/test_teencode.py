"""Abbreviations are written out by context, and never inside codes, numbers or names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from viet_nlu.teencode import expand, normalise_for_nlu
from viet_nlu.teencode_data import BY_CONTEXT, GROUPS


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("k dc dau", "không được dau"),
        ("can gt j z", "can giấy tờ gì vậy"),
        ("het bn tien", "het bao nhiêu tien"),
        ("bn oi cho hoi", "bạn oi cho hoi"),
        ("dang ky tt", "dang ky thường trú"),
        ("nhap hk cho con", "nhap hộ khẩu cho con"),
        ("làm CCCD ở đâu?", "làm căn cước công dân ở đâu?"),
        ("đkkh mất mấy ngày", "đăng ký kết hôn mất mấy ngày"),
        ("mik muon hoi", "mình muon hoi"),
        ("làm đk tạm trú ở đâu", "làm đăng ký tạm trú ở đâu"),
        ("phí đk xe", "phí đăng ký xe"),
        ("làm đk không", "làm được không"),
        ("cần đk gì không", "cần điều kiện gì không"),
    ],
)
def test_common_abbreviations_are_written_out(typed, read):
    assert expand(typed) == read


@pytest.mark.parametrize(
    "text",
    [
        "G22.99-251225-020175",
        "1.001193",
        "50 k",
        "200k",
        "anh K hẹn rồi",
        "lô C",
        "ngõ 12 k",
        "a@b.vn",
        "tat ca giay to",
    ],
)
def test_codes_numbers_addresses_and_names_stay_as_typed(text):
    assert expand(text) == text


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("kkkk", "haha"),
        (":))", "hihi"),
        (":((", "huhu"),
        ("=))", "haha"),
        ("vui quá :D", "vui quá"),
        ("họp lúc 10:30)", "họp lúc 10:30)"),
        ("rò rỉ gas", "rò rỉ gas"),
        ("the le phi bao nhieu ddawng", "the le phi bao nhieu đăng"),
    ],
)
def test_laughter_and_smileys_are_no_words_and_foreign_words_no_keys(typed, read):
    assert normalise_for_nlu(typed) == read


@given(st.text(max_size=50))
def test_any_text_can_be_normalised_and_numbers_survive(text):
    digits = [char for char in text if char in "0123456789"]
    assert [char for char in normalise_for_nlu(text) if char in "0123456789"] == digits


def test_a_step_can_be_switched_off():
    assert normalise_for_nlu("k  dc", ("normalise",)) == "k dc"
    assert normalise_for_nlu("k  dc") == "không được"


def test_no_key_is_written_twice_or_holds_a_space():
    keys = [key for group in GROUPS.values() for key in group] + list(BY_CONTEXT)
    assert len(keys) == len(set(keys))
    assert not [key for key in keys if " " in key or key != key.lower()]
