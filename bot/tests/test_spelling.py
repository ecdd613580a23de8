"""Leftover keys, joined words, emoji, variants and regional words become the words that were meant; the rest stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from viet_nlu.keyboard import undo_keys
from viet_nlu.perturb import CHANGES, changed
from viet_nlu.spelling import one_spelling, read_emoji, split_joined, standard_words
from viet_nlu.teencode import ALL_STEPS, STEPS, normalise_for_nlu
from viet_nlu.teencode_chat import REGIONAL, REGIONAL_PHRASES
from viet_nlu.teencode_data import BY_CONTEXT, GROUPS


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("ddawng kys kết hôn", "đăng ký kết hôn"),
        ("lam2 khai sinh", "làm khai sinh"),
        ("d9a8ng ky1 ta5m tru1", "đăng ký tạm trú"),
        ("thuowngf trus", "thường trú"),
        ("dduwowcj khoong", "được không"),
        ("le65 phi1", "lệ phí"),
    ],
)
def test_keys_left_undone_are_carried_out(typed, read):
    assert undo_keys(typed) == read


@pytest.mark.parametrize(
    "text",
    ["to2", "khu2", "H26", "CT01", "A1", "how to register a birth", "1.001193", "G22.99-251225-020175", "taxi",
     "a1@b.vn", "vneid", "lam khai sinh o dau", "đăng ký tạm trú"],
)  # fmt: skip
def test_codes_english_numbered_places_and_finished_words_stay(text):
    assert undo_keys(text) == text


@pytest.mark.parametrize(
    ("step", "typed", "read"),
    [
        (split_joined, "làm khaisinh ở đâu", "làm khai sinh ở đâu"),
        (split_joined, "KHAISINH", "KHAI SINH"),
        (split_joined, "thanh", "thanh"),
        (one_spelling, "đăng kí", "đăng ký"),
        (one_spelling, "dang ki", "dang ky"),
        (one_spelling, "hi sinh", "hi sinh"),
        (read_emoji, "👍", "đồng ý"),
        (read_emoji, "lệ phí 😊", "lệ phí"),
        (standard_words, "giấy khai sanh", "giấy khai sinh"),
        (standard_words, "đau răng", "đau răng"),
    ],
)
def test_each_small_step_changes_only_what_it_is_for(step, typed, read):
    assert step(typed) == read


@pytest.mark.parametrize(("typed", "meant"), [("cần đk gì", "điều kiện"), ("đk kết hôn", "đăng ký"), ("k đk", "được")])
def test_an_ambiguous_abbreviation_is_read_by_its_neighbours(typed, meant):
    assert meant in normalise_for_nlu(typed)


def test_the_dictionary_has_at_least_400_entries_in_four_groups():
    assert set(GROUPS) == {"chat", "papers", "agencies", "places"}
    assert sum(map(len, GROUPS.values())) + len(BY_CONTEXT) + len(REGIONAL) + len(REGIONAL_PHRASES) >= 400


@given(st.text(max_size=40))
def test_every_step_takes_any_text(text):
    for name in STEPS:
        assert isinstance(normalise_for_nlu(text, (name,)), str)


@given(st.from_regex(r"[A-H]\d{2}(\.\d{2})?-\d{6}-\d{4,6}", fullmatch=True))
def test_a_dossier_code_survives_every_step(code):
    assert normalise_for_nlu(code, ALL_STEPS) == code


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_the_same_at_every_run_and_loses_no_text(name):
    texts = ["Tôi muốn đăng ký kết hôn thì cần giấy tờ gì ạ?", "k", "???", "bao nhiêu tiền vậy bạn"]
    assert changed(name, texts) == changed(name, texts)
    assert all(changed(name, texts))
