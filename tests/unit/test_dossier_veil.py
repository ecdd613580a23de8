"""What is private in a message never reaches the bot."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from viet_nlu.text import strip_marks

from dossiers.code import find_dossier_code
from dossiers.facts import find_fact
from dossiers.vault import REFERENCE
from gateway.spoken import spoken_numbers
from gateway.vault import private_parts

words = st.sampled_from(
    ["", "ho so ", "Hồ sơ của tôi là ", "cho hỏi thủ tục 1.001193, ", "lệ phí 15.000 đồng; ", "số "]
)
tails = st.sampled_from(["", " ạ", " xong chưa", ", cảm ơn", " nhé.", "!"])
day = st.dates().map(lambda when: f"{when:%y%m%d}")


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """A personal number, an old identity card or a phone in groups of any size."""
    whole = draw(st.one_of(
        st.from_regex(r"0[0-9]{11}", fullmatch=True), st.from_regex(r"[1-3][0-9]{8}", fullmatch=True),
        st.from_regex(r"(0|84|\+84)[0-9]{9}", fullmatch=True),
    ))  # fmt: skip
    gap = draw(st.sampled_from(["", " ", ".", "-", " - "]))
    size = draw(st.integers(2, 6))
    return gap.join(whole[at : at + size] for at in range(0, len(whole), size))


@st.composite
def codes(draw: st.DrawFn) -> str:
    unit = draw(
        st.from_regex(r"([0-9]{3}[.][0-9]{2}[.][0-9]{2}[.])?[GHgh][0-9]{2}([.][0-9]{1,3}){0,3}", fullmatch=True)
    )
    dash = draw(st.sampled_from(["-", " - ", "–", " ", "-  "]))
    return f"{unit}{dash}{draw(day)}{dash}{draw(st.from_regex(r'[0-9]{4,6}', fullmatch=True))}"


def veiled(text: str, *, asked: bool = False) -> str:
    """The text as the bot gets it, with the references left out."""
    for part in reversed(private_parts(text, asked=asked)):
        text = f"{text[: part.start]} # {text[part.end :]}"
    return text


def long_runs(text: str) -> list[str]:
    return re.findall(r"\d{4,}", re.sub(r"1\.001193", "", text))


@given(words, numbers(), tails)
def test_no_part_of_a_personal_number_or_phone_remains(before: str, number: str, after: str) -> None:
    assert not long_runs(veiled(f"{before}{number}{after}"))


@given(words, codes(), st.from_regex(r"[0-9]{4}|[0-9]{6}|0[0-9]{9}", fullmatch=True), tails, st.booleans())
def test_no_part_of_a_code_or_of_the_fact_beside_it_remains(
    before: str, code: str, fact: str, after: str, fact_first: bool
) -> None:
    said = f"{fact} , {code}" if fact_first else f"{code}, {fact}"
    left = veiled(f"{before}{said}{after}")
    assert not long_runs(left)
    assert not re.search(r"[GH]\d\d", left, re.IGNORECASE)


@given(st.sampled_from(["", "là ", "dạ ", "pin "]), st.from_regex(r"[0-9]{4,12}", fullmatch=True), tails)
def test_a_short_number_is_hidden_when_we_asked_for_it(before: str, fact: str, after: str) -> None:
    assert not long_runs(veiled(f"{before}{fact}{after}", asked=True))


WORDS = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]


@st.composite
def spoken(draw: st.DrawFn) -> tuple[str, str]:
    """Four to twelve digits, at least one in words, with or without marks, and the digits they are."""
    digits = draw(st.from_regex(r"[0-9]{4,12}", fullmatch=True).filter(lambda found: set(found) != {"0"}))
    in_words = draw(st.lists(st.booleans(), min_size=len(digits), max_size=len(digits)).filter(any))
    parts = [WORDS[int(digit)] if words else digit for digit, words in zip(digits, in_words, strict=True)]
    said = draw(st.sampled_from([" ", ", ", "-", " . "])).join(parts)
    styles = [said, said.upper(), strip_marks(said), unicodedata.normalize("NFD", said)]
    return draw(st.sampled_from(styles)), digits


polite = st.sampled_from(["", "dạ ", "là ", "Dạ của em là ", "đây ạ: "])


@given(polite, st.from_regex(r"[0-9]{4,12}", fullmatch=True), st.sampled_from(["", " ạ", " nhé", ".", " đúng không ạ"]))
def test_a_number_that_is_all_that_is_said_is_hidden_whoever_asked(before: str, fact: str, after: str) -> None:
    assert not long_runs(veiled(f"{before}{fact}{after}".replace("không", "")))


@given(polite, spoken(), st.sampled_from(["", " ạ", " nhé", "."]), st.booleans())
def test_digits_in_words_are_hidden_and_kept_as_digits(
    before: str, said: tuple[str, str], after: str, asked: bool
) -> None:
    words, digits = said
    text = unicodedata.normalize("NFC", f"{before}{words}{after}")
    [part] = private_parts(text, asked=asked)
    assert part.value == digits
    assert find_fact(part.value) == (digits if len(digits) in (4, 6, 9, 10, 11, 12) else None)
    assert not list(spoken_numbers(text[: part.start] + " # " + text[part.end :]))


@given(codes(), spoken(), st.booleans())
def test_digits_in_words_beside_a_code_are_hidden(code: str, said: tuple[str, str], fact_first: bool) -> None:
    words, digits = unicodedata.normalize("NFC", said[0]), said[1]
    parts = private_parts(f"{words} , mã {code}" if fact_first else f"mã {code} , {words}")
    assert sorted(part.kind for part in parts) == ["code", "number"]
    assert next(part.value for part in parts if part.kind == "number") == digits


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("năm mươi sáu bảy mươi tám", "5678"),
        ("năm nghìn không trăm linh tám", "5008"),
        ("bốn số cuối là mười hai ba mươi", "1230"),
        ("pin hai tư sáu tám một ba", "246813"),
        ("4 số cuối: 5 sáu 7 tám", "5678"),
    ],
)
def test_tens_and_thousands_in_words(text: str, digits: str) -> None:
    assert [part.value for part in private_parts(text)] == [digits]


@given(codes())
def test_a_code_that_is_hidden_can_be_read_again(code: str) -> None:
    part = private_parts(code)[0]
    assert part.kind == "code"
    assert find_dossier_code(part.value) == part.value


def test_what_is_no_secret_stays() -> None:
    for text in (
        "thủ tục 1.001193",
        "phí 1.500.000.000 đồng",
        "năm 2026",
        "ngày 25/12/2025 lúc 14:30",
        "số 1",
        "gọi 19001009 được không",
        "không không không không",
        "tôi có ba bốn người con, hai năm nay chưa làm",
        "từ năm 2024 đến năm 2026",
        "không một ai giúp",
    ):
        assert private_parts(text) == []


def test_no_reference_can_be_a_real_code() -> None:
    assert REFERENCE.fullmatch("H00-000000-0001")
    assert find_dossier_code("H00-000000-0001") is None
