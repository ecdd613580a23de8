"""The shared rule for what a channel cannot show."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Capabilities
from connectors.degrade import ASK_NUMBER, shape, split_text, utf16_units
from core.message import Button, Reply, ReplyKind, Source

CAN = Capabilities(text_chars=1900, buttons=3, button_chars=20, links=True)


def reply(*titles: str, text: str = "Anh/Chị muốn hỏi phần nào ạ?") -> Reply:
    options = tuple(Button(title=title, payload=f"p{number}") for number, title in enumerate(titles))
    return Reply(kind=ReplyKind.CLARIFY, text=text, options=options)


def test_choices_that_fit_stay_buttons() -> None:
    shaped = shape(reply("Lệ phí", "Giấy tờ"), CAN)
    assert (len(shaped.buttons), shaped.texts) == (2, ("Anh/Chị muốn hỏi phần nào ạ?",))


@pytest.mark.parametrize("titles", [("a", "b", "c", "d"), ("a" * 21, "b")])
def test_one_choice_too_many_or_too_long_numbers_all_of_them(titles: tuple[str, ...]) -> None:
    shaped = shape(reply(*titles), CAN)
    assert shaped.buttons == ()
    assert all(f"{n}. {title}" in shaped.texts[-1] for n, title in enumerate(titles, 1))
    assert shaped.texts[-1].endswith(ASK_NUMBER)


def test_a_payload_over_the_limit_numbers_the_choices() -> None:
    long = Reply(kind=ReplyKind.CLARIFY, text="x", options=(Button(title="a", payload="p" * 1000),))
    assert shape(long, Capabilities(2000, 5, 100, True, payload_chars=1000)).buttons == ()


def test_sources_are_shown_and_links_only_where_they_can_be() -> None:
    source = Source(code="1.001193", url="https://dichvucong.gov.vn/x", checked_on=date(2026, 11, 1))
    answer = Reply(kind=ReplyKind.ANSWER, text="Không thu lệ phí.", sources=(source,))
    with_link, without = (shape(answer, Capabilities(2000, 0, 0, links=links)).texts[0] for links in (True, False))
    assert "1.001193" in with_link and "01/11/2026" in with_link and "https://" in with_link
    assert "1.001193" in without and "https://" not in without


def test_a_long_text_is_cut_at_sentence_ends() -> None:
    text = " ".join(f"Câu số {n} nói về giấy tờ cần nộp." for n in range(40))
    parts = split_text(text, 200)
    assert all(part.endswith(".") and len(part) <= 200 for part in parts)
    assert " ".join(parts) == text


def test_a_number_with_a_dot_is_not_a_sentence_end() -> None:
    parts = split_text("Lệ phí là 10.000 đồng một bản. " * 12, 100)
    assert all("10.000" in part and part.endswith("bản.") for part in parts)


@given(st.text(max_size=400), st.integers(5, 60))
def test_parts_fit_and_lose_nothing_but_blanks(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(0 < len(part) <= limit for part in parts)
    normal = unicodedata.normalize("NFC", text)
    assert "".join("".join(parts).split()) == "".join(normal.split())


@given(st.text(alphabet="aă\u0301\U0001f600 .\n", max_size=200), st.integers(8, 40))
def test_parts_fit_in_utf16_units_too(text: str, limit: int) -> None:
    assert all(utf16_units(part) <= limit for part in split_text(text, limit, utf16_units))


def test_a_letter_is_not_parted_from_its_mark() -> None:
    word = "x\u0323\u0302" * 30  # no composed form: three code points a letter
    assert all(not unicodedata.combining(part[0]) for part in split_text(word, 10))
