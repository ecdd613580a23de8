"""Life events: bundles in the right order, only of procedures that exist, found by what people say."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from viet_nlu.text import strip_marks

from core.errors import KnowledgeError
from knowledge_base.life_events import LifeEvent, find, load_events

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"
EVENTS = load_events()


def curated_codes() -> set[str]:
    return {path.stem for path in (ROOT / "knowledge_base" / "procedures").glob("*.yaml")}


def test_the_ten_events_are_there() -> None:
    assert {event.id for event in EVENTS} == {
        "sinh-con",
        "nguoi-than-mat",
        "ket-hon",
        "mua-nha",
        "mo-quan",
        "mat-giay-to",
        "chuyen-nha",
        "ban-xe",
        "con-vao-lop-1",
        "di-nuoc-ngoai",
    }


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.id)
def test_an_event_is_found_by_each_of_its_phrases_with_and_without_marks(event: LifeEvent) -> None:
    for phrase in event.phrases:
        for text in (f"Em {phrase} thì cần làm gì ạ?", strip_marks(f"em {phrase} thi can lam gi").lower()):
            assert event.id in [match.event.id for match in find(text)], text


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("vo em moi sinh con thi lam giay to gi", "sinh-con"),
        ("nhà tôi mới mua nhà ở Hà Đông", "mua-nha"),
        ("Mẹ em vừa mất, cần làm những gì?", "nguoi-than-mat"),
        ("em bi mat vi het giay to roi", "mat-giay-to"),
        ("tháng 9 con vào lớp 1", "con-vao-lop-1"),
        ("bố tôi mất tuần trước", "nguoi-than-mat"),
        ("ong noi em mat roi can lam gi", "nguoi-than-mat"),
    ],
)
def test_people_s_own_words_lead_to_the_event(text: str, event: str) -> None:
    assert find(text)[0].event.id == event


def test_a_lost_paper_of_a_relative_is_no_death() -> None:
    for text in ("me em mat ho chieu", "Mẹ em mất sổ đỏ", "vợ tôi mất bằng lái xe"):
        assert "nguoi-than-mat" not in [match.event.id for match in find(text)]


@pytest.mark.parametrize(
    "text", ["", "lệ phí khai sinh bao nhiêu", "đăng ký xe lần đầu", "mật giấy tố", "xin chào", "mẹ em mất căn cước"]
)
def test_other_texts_lead_to_none(text: str) -> None:
    assert find(text) == []


def test_a_birth_can_be_filed_jointly() -> None:
    birth = next(event for event in EVENTS if event.id == "sinh-con")
    assert [joint.code for joint in birth.joint] == ["2.000986", "2.001023"]
    assert birth.steps[0].code == "1.001193"


def test_an_order_that_contradicts_itself_is_refused() -> None:
    steps = [{"code": "1.000001", "why": "a", "after": ["1.000002"]}, {"code": "1.000002", "why": "b"}]
    with pytest.raises(ValueError, match="comes before"):
        LifeEvent.model_validate({"id": "x", "title": "x", "summary": "x", "phrases": ["a", "b", "c"], "steps": steps})


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "kaputt.yaml").write_text("id: x\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"kaputt\.yaml"):
        load_events(tmp_path)


def test_every_code_exists_in_the_data() -> None:
    files = [SHARED / "portal_procedures.jsonl.gz", SHARED / "defence_procedures.jsonl.gz"]
    if not all(file.exists() for file in files):
        pytest.skip("the public records are not part of the project; they lie beside the checkout where handed out")
    known = curated_codes()
    for file in files:
        for line in gzip.decompress(file.read_bytes()).decode().splitlines():
            record = json.loads(line)
            known.add(record.get("ma_thu_tuc") or record["thu_tuc_id"])
    missing = {code for event in EVENTS for code in event.codes()} - known
    assert missing == set()


def test_most_steps_are_curated_procedures() -> None:
    codes = {code for event in EVENTS for code in event.codes()}
    assert len(codes & curated_codes()) / len(codes) > 0.8
