"""Codes, numbers and ordinals are found as people type them, and not where they are something else."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from viet_nlu.patterns import find_patterns


def only(text):
    return [(found.entity, found.value) for found in find_patterns(text)]


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("mã G22.99-251225-020175 ạ", "dossier_code", "G22.99-251225-020175"),
        ("000.00.04.H51-200221-0001", "dossier_code", "000.00.04.H51-200221-0001"),
        ("h26.7-261101-0023 xong chưa", "dossier_code", "H26.7-261101-0023"),
        ("g22 99 251225 020175", "dossier_code", "G22.99-251225-020175"),
        ("H26 - 260915 - 00123", "dossier_code", "H26-260915-00123"),
        ("thủ tục 1.001193 là gì", "procedure_code", "1.001193"),
        ("1.001193.H26", "procedure_code", "1.001193"),
        ("số tôi 0912 345 678", "phone", "0912345678"),
        ("+84912345678", "phone", "0912345678"),
        ("024.3825.3536", "phone", "02438253536"),
        ("cái thứ hai", "ordinal", "2"),
        ("cai thu hai di", "ordinal", "2"),
        ("số 1", "ordinal", "1"),
        ("chọn cái cuối cùng", "ordinal", "-1"),
        ("3", "ordinal", "3"),
        ("thứ nhất ạ", "ordinal", "1"),
    ],
)
def test_an_entity_with_a_shape_is_found(text, entity, value):
    assert only(text) == [(entity, value)]


@pytest.mark.parametrize(
    "text",
    ["thứ hai có làm việc không", "tôi có 2 con", "nộp 2 bản", "năm 2026", "12345", ""],
)
def test_what_is_no_code_stays_plain(text):
    assert only(text) == []


@given(st.text(max_size=60))
def test_entities_are_inside_the_text_and_apart(text):
    found = find_patterns(text)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(left.end <= right.start for left, right in pairwise(found))
