"""Fields of any type are read without an error, and what makes no sense is empty."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.lenient import as_dict, as_list, as_text, as_time, place, read_object
from core.errors import BadInput

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(ANYTHING, ANYTHING)
def test_anything_is_read_as_its_kind_or_as_empty(value: Any, other: Any) -> None:
    assert as_dict(value) == (value if isinstance(value, dict) else {})
    assert as_list(value) == (value if isinstance(value, list) else [])
    assert isinstance(as_text(value), str)
    assert (moment := as_time(value)) is None or moment.tzinfo is UTC
    assert set(place(value, other)) in (set(), {"latitude", "longitude"})


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"1", b"\xff\xfe", b"[" * 100_000, b'{"n": ' + b"9" * 5000 + b"}"])
def test_a_body_that_is_no_object_is_bad_input(raw: bytes) -> None:
    with pytest.raises(BadInput):
        read_object(raw)


def test_a_time_is_read_from_numbers_and_digits() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert as_time(1767225600000) == as_time("1767225600000") == moment


@pytest.mark.parametrize("value", [True, "", "soon", 10**40, -(10**25), "9" * 4000, 4_102_444_800_000, None])
def test_a_time_that_cannot_be_is_none(value: Any) -> None:
    assert as_time(value) is None


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(91, 0), (0, -181), (True, 0), ("x", 1), (None, 1), (float("nan"), 1), (json.loads("1" + "0" * 400), 1)],
)
def test_a_place_that_is_not_on_earth_is_left_out(latitude: Any, longitude: Any) -> None:
    assert place(latitude, longitude) == {}
    assert place("21.03", 105.8) == {"latitude": 21.03, "longitude": 105.8}
