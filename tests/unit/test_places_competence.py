"""Which office receives a procedure now, in words, with its source; unknown said plainly."""

from __future__ import annotations

from datetime import date

from core.facts import Case, Duration, Fee, Level, Method, Place, SourceRef
from core.procedure import Procedure, Sibling
from knowledge_base.competence import competent
from knowledge_base.overlays import load_overlay
from knowledge_base.places import resolve

DAY = date(2026, 11, 23)
HOME = resolve("phường Trúc Bạch, quận Ba Đình")
SPLIT = resolve("phường Trung Hòa, quận Cầu Giấy")


def procedure(*places: Place, audience: tuple[str, ...] = (), siblings: tuple[Sibling, ...] = ()) -> Procedure:
    levels: tuple[Level, ...] = tuple(dict.fromkeys(place.level for place in places))
    return Procedure(
        code="1.999001",
        name="Cấp phép nuôi rùa",
        title="Cấp phép nuôi rùa",
        field="Rùa",
        levels=levels,
        audience=audience,
        siblings=siblings,
        cases=(Case(id="a", name="Chung", unknown="không rõ"),),
        methods=(
            Method(
                kind="in_person",
                times=(Duration(unknown="không rõ"),),
                fees=(Fee(name="Phí", kind="unknown", reason="không rõ"),),
            ),
        ),
        places=places,
        source=SourceRef(publisher="X", decision="1", gathered=date(2026, 7, 1), checked=date(2026, 7, 1)),
    )


COMMITTEE = Place(office="Ủy ban nhân dân cấp xã (qua Điểm phục vụ hành chính công xã, phường)", level="commune")


def test_the_commune_of_today_stands_in_for_cap_xa() -> None:
    answer = competent(procedure(COMMITTEE), HOME, "citizen", DAY)
    assert answer.offices[0].name == (
        "Ủy ban nhân dân phường Ba Đình (qua Điểm phục vụ hành chính công phường Ba Đình)"
    )
    assert answer.settled
    assert answer.question is None
    assert answer.sources[0].decision == "1"


def test_the_police_of_the_commune_are_named_as_such() -> None:
    police = Place(office="Công an xã, phường nơi đăng ký thường trú", level="commune")
    assert competent(procedure(police), HOME, "citizen", DAY).offices[0].name.startswith("Công an phường Ba Đình")


def test_a_split_ward_passes_its_question_on_and_names_the_office_in_general_words() -> None:
    answer = competent(procedure(COMMITTEE), SPLIT, "citizen", DAY)
    assert answer.question is not None
    assert "Trung Hòa" in answer.question
    assert "cấp xã" in answer.offices[0].name


def test_without_a_place_it_asks_only_when_a_commune_receives() -> None:
    city = Place(office="Phòng Quản lý xuất nhập cảnh Công an thành phố", level="province")
    assert competent(procedure(COMMITTEE), None, "citizen", DAY).question
    answer = competent(procedure(city), None, "citizen", DAY)
    assert answer.question is None
    assert answer.offices[0].name.endswith("Công an thành phố Hà Nội")


def test_an_office_of_a_district_is_gone_since_july_2025() -> None:
    district = Place(office="Công an cấp huyện", level="other")
    now, before = (competent(procedure(district), HOME, "citizen", day) for day in (DAY, date(2025, 6, 30)))
    assert now.offices == ()
    assert not now.settled
    assert "01/7/2025" in now.text
    assert "Chưa có nguồn" in now.text
    assert before.offices[0].name == "Công an cấp huyện"


def test_an_office_that_the_source_does_not_give_is_unknown() -> None:
    unknown = Place(office="Chưa rõ: nguồn không ghi cơ quan tiếp nhận", level="commune")
    answer = competent(procedure(unknown), HOME, "citizen", DAY)
    assert answer.offices == ()
    assert "Chưa có nguồn" in answer.text


def test_several_offices_are_all_told_as_not_settled() -> None:
    city = Place(office="Công an thành phố", level="province")
    answer = competent(procedure(COMMITTEE, city), HOME, "citizen", DAY)
    assert not answer.settled
    assert "phường Ba Đình" in answer.text
    assert "Công an thành phố Hà Nội" in answer.text


def test_filing_anywhere_asks_for_no_place() -> None:
    anywhere = Place(office="Công an xã, phường bất kỳ", level="commune", anywhere=True)
    answer = competent(procedure(anywhere), None, "citizen", DAY)
    assert answer.question is None
    assert answer.offices[0].anywhere


def test_a_foreigner_is_told_whom_the_procedure_is_for_and_led_to_the_foreign_one() -> None:
    sibling = Sibling(
        code="2.999001", question="Có người nước ngoài không?", this_when="Không", other_when="Có người nước ngoài"
    )
    local = procedure(
        COMMITTEE, audience=("Công dân Việt Nam", "Người Việt Nam định cư ở nước ngoài"), siblings=(sibling,)
    )
    answer = competent(local, HOME, "foreigner", DAY)
    assert answer.instead == "2.999001"
    assert any("dành cho" in note for note in answer.notes)
    assert competent(local, HOME, "citizen", DAY).instead is None
    assert competent(local, HOME, "citizen", DAY).notes == ()


def test_the_pilot_regardless_of_home_is_told_from_its_day_on() -> None:
    overlay = load_overlay("hanoi")
    named = procedure(COMMITTEE).model_copy(update={"ministry": "Bộ Tư pháp"})
    after, before = (competent(named, HOME, "citizen", day, overlay) for day in (DAY, date(2025, 9, 30)))
    assert any("phi địa giới" in note for note in after.notes)
    assert len(after.sources) == 2
    assert before.notes == ()
    assert competent(procedure(COMMITTEE), HOME, "citizen", DAY, overlay).notes == ()
