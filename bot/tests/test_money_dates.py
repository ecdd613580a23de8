"""Amounts, days and personal numbers are found in what citizens write, and their values are what was meant."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from viet_nlu.dates import find_dates
from viet_nlu.money import find_money
from viet_nlu.numerals import read_number
from viet_nlu.patterns import find_patterns
from viet_nlu.text import fold, strip_marks

MONDAY = date(2026, 11, 23)
DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2090, 12, 31))
FIGURES = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]
WEEKDAYS = ["thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "chủ nhật"]


def below_thousand(number):
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    words = [FIGURES[hundreds], "trăm"] if hundreds else []
    if tens:
        words += ["mười"] if tens == 1 else [FIGURES[tens], "mươi"]
    elif hundreds and ones:
        words.append("linh")
    if ones:
        words.append("lăm" if ones == 5 and tens else FIGURES[ones])
    return words


def in_words(number):
    words = []
    for scale, name in ((10**9, "tỷ"), (10**6, "triệu"), (10**3, "nghìn")):
        if number // scale % 1000:
            words += [*below_thousand(number // scale % 1000), name]
    return words + below_thousand(number % 1000)


@given(st.integers(min_value=1, max_value=10**12 - 1))
def test_a_number_in_words_is_read_back(number):
    assert read_number([fold(word) for word in in_words(number)]) == number


@given(st.integers(min_value=1, max_value=999), st.sampled_from([("nghìn", 10**3), ("triệu", 10**6), ("tỷ", 10**9)]))
def test_an_amount_in_words_inside_a_sentence_has_its_value_with_and_without_marks(number, scale):
    amount = f"{' '.join(below_thousand(number))} {scale[0]} đồng"
    for text in (f"làm hộ chiếu mất {amount} phải không", strip_marks(f"làm hộ chiếu mất {amount} phải không")):
        found = find_money(text)
        assert [value for _, _, value in found] == [number * scale[1]]
        assert fold(text[found[0][0] : found[0][1]]) == fold(amount)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("500k", 500_000), ("5tr5", 5_500_000), ("5 triệu rưỡi", 5_500_000), ("1,5 triệu", 1_500_000),
        ("50.000đ", 50_000), ("1.500.000 VNĐ", 1_500_000), ("1 triệu 200 nghìn", 1_200_000), ("nửa triệu", 500_000),
        ("hai trăm nghìn", 200_000), ("5 củ", 5_000_000), ("30000 đồng", 30_000), ("2 tỷ", 2_000_000_000),
    ],
)  # fmt: skip
def test_amounts_as_they_are_typed(text, amount):
    assert find_money(f"hết {text} à") == [(4, 4 + len(text), amount)]


@pytest.mark.parametrize(
    "text",
    ["5 cũ", "2 triệu người", "giấy số 2 trang", "năm 2020", "50 k phải không", "công ty", "tỷ lệ", "hai năm", "ba tờ"],
)
def test_what_only_looks_like_an_amount_is_none(text):
    assert find_money(text) == []


@given(DAYS, DAYS)
def test_a_day_written_out_is_itself_whatever_the_day_of_asking(day, today):
    for text in (
        f"ngày {day.day} tháng {day.month} năm {day.year}",
        f"{day.day}/{day.month}/{day.year}",
        f"nộp hôm {day.day:02d}-{day.month:02d}-{day.year} rồi",
    ):
        assert [value for _, _, value in find_dates(text, today)] == [day.isoformat()]


@given(DAYS, st.sampled_from(WEEKDAYS), st.sampled_from([("tuần này", 0), ("tuần sau", 1), ("tuần trước", -1)]))
def test_a_weekday_of_a_week_lies_in_that_week(today, weekday, week):
    monday = today - timedelta(days=today.weekday())
    meant = monday + timedelta(days=WEEKDAYS.index(weekday), weeks=week[1])
    for text in (f"{weekday} {week[0]}", strip_marks(f"{weekday} {week[0]}")):
        assert find_dates(f"em len {text} duoc khong", today) == [(7, 7 + len(text), meant.isoformat())]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("chiều mai", "2026-11-24"), ("mùng 5 tháng sau", "2026-12-05"), ("thứ bảy", "2026-11-28"),
        ("sáng thứ hai", "2026-11-23"), ("thứ 6 tới", "2026-11-27"), ("3 ngày nữa", "2026-11-26"),
        ("hai tuần nữa", "2026-12-07"), ("cách đây 3 ngày", "2026-11-20"), ("tuần sau", "2026-W49"),
        ("tháng sau", "2026-12"), ("hôm qua", "2026-11-22"), ("ngày 20/12/2026", "2026-12-20"),
    ],
)  # fmt: skip
def test_days_in_words(text, value):
    assert [found for _, _, found in find_dates(f"em lên {text} được không", MONDAY)] == [value]


@pytest.mark.parametrize(
    "text",
    ["cái thứ hai", "thứ hai", "5 ngày làm việc", "mấy ngày", "30/2/2026", "ngày 31 tháng 11", "mùng 5 âm lịch",
     "mừng hai bạn", "chị Mai", "ngày năm sinh", "mong ba mẹ khỏe", "5 ngày sau khi nộp"],
)  # fmt: skip
def test_what_only_looks_like_a_day_is_none(text):
    assert find_dates(text, MONDAY) == []


@given(st.text(max_size=60))
def test_any_text_gives_slices_of_itself_without_overlap(text):
    found = find_patterns(text, MONDAY)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(left.end <= right.start for left, right in pairwise(found))


@pytest.mark.parametrize("text", ["cccd 001090123456", "số căn cước của em là 001090123456", "001090123456 ạ"])
def test_a_personal_number_is_found_where_it_is_named_or_alone(text):
    assert [(one.entity, one.value) for one in find_patterns(text)] == [("personal_number", "001090123456")]


@pytest.mark.parametrize("text", ["đơn hàng 001090123456 của tôi", "cccd 999090123456", "cccd 00109012345678"])
def test_other_long_numbers_are_no_personal_number(text):
    assert [one for one in find_patterns(text) if one.entity == "personal_number"] == []
