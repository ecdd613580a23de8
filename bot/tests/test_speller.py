"""Slips of the finger are undone by the words around them; what was meant as it stands stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from viet_nlu.speller import Speller
from viet_nlu.text import fold

TEXTS = [
    "làm giấy khai sinh cho con cần giấy tờ gì",
    "lệ phí đăng ký kết hôn bao nhiêu",
    "tôi muốn hỏi thủ tục đăng ký tạm trú",
    "nộp hồ sơ ở đâu",
    "căn cước công dân hết hạn thì làm thế nào",
    "thủ tục đăng ký kết hôn mất bao lâu",
    "tôi muốn làm giấy khai sinh",
    "lệ phí làm căn cước bao nhiêu tiền",
] * 3


LEARNT = Speller.learn(TEXTS)


@pytest.fixture
def speller():
    return LEARNT


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lệ phí đăn ký kết hôn", "lệ phí đăng ký kết hôn"),  # a letter lost
        ("giấyy khai sinh", "giấy khai sinh"),  # one too many
        ("thủ tụcc đăng lý tạm trú", "thủ tục đăng ký tạm trú"),  # a neighbour key
        ("căn cướ công dân", "căn cước công dân"),
        ("nộp hồ sơ ở đâuu", "nộp hồ sơ ở đâu"),
        ("l ệphí bao nhiêu", "lệ phí bao nhiêu"),  # the space one place off
        ("le phi dagn ky ket hon", "le phi dang ky ket hon"),  # swapped, and without marks
    ],
)
def test_slips_are_read_as_they_were_meant(speller, typed, meant):
    assert speller.correct(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        *dict.fromkeys(TEXTS),
        "hồ sơ H26.12-251225-0175",
        "gọi 0912345678",
        "anh Nguyễn Vưn A",
        "https://dichvucong.gov.vn",
        "ttdc@hanoi.gov.vn",
        "how to regsiter a marriage",
        "đo đạc thửa đất",
        "",
        "???",
    ],
)
def test_what_stands_codes_names_and_english_stay(speller, text):
    assert speller.correct(text) == text


@given(st.text(max_size=50))
def test_any_text_goes_through_and_text_without_letters_is_unchanged(text):
    done = LEARNT.correct(text)
    assert isinstance(done, str)
    if not any(char.isalpha() for char in text):
        assert done == text


@given(st.sampled_from(TEXTS))
def test_marks_put_back_only_add_marks(text):
    restored = LEARNT.restore(fold(text))
    assert fold(restored) == fold(text)
    assert restored == text


def test_training_texts_that_are_not_vietnamese_give_no_speller():
    assert Speller.learn(["what is my balance", "show flights from boston", "cancel the card"]) is None


def test_a_saved_speller_reads_the_same(speller, tmp_path):
    speller.save(tmp_path / "speller.json")
    again = Speller.load(tmp_path / "speller.json")
    assert again.correct("lệ phí đăn ký kết hôn") == speller.correct("lệ phí đăn ký kết hôn")
