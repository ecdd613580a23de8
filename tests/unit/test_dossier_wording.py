"""What a citizen reads about a dossier: complete, courteous, and never more than is known."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from core.dossier import HANOI, Dossier, Status, StatusEvent
from core.facts import Form, Paper
from dossiers.lookup import Locked, NotMatched
from dossiers.wording import QUESTIONS, answer, locked_text, not_matched_text, state_text, supplement_text

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=HANOI)
CODE = "H26.1-261102-0001"


def dossier(status: Status = Status.PROCESSING, **more: Any) -> Dossier:
    values: dict[str, Any] = {
        "code": CODE, "procedure_name": "Đăng ký khai sinh", "unit": "UBND phường Trúc Bạch", "level": "commune",
        "holder": "Nguyễn V. A.", "status": status, "received_at": NOW - timedelta(days=10), "as_of": NOW,
        "due_at": datetime(2026, 11, 26, 17, 0, tzinfo=HANOI),
    }  # fmt: skip
    return Dossier.model_validate(values | more)


def test_the_state_names_office_status_steps_and_working_days_left() -> None:
    text = state_text(dossier(), NOW)
    for part in ("UBND phường Trúc Bạch", "Nguyễn V. A.", "Trạng thái: Đang xử lý", "1. Tiếp nhận", "5. Trả kết quả"):
        assert part in text
    assert "Ngày hẹn trả kết quả: 17:00 ngày 26/11/2026 (còn 2 ngày làm việc)." in text


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_has_an_answer_in_every_status_without_the_code(status: Status, question: Any) -> None:
    text = answer(question, dossier(status), NOW)
    assert text.strip()
    assert CODE not in text
    assert "None" not in text


def test_the_last_day_and_a_new_date_are_said_as_such() -> None:
    assert "hạn là hôm nay" in answer("when", dossier(due_at=NOW.replace(hour=17)), NOW)
    assert "Ngày hẹn lại" in answer("when", dossier(new_due_at=NOW + timedelta(days=8)), NOW)


def test_overdue_gives_the_reason_an_apology_and_whom_to_ask() -> None:
    late = dossier(due_at=datetime(2026, 11, 19, 17, 0, tzinfo=HANOI), reason="Chờ ý kiến cơ quan thuế")
    text = answer("when", late, NOW)
    for part in ("quá hạn 2 ngày làm việc", "Chờ ý kiến cơ quan thuế", "xin lỗi", "chưa ghi ngày hẹn mới", "19001009"):
        assert part.lower() in text.lower()


def test_a_due_day_in_a_year_not_announced_says_so() -> None:
    assert "dự kiến" in answer("when", dossier(due_at=datetime(2027, 2, 15, 17, 0, tzinfo=HANOI)), NOW)


def test_a_request_to_supplement_becomes_steps_with_the_procedures_own_papers() -> None:
    papers = [
        Paper(name="Giấy chứng sinh", originals=1, copies=2),
        Paper(name="Tờ khai đăng ký khai sinh", form=Form(name="Tờ khai đăng ký khai sinh", code="01")),
        Paper(name="Giấy tờ tùy thân"),
    ]
    waiting = dossier(
        Status.SUPPLEMENT, supplement=["giấy chứng sinh", "Tờ khai đăng ký khai sinh", "Ảnh thẻ"], reason="Thiếu"
    )
    lines = supplement_text(waiting, papers).splitlines()
    assert lines[1] == "Lý do cơ quan ghi: Thiếu."
    assert lines[2:5] == [
        "1. Chuẩn bị: giấy chứng sinh (1 bản chính, 2 bản sao)",
        "2. Chuẩn bị: Tờ khai đăng ký khai sinh (mẫu 01)",
        "3. Chuẩn bị: Ảnh thẻ",
    ]
    assert lines[5].startswith("4. Nộp bổ sung")


def test_counts_are_left_out_when_two_papers_could_be_meant() -> None:
    papers = [
        Paper(name="Giấy chứng sinh bản điện tử", originals=1),
        Paper(name="Giấy chứng sinh bản giấy", originals=2),
    ]
    assert "1. Chuẩn bị: Giấy chứng sinh\n" in supplement_text(
        dossier(Status.SUPPLEMENT, supplement=["Giấy chứng sinh"]), papers
    )


def test_a_request_without_a_list_says_whom_to_ask() -> None:
    assert "chưa ghi rõ giấy tờ nào" in supplement_text(dossier(Status.SUPPLEMENT))


def test_an_old_state_is_shown_with_its_time() -> None:
    for question in QUESTIONS:
        assert "tình trạng gần nhất tôi biết, lúc 09:00 ngày 23/11/2026" in answer(question, dossier(stale=True), NOW)


def test_a_finished_dossier_says_where_to_get_the_result() -> None:
    done = dossier(Status.DONE, finished_at=NOW, return_place="Điểm Trúc Bạch")
    assert "Nơi nhận kết quả: Điểm Trúc Bạch" in state_text(done, NOW)
    assert "chưa ghi nơi nhận" in answer("where", dossier(), NOW)


def test_a_proxy_is_told_what_to_bring_and_that_some_results_are_personal() -> None:
    text = answer("proxy", dossier(), NOW)
    assert "văn bản ủy quyền" in text
    assert "hỏi trước" in text
    assert "chưa có kết quả" in text


def test_a_refused_dossier_gives_the_reason_or_says_that_none_is_written() -> None:
    assert "Lý do cơ quan ghi: Không thuộc thẩm quyền." in answer(
        "why_returned", dossier(Status.NOT_ACCEPTED, reason="Không thuộc thẩm quyền"), NOW
    )
    assert "chưa ghi lý do" in answer("why_returned", dossier(Status.STOPPED), NOW)
    assert "không bị trả lại" in answer("why_returned", dossier(), NOW)


def test_returned_on_a_day() -> None:
    events = (StatusEvent(at=NOW, status=Status.RETURNED),)
    assert "✓ 5. Trả kết quả – 23/11/2026" in state_text(dossier(Status.RETURNED, events=events, finished_at=NOW), NOW)


def test_a_lock_gives_its_end_and_a_way_on() -> None:
    for by in ("person", "code"):
        text = locked_text(Locked(NOW, by))  # type: ignore[arg-type]
        assert "09:00 ngày 23/11/2026" in text
        assert "19001009" in text


def test_what_does_not_match_tells_the_tries_left_and_not_what_was_wrong() -> None:
    assert "còn 4 lần thử" in not_matched_text(NotMatched(4))
    assert "đã hết lượt thử" in not_matched_text(NotMatched(0))
