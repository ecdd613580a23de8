"""What is private in a message never reaches the bot."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from dossiers.code import find_dossier_code
from dossiers.vault import REFERENCE
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
        "19001009",
    ):
        assert private_parts(text) == []


def test_no_reference_can_be_a_real_code() -> None:
    assert REFERENCE.fullmatch("H00-000000-0001")
    assert find_dossier_code("H00-000000-0001") is None
