"""The timeline tells what is known of the five steps, and no more."""

from __future__ import annotations

from datetime import datetime

import pytest

from core.dossier import HANOI, Dossier, Status, StatusEvent, Step, Tally
from dossiers.steps import timeline, timeline_text


def at(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=HANOI)


def dossier(status: Status, **more: object) -> Dossier:
    values: dict[str, object] = {
        "code": "H26.1-261102-0001",
        "procedure_name": "Đăng ký khai sinh",
        "unit": "UBND phường Trúc Bạch",
        "level": "commune",
        "status": status,
        "received_at": at(2),
        "as_of": at(23),
    }
    return Dossier.model_validate(values | more)


@pytest.mark.parametrize(
    ("status", "states"),
    [
        (Status.REGISTERED, "now ahead ahead ahead ahead"),
        (Status.ACCEPTED, "done now ahead ahead ahead"),
        (Status.NOT_ACCEPTED, "stopped ahead ahead ahead ahead"),
        (Status.PROCESSING, "done within within within ahead"),
        (Status.SUPPLEMENT, "done now ahead ahead ahead"),
        (Status.PAYMENT, "done now ahead ahead ahead"),
        (Status.WITHDRAWN, "done stopped ahead ahead ahead"),
        (Status.STOPPED, "done stopped ahead ahead ahead"),
        (Status.DONE, "done done done done now"),
        (Status.RETURNED, "done done done done done"),
    ],
)
def test_each_status_has_its_place_among_the_five_steps(status: Status, states: str) -> None:
    assert [step.state for step in timeline(dossier(status))] == states.split()


def test_a_step_named_by_the_back_end_is_shown_as_the_current_one() -> None:
    shown = timeline_text(dossier(Status.PROCESSING, step=Step.SEAL))
    assert "✓ 3. Phê duyệt" in shown
    assert "● 4. Đóng dấu – đang thực hiện" in shown
    assert "chưa cho biết" not in shown


def test_without_a_named_step_the_text_says_that_the_step_is_not_known() -> None:
    assert "hệ thống chưa cho biết đang ở bước nào" in timeline_text(dossier(Status.PROCESSING))


def test_a_supplement_says_that_the_clock_waits_for_the_citizen() -> None:
    assert "tạm dừng, chờ Anh/Chị bổ sung giấy tờ" in timeline_text(dossier(Status.SUPPLEMENT))


def test_days_of_reached_steps_are_those_of_hanoi() -> None:
    events = (StatusEvent(at=datetime.fromisoformat("2026-11-02T18:30:00+00:00"), status=Status.ACCEPTED),)
    assert "✓ 1. Tiếp nhận – 03/11/2026" in timeline_text(dossier(Status.PROCESSING, events=events))


def test_every_status_has_words() -> None:
    assert len({status.word for status in Status}) == 10


def test_the_share_is_rounded_half_up_and_is_unknown_without_returned_dossiers() -> None:
    assert Tally("all", early=1, on_time=1, late=1).share == 66.67
    assert Tally("all", early=19999, late=1).share == 100.0  # 99.995 exactly
    assert Tally("all", in_progress=3).share is None
