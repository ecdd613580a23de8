from __future__ import annotations

import json
import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.logs import JsonFormatter, clean_trace
from gateway.masking import mask

SECRETS = [
    "001099012345", "012345678", "0912345678", "+84912345678", "0912 345 678", "0912.345.678", "024-3825-3536",
    "nguyen.van.a@example.com.vn", "000.00.04.H51-200221-0001", "G22.99-251225-020175", "g22.99.08-260921-896048",
    "mc1.eyJwIjoiL3gifQ.abcDEF-_", "mw1.eyJwIjoiL3gifQ.abcDEF-_",
]  # fmt: skip


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("frame", ["{}", "số của tôi là {} ạ", "lỗi:{},", "({})"])
def test_what_points_to_a_person_is_masked(secret: str, frame: str) -> None:
    masked = mask(frame.format(secret))
    assert secret not in masked
    assert secret[-4:] not in masked


@given(st.from_regex(r"\A[0-9]{12}\Z"), st.text(alphabet="aăâ ,.:!?\n", max_size=10))
def test_a_personal_number_never_passes(number: str, around: str) -> None:
    assert number not in mask(f"{around} {number} {around}")


@pytest.mark.parametrize("text", ["thủ tục 1.001193", "1872/QĐ-BTP", "3 bản, 50.000 đồng", "ngày 23/11/2026"])
def test_what_points_to_nobody_stays(text: str) -> None:
    assert mask(text) == text


def test_a_log_line_has_only_listed_fields_and_no_exception_text() -> None:
    try:
        int("tin nhắn của người dân 001099012345")
    except ValueError:
        record = logging.LogRecord("gateway.x", logging.ERROR, "f.py", 1, "hỏng %s", ("0912345678",), sys.exc_info())
    record.trace, record.text, record.inbox = "abc", "tin nhắn", 7
    line = JsonFormatter().format(record)
    value = json.loads(line)
    assert (value["trace"], value["inbox"], value["error"]) == ("abc", 7, "ValueError")
    assert "text" not in value
    assert "tin nhắn" not in line
    assert "0912345678" not in line


@pytest.mark.parametrize(("given_id", "kept"), [("abcdef12", True), ("a b", False), ("x" * 65, False), (None, False)])
def test_only_a_harmless_request_id_is_taken_over(given_id: str | None, kept: bool) -> None:
    assert clean_trace(given_id) == (given_id if kept else None)
