"""Brief, double, English and explained answers: short enough, plain enough, and with the numbers of the record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.answers.brief import BRIEF_CHARS, brief, brief_text, shorten
from actions.answers.compose import MAX_OPTIONS, answer_lines, compose
from actions.answers.hard_words import MEANINGS, explanation, hard_word
from actions.answers.several import SEVERAL_CHARS, compose_several
from actions.english import NEEDS, english_text
from core.message import Aspect
from core.procedure import Procedure
from tests.unit.test_answers import DAY, OURS, curated, numbers, numbers_of_record

PAIRS = (
    (Aspect.DOCUMENTS, Aspect.FEE),
    (Aspect.FEE, Aspect.TIME, Aspect.PLACE),
    (Aspect.STEPS, Aspect.ELIGIBILITY),
)
# Syllables a sentence: mean of all answers, mean of any one, and what counts as long (at most one sentence in 100 is).
# A spoken sentence has 10–15; the laws that the records restate run to 60 and more.
MEAN_SENTENCE, MEAN_OF_ONE_ANSWER, LONG = 12, 24, 40


def held() -> Iterator[Procedure]:
    for procedure in curated().values():
        record = procedure.as_of(DAY)
        assert record is not None
        yield record


def unnumbered(text: str) -> str:
    return re.sub(r"(?m)^\d+[.)] ", "", text)


def sentences(text: str) -> list[str]:
    parts = re.split(r"[.!?:;…](?=\s)|\n", text)
    return [part for part in parts if len(part.split()) > 1]


@pytest.mark.parametrize("aspect", list(Aspect))
def test_a_brief_answer_is_short_and_has_only_numbers_of_the_full_one(aspect: Aspect) -> None:
    for procedure in held():
        for case in procedure.cases if aspect is Aspect.DOCUMENTS else procedure.cases[:1]:
            reply = brief(procedure, aspect, case.id)
            assert len(reply.text) <= BRIEF_CHARS, procedure.code
            assert reply.sources
            assert len(reply.options) <= MAX_OPTIONS
            extra = numbers(reply.text) - numbers_of_record(procedure) - OURS
            assert not extra, f"{procedure.code} {aspect}: {extra}"


def test_a_brief_answer_names_fee_and_time_as_the_full_one_does() -> None:
    for procedure in held():
        for aspect in (Aspect.FEE, Aspect.TIME):
            full = numbers("\n".join(answer_lines(procedure, aspect)))
            assert numbers(brief_text(procedure, aspect)) <= full | OURS, procedure.code


@given(st.text(alphabet="ab 1234.,;đồng", max_size=400), st.integers(min_value=20, max_value=250))
def test_shortening_only_leaves_out_the_end_and_never_cuts_a_number(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= max(limit, 1) or " " not in text[:limit]
    kept = short.removesuffix("…")
    assert text.startswith(kept)
    if kept != text and " " in text[: limit - 1].strip():
        assert not (kept[-1:].isdigit() and text[len(kept)].isdigit())


@pytest.mark.parametrize("aspects", PAIRS)
def test_two_questions_are_answered_one_after_the_other_within_the_limit(aspects: tuple[Aspect, ...]) -> None:
    for procedure in held():
        reply = compose_several(procedure, aspects)
        places = [reply.text.index(f"{number}) ") for number in range(1, len(aspects) + 1)]
        assert places == sorted(places)
        longest = max(len(line) for aspect in aspects for line in answer_lines(procedure, aspect))
        assert len(reply.text) <= max(SEVERAL_CHARS, 700 + longest), procedure.code
        assert not numbers(unnumbered(reply.text)) - numbers_of_record(procedure) - OURS, procedure.code
        assert reply.sources
        assert len(reply.options) <= MAX_OPTIONS


def test_what_does_not_fit_in_a_double_answer_is_behind_a_button_of_its_own() -> None:
    long = next(p for p in held() if sum(map(len, answer_lines(p, Aspect.DOCUMENTS))) > SEVERAL_CHARS)
    titles = [button.title for button in compose_several(long, (Aspect.DOCUMENTS, Aspect.FEE)).options]
    assert "Xem thêm: giấy tờ cần có" in titles


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.code)
def test_english_answers_name_papers_numbers_and_code_of_the_record(need: object) -> None:
    procedure = curated()[need.code].as_of(DAY)  # type: ignore[attr-defined]
    assert procedure is not None
    text = english_text(need, procedure)  # type: ignore[arg-type]
    assert procedure.code in text
    assert len(text) <= 600
    record = procedure.model_dump_json()
    for _, vietnamese in need.papers:  # type: ignore[attr-defined]
        assert vietnamese.lower() in record.lower(), vietnamese
    found = {number.replace(",", "") for number in re.findall(r"\d+(?:,\d{3})*", text.replace(procedure.code, ""))}
    assert found <= numbers_of_record(procedure)


def test_the_ten_english_needs_are_ten_different_procedures() -> None:
    assert len({need.code for need in NEEDS}) == 10


def test_a_page_before_see_more_is_about_700_characters() -> None:
    for procedure in held():
        for aspect in Aspect:
            lines = answer_lines(procedure, aspect)
            text = compose(procedure, aspect).text
            assert len(text) <= 800 or max(map(len, lines)) > 600, f"{procedure.code} {aspect}: {len(text)}"


def test_answers_read_plainly() -> None:
    of_all: list[int] = []
    for procedure in held():
        for aspect in Aspect:
            lengths = [len(part.split()) for part in sentences(compose(procedure, aspect).text)]
            of_all += lengths
            assert mean(lengths) <= MEAN_OF_ONE_ANSWER, f"{procedure.code} {aspect}: {mean(lengths):.0f}"
    assert mean(of_all) <= MEAN_SENTENCE
    assert sum(length > LONG for length in of_all) <= len(of_all) / 100


def test_the_case_that_an_answer_assumes_is_said() -> None:
    for procedure in held():
        if len(procedure.cases) > 1:
            name = procedure.cases[0].name.removeprefix("Trường hợp ").lower()
            assert name in compose(procedure, Aspect.DOCUMENTS).text.lower(), procedure.code
            assert procedure.cases[0].name.lower() in compose(procedure, Aspect.OVERVIEW).text.lower(), procedure.code


def test_a_hard_word_is_explained_once() -> None:
    text = "Nộp bản sao có chứng thực và trích lục khai tử."
    assert hard_word(text, ()) == "chứng thực"
    assert hard_word(text, ("chứng thực",)) == "trích lục"
    assert hard_word(text, tuple(MEANINGS)) is None


def test_explanations_are_short_and_hold_no_number() -> None:
    for word in MEANINGS:
        assert len(explanation(word)) <= 140
        assert not numbers(explanation(word))
