"""Words are exact slices of their text, whatever the text."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from viet_nlu.segment import segment

VIETNAMESE = st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạếềệíìịốộớờợúùụứừựýỳ 0123.,?!-/()\"'", max_size=50)


@given(st.one_of(VIETNAMESE, st.text(max_size=40)))
@settings(max_examples=150, deadline=None)
def test_every_word_is_a_slice_in_order_without_overlap(text):
    words = segment(text)
    assert all(text[word.start : word.end] == word.text and word.text.strip() for word in words)
    assert all(left.end <= right.start for left, right in pairwise(words))


@given(VIETNAMESE)
@settings(max_examples=100, deadline=None)
def test_no_letter_or_digit_is_lost(text):
    inside = {at for word in segment(text) for at in range(word.start, word.end)}
    assert all(at in inside for at, char in enumerate(text) if char.isalnum())


def test_marked_text_is_cut_into_words_and_unmarked_text_at_spaces():
    assert "giấy tờ" in [word.text for word in segment("làm khai sinh cần giấy tờ gì?")]
    assert [word.text for word in segment("can giay to gi?")] == ["can", "giay", "to", "gi"]


@pytest.mark.parametrize("code", ["G22.99-251225-020175", "1.001193"])
def test_a_code_stays_one_word_in_unmarked_text(code):
    assert code in [word.text for word in segment(f"tra ho so {code} nhe")]
