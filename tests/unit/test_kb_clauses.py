"""What a question only mentions weighs less than what it is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.lexicon import read_lexicon
from knowledge_base.query import read_query


def mentioned(text: str) -> str:
    return " ".join(word for run in read_query(text, read_lexicon()).aside for word in run)


@pytest.mark.parametrize(
    ("text", "aside"),
    [
        ("đăng ký kết hôn có cần giấy xác nhận độc thân không", "giay xac nhan doc than"),
        ("làm hộ chiếu có phải mang sổ hộ khẩu theo ko", "so ho khau"),
        ("nhập khẩu cho vợ có cần giấy kết hôn hong", "giay ket hon"),
    ],
)
def test_a_paper_asked_about_is_not_the_procedure(text: str, aside: str) -> None:
    assert aside in mentioned(text)


@pytest.mark.parametrize("text", ["xin giấy độc thân để kết hôn", "sao y bằng đại học để làm hộ chiếu"])
def test_what_a_paper_is_wanted_for_is_not_the_procedure(text: str) -> None:
    assert mentioned(text).startswith("de ")


@pytest.mark.parametrize(
    "text",
    ["mất giấy chứng sinh thì làm khai sinh cho bé thế nào", "không có sổ hộ khẩu có đăng ký tạm trú được không"],
)
def test_a_missing_paper_is_not_the_procedure(text: str) -> None:
    query = read_query(text, read_lexicon())
    assert query.aside
    assert "khai sinh" in " ".join(query.head) or "tam tru" in " ".join(query.head)


def test_what_is_denied_is_not_the_procedure() -> None:
    assert "nhap khau" in mentioned("làm khai sinh kèm thẻ bảo hiểm, không cần nhập khẩu")


@pytest.mark.parametrize(
    "text",
    [
        "sửa nhà có phải xin giấy phép không",
        "mất giấy khai sinh thì xin cấp lại ở đâu",
        "mất hộ chiếu thì làm lại thế nào",
        "tôi có cần giấy xác nhận độc thân không",
        "ở nhờ nhà bạn có cần đăng ký tạm trú không",
        "lệ phí đăng ký kết hôn",
    ],
)
def test_what_is_asked_for_stays_the_procedure(text: str) -> None:
    assert mentioned(text) == ""


@given(st.text(max_size=200))
def test_any_text_is_split_without_losing_a_word(text: str) -> None:
    query = read_query(text, read_lexicon())
    assert len(query.head) <= len(query.words)
    assert all(run in query.topic for run in query.aside)
