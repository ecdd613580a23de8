"""Old and new addresses of Hanoi: resolved, asked back where a ward was split, unknown said plainly."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from viet_nlu.text import strip_marks

from knowledge_base.places import Ambiguous, Resolved, Unknown, resolve, units
from knowledge_base.places_data import OldUnit, Unit, gazetteer, key_of

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
BOOK = gazetteer()
OLD = [ward for district in BOOK.districts for ward in district.wards]


def test_hanoi_has_126_units_of_51_wards_and_75_communes() -> None:
    kinds = [unit.kind for unit in units()]
    assert (len(kinds), kinds.count("phường"), kinds.count("xã")) == (126, 51, 75)
    assert (len(BOOK.districts), len(OLD)) == (30, 526)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("phường Trúc Bạch, quận Ba Đình", "Phường Ba Đình"),
        ("truc bach ba dinh", "Phường Ba Đình"),
        ("trucbach badinh", "Phường Ba Đình"),
        ("xa yen vien gia lam", "Xã Phù Đổng"),
        ("Xã Tản Hồng, huyện Ba Vì", "Xã Cổ Đô"),
        ("phường Bạch Mai", "Phường Bạch Mai"),
        ("lam khai sinh o bach mai", "Phường Bạch Mai"),
        ("xã Hoà Lạc", "Xã Hòa Lạc"),
        ("phuong lang", "Phường Láng"),
        ("p. Yên Hòa", "Phường Yên Hòa"),
    ],
)
def test_a_place_that_is_one_unit_today_is_resolved(text: str, name: str) -> None:
    found = resolve(text)
    assert isinstance(found, Resolved)
    assert found.unit.name == name


@pytest.mark.parametrize(
    "text", ["phường Trung Hòa, quận Cầu Giấy", "phuong trung hoa cau giay", "p trung hoa q. cau giay"]
)
def test_a_split_ward_is_asked_back_with_the_units_on_its_land(text: str) -> None:
    found = resolve(text)
    assert isinstance(found, Ambiguous)
    assert {option.label for option in found.options} == {"Phường Yên Hòa", "Phường Thanh Xuân", "Phường Đại Mỗ"}
    assert "Anh/Chị" in found.question


def test_one_name_in_several_districts_is_asked_back_by_district() -> None:
    found = resolve("phường Quang Trung")
    assert isinstance(found, Ambiguous)
    assert "Phường Quang Trung, quận Hà Đông cũ" in [option.label for option in found.options]


def test_marks_tell_names_apart_that_fold_to_one() -> None:
    with_marks, without = resolve("Đồng Xuân"), resolve("dong xuan")
    assert isinstance(with_marks, Ambiguous)
    assert isinstance(without, Ambiguous)
    assert {option.label for option in with_marks.options} == {"Phường Hoàn Kiếm", "Phường Ba Đình"}
    assert len(without.options) == 3


def test_a_new_name_that_was_also_an_old_one_carries_a_caveat_and_cu_means_the_old_one() -> None:
    now, before = resolve("phường Nghĩa Đô"), resolve("phường Nghĩa Đô cũ")
    assert isinstance(now, Resolved)
    assert now.note is not None
    assert isinstance(before, Ambiguous)


def test_a_large_district_alone_asks_for_the_ward_and_a_small_one_offers_its_units() -> None:
    large, small = resolve("quận Cầu Giấy"), resolve("huyện Phúc Thọ")
    assert isinstance(large, Unknown)
    assert (large.reason, "quận Cầu Giấy cũ" in large.question) == ("district_only", True)
    assert isinstance(small, Ambiguous)
    assert 2 <= len(small.options) <= 4


@pytest.mark.parametrize("text", ["phường Bến Nghé, TP Hồ Chí Minh", "tỉnh Vĩnh Phúc", "ở Hải Phòng"])
def test_other_provinces_are_not_answered_as_hanoi(text: str) -> None:
    found = resolve(text)
    assert isinstance(found, Unknown)
    assert found.reason == "other_province"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "đường Cầu Giấy",
        "ngõ 12 phố Hàng Bài",
        "thành phố Hà Nội",
        "chứng thực hợp đồng mua bán xe",
        "đăng ký khai sinh lưu động là gì",
        "lam khai sinh o dau",
        "sổ hộ tịch của xã vẫn còn",
    ],
)
def test_streets_and_ordinary_words_are_no_place(text: str) -> None:
    found = resolve(text)
    assert isinstance(found, Unknown)
    assert found.reason == "no_place"


@given(st.sampled_from(OLD), st.booleans())
def test_every_old_ward_with_its_district_leads_to_its_own_successors(ward: OldUnit, unmarked: bool) -> None:
    text = f"{ward.name}, {ward.district}"
    found = resolve(strip_marks(text) if unmarked else text)
    if isinstance(found, Resolved):
        assert found.unit in ward.successors
        assert len(ward.successors) == 1
    else:
        assert isinstance(found, Ambiguous)
        assert 2 <= len(found.options) <= 4
        named = {option.unit for option in found.options if option.unit}
        assert named <= set(ward.successors)


@given(st.sampled_from(units()))
def test_every_unit_of_today_is_found_by_its_full_name(unit: Unit) -> None:
    found = resolve(unit.name)
    assert isinstance(found, Resolved)
    assert found.unit == unit


@given(st.sampled_from(OLD))
def test_every_choice_of_a_question_leads_on(ward: OldUnit) -> None:
    found = resolve(ward.name)
    if isinstance(found, Ambiguous):
        for option in found.options:
            following = resolve(option.label)
            assert not isinstance(following, Unknown)
            assert option.unit is None or (isinstance(following, Resolved) and following.unit == option.unit)


@given(st.text(max_size=80))
def test_any_text_gets_an_answer(text: str) -> None:
    assert isinstance(resolve(text), Resolved | Ambiguous | Unknown)


def test_the_mapping_agrees_with_the_public_table_for_every_old_ward() -> None:
    path = SHARED / "hanoi_old_to_new.json"
    if not path.exists():
        pytest.skip(
            "hanoi_old_to_new.json is not part of the project; it lies beside the checkout where it was handed out"
        )
    table: dict[str, set[str]] = defaultdict(set)
    for row in json.loads(path.read_text(encoding="utf-8"))["units"]:
        # The table was cut at commas inside brackets: join it again, then drop the brackets.
        olds = re.sub(r"\([^)]*\)", "", ", ".join(row["old_units"])).split(",")
        for old in filter(None, map(key_of, olds)):
            table[old].add(key_of(row["new_name"]))
    ours: dict[str, set[str]] = defaultdict(set)
    for ward in OLD:
        ours[key_of(ward.name)] |= {key_of(unit.short) for unit in ward.successors}
    assert ours == table


def test_the_units_are_the_official_ones() -> None:
    path = SHARED / "hanoi_units.json"
    if not path.exists():
        pytest.skip("hanoi_units.json is not part of the project; it lies beside the checkout where it was handed out")
    official = {
        (ward["Code"], key_of(ward["FullName"])) for ward in json.loads(path.read_text(encoding="utf-8"))["Wards"]
    }
    assert {(unit.code, key_of(unit.name)) for unit in units()} == official
