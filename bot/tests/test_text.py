"""The pure text functions: one spelling for each word, whatever was typed."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from viet_nlu.text import fold, has_marks, is_unmarked, nfc, normalise, squeeze, strip_marks, syllables

ANY = st.text(max_size=60)
VIETNAMESE = st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấầẩẫậếềểễệíìỉĩịúùủũụứừửữựýỳỷỹỵ HNĐ .,?", max_size=40)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("hoà", "hòa"), ("thuý", "thúy"), ("khoẻ", "khỏe"), ("Hoà", "Hòa"), ("THUỶ", "THỦY"), ("hòan", "hoàn"),
        ("qúy", "quý"), ("quý", "quý"), ("gìa", "già"), ("gì", "gì"), ("thuyền", "thuyền"), ("huỳnh", "huỳnh"),
        ("được", "được"), ("mùa", "mùa"), ("khuỷu", "khuỷu"), ("café", "café"),
    ],
)  # fmt: skip
def test_a_tone_stands_on_one_vowel_whatever_was_typed(typed, kept):
    assert nfc(typed) == kept
    assert nfc(unicodedata.normalize("NFD", typed)) == kept


@given(ANY)
def test_nfc_is_idempotent_and_stays_composed(text):
    once = nfc(text)
    assert nfc(once) == once
    assert unicodedata.is_normalized("NFC", once)


@given(VIETNAMESE)
def test_moving_a_tone_changes_no_letter(text):
    assert fold(nfc(text)) == fold(text)


@given(VIETNAMESE)
def test_folding_keeps_every_offset_of_a_composed_text(text):
    composed = nfc(text)
    assert len(fold(composed)) == len(composed)


@given(ANY)
def test_folding_twice_is_folding_once_and_leaves_no_mark(text):
    once = fold(text)
    assert fold(once) == once
    assert not has_marks(once)


def test_folding_reads_the_letter_d_with_stroke():
    assert fold("Đăng ký Đường") == "dang ky duong"
    assert strip_marks("Đường Nguyễn Huệ") == "Duong Nguyen Hue"


@given(ANY)
def test_normalising_twice_is_normalising_once(text):
    once = normalise(text)
    assert normalise(once) == once


@given(ANY)
def test_a_normalised_text_has_clean_spaces(text):
    cleaned = normalise(text)
    assert cleaned == cleaned.strip()
    assert "  " not in cleaned


def test_normalising_removes_what_phones_add():
    assert normalise("  làm\u200b khai\u00a0sinh   “gấp” – luônnnn  ") == 'làm khai sinh "gấp" - luôn'


def test_roman_numbers_and_web_addresses_keep_their_repeated_letters():
    assert squeeze("phụ lục III ở www.vn nhaaaa") == "phụ lục III ở www.vn nha"


@pytest.mark.parametrize("text", ["lam khai sinh cho con", "the le phi bao nhieu", "cap lai bang lai xe"])
def test_vietnamese_typed_without_marks_is_recognised(text):
    assert is_unmarked(text)


@pytest.mark.parametrize("text", ["làm khai sinh", "", "1.001193", "how much should this document cost", "???"])
def test_marked_foreign_or_wordless_text_is_not_unmarked_vietnamese(text):
    assert not is_unmarked(text)


@given(ANY)
def test_every_syllable_is_a_slice_of_its_text(text):
    spans = syllables(text)
    assert all(text[span.start : span.end] == span.text for span in spans)
    assert all(left.end <= right.start for left, right in pairwise(spans))
