"""What a citizen reads about a dossier: its state, its time, and answers to the usual questions about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, get_args

from viet_nlu.text import fold

from core.dossier import CLOSED, FINISHED, HANOI, Dossier, Status
from core.facts import Paper
from dossiers.deadline import Deadline, deadline
from dossiers.lookup import Locked, NotMatched
from dossiers.steps import timeline_text
from dossiers.workdays import Workdays, workdays_of

Question = Literal["status", "why_returned", "when", "where", "proxy", "supplement"]
QUESTIONS: tuple[Question, ...] = get_args(Question)
HOTLINES = "19001009 hoặc 024.1022"
ASK_FACT = (
    "Để bảo vệ thông tin của Anh/Chị, vui lòng gửi thêm một trong các thông tin sau: 4 số cuối số điện thoại "
    "đã đăng ký, 4 số cuối số định danh cá nhân, hoặc mã PIN 6 số trên phiếu tiếp nhận."
)
ASK_CODE = "Anh/Chị vui lòng gửi mã hồ sơ in trên phiếu tiếp nhận, có dạng như H26-251225-0001."
NOT_OURS = (
    "Mã này không thuộc hệ thống hồ sơ mà tôi tra cứu được. Anh/Chị tra cứu trên Cổng Dịch vụ công quốc gia "
    f"(dichvucong.gov.vn), hoặc gọi {HOTLINES}."
)
_COMMON_WORDS = 2


def state_text(dossier: Dossier, now: datetime, days: Workdays | None = None, papers: Sequence[Paper] = ()) -> str:
    """Return the state of a dossier: what and where, the status, the five steps, the time, what to do."""
    due = deadline(dossier, now, days or workdays_of(dossier.unit))
    holder = f", người nộp: {dossier.holder.removesuffix('.')}" if dossier.holder else ""
    parts = [
        _old(dossier),
        f"Hồ sơ {dossier.procedure_name}, nộp tại {dossier.unit}{holder}.",
        f"Trạng thái: {dossier.status.word}.",
        timeline_text(dossier),
        due_text(dossier, due),
    ]
    if dossier.status is Status.SUPPLEMENT:
        parts.append(supplement_text(dossier, papers))
    elif dossier.status in CLOSED:
        parts.append(_why(dossier))
    return "\n".join(part for part in parts if part)


def due_text(dossier: Dossier, due: Deadline) -> str:
    """Return what there is to say about the time of a dossier; an overdue one gets reason, apology and whom to ask."""
    if due.state == "overdue":
        return _overdue(dossier, due)
    if due.state == "paused":
        return "Thời hạn giải quyết tạm dừng cho đến khi Anh/Chị nộp đủ giấy tờ bổ sung."
    if due.state == "finished":
        return _finished(dossier)
    if due.state == "unknown":
        return f"Hệ thống chưa ghi ngày hẹn trả kết quả. Anh/Chị xem trên phiếu tiếp nhận hoặc gọi {HOTLINES}."
    if due.state == "closed" or due.due_at is None:
        return ""
    word = "Ngày hẹn lại" if due.extended else "Ngày hẹn trả kết quả"
    left = f"còn {due.days_left} ngày làm việc" if due.days_left else "hạn là hôm nay"
    doubt = " Lịch nghỉ lễ của năm đó chưa công bố nên số ngày làm việc là dự kiến." if due.provisional else ""
    return f"{word}: {_moment(due.due_at)} ({left}).{doubt}"


def answer(question: Question, dossier: Dossier, now: datetime, papers: Sequence[Paper] = ()) -> str:
    """Answer one of the usual questions about a dossier; ``papers`` are the procedure's own."""
    due = deadline(dossier, now, workdays_of(dossier.unit))
    texts = {
        "status": lambda: state_text(dossier, now, papers=papers),
        "why_returned": lambda: _why(dossier, papers),
        "when": lambda: due_text(dossier, due) or _why(dossier),
        "where": lambda: _where(dossier),
        "proxy": lambda: _proxy(dossier),
        "supplement": lambda: supplement_text(dossier, papers),
    }
    return "\n".join(part for part in (_old(dossier) if question != "status" else "", texts[question]()) if part)


def supplement_text(dossier: Dossier, papers: Sequence[Paper] = ()) -> str:
    """Turn a request to supplement into numbered steps; a paper known to the procedure gets its counts and form."""
    if dossier.status is not Status.SUPPLEMENT:
        return "Hiện hồ sơ không có yêu cầu bổ sung giấy tờ."
    reason = f"Lý do cơ quan ghi: {dossier.reason}." if dossier.reason else ""
    if not dossier.supplement:
        todo = f"Hệ thống chưa ghi rõ giấy tờ nào; Anh/Chị hỏi {dossier.unit} hoặc gọi {HOTLINES}."
        return "\n".join(part for part in ("Hồ sơ cần bổ sung giấy tờ.", reason, todo) if part)
    steps = [f"Chuẩn bị: {_paper(name, papers)}" for name in dossier.supplement]
    steps.append(f"Nộp bổ sung theo cách đã nộp hồ sơ (trực tuyến, hoặc tại {dossier.unit}), ghi kèm mã hồ sơ.")
    steps.append("Giữ lại xác nhận đã nộp; thời hạn giải quyết chạy tiếp từ ngày làm việc kế tiếp.")
    lines = [f"{number}. {step}" for number, step in enumerate(steps, 1)]
    return "\n".join(part for part in ("Hồ sơ cần bổ sung giấy tờ. Anh/Chị làm như sau:", reason, *lines) if part)


def not_matched_text(outcome: NotMatched) -> str:
    """Return the one answer to an unknown code and to a wrong fact."""
    tail = (
        f"Anh/Chị còn {outcome.left} lần thử trong giờ này."
        if outcome.left
        else f"Anh/Chị đã hết lượt thử trong giờ này; vui lòng thử lại sau hoặc gọi {HOTLINES}."
    )
    return (
        "Tôi không tìm thấy hồ sơ nào khớp với mã và thông tin xác nhận này. Anh/Chị kiểm tra lại mã hồ sơ trên phiếu "
        f"tiếp nhận và 4 số cuối điện thoại, 4 số cuối số định danh hoặc mã PIN. {tail}"
    )


def locked_text(outcome: Locked) -> str:
    """Return what to do when no more tries are taken: when it ends, and the ways on."""
    whose = "Anh/Chị đã thử quá số lần cho phép" if outcome.by == "person" else "Mã hồ sơ này đã bị thử quá nhiều lần"
    return (
        f"{whose}, nên việc tra cứu tạm khóa đến {_moment(outcome.until)} để bảo vệ thông tin của người dân. "
        f"Nếu cần ngay, Anh/Chị gọi {HOTLINES}, hoặc mang phiếu tiếp nhận và giấy tờ tùy thân đến nơi đã nộp hồ sơ."
    )


def _old(dossier: Dossier) -> str:
    if not dossier.stale:
        return ""
    return (
        "Tôi chưa lấy được thông tin mới từ hệ thống hồ sơ; "
        f"đây là tình trạng gần nhất tôi biết, lúc {_moment(dossier.as_of)}."
    )


def _overdue(dossier: Dossier, due: Deadline) -> str:
    late = f"{-due.days_left} ngày làm việc" if due.days_left else "trong ngày"
    when = _moment(due.due_at) if due.due_at else ""
    reason = f" Lý do cơ quan ghi: {dossier.reason}." if dossier.reason else " Hệ thống chưa ghi lý do."
    again = "" if due.extended else " Hệ thống chưa ghi ngày hẹn mới."
    return (
        f"Hồ sơ đã quá hạn {late} (hẹn {when}).{reason}{again} Xin lỗi Anh/Chị vì sự chậm trễ này. "
        f"Anh/Chị có quyền hỏi {dossier.unit} về lý do và ngày hẹn mới, hoặc gọi {HOTLINES}."
    )


def _finished(dossier: Dossier) -> str:
    day = f" ngày {dossier.finished_at.astimezone(HANOI):%d/%m/%Y}" if dossier.finished_at else ""
    if dossier.status is Status.RETURNED:
        return f"Kết quả đã được trả{day if not dossier.events else ''}."
    return f"Đã có kết quả{day}. {_where(dossier)}"


def _where(dossier: Dossier) -> str:
    if dossier.return_place:
        return f"Nơi nhận kết quả: {dossier.return_place}. Anh/Chị mang theo phiếu tiếp nhận và giấy tờ tùy thân."
    return (
        "Hệ thống chưa ghi nơi nhận kết quả. Thông thường là nơi ghi trên phiếu tiếp nhận; "
        f"Anh/Chị hỏi {dossier.unit} hoặc gọi {HOTLINES} để biết chắc."
    )


def _why(dossier: Dossier, papers: Sequence[Paper] = ()) -> str:
    if dossier.status is Status.SUPPLEMENT:
        return supplement_text(dossier, papers)
    if dossier.status is Status.WITHDRAWN:
        return "Hồ sơ dừng vì có yêu cầu rút hồ sơ. Nếu Anh/Chị không yêu cầu, vui lòng báo ngay cho " + HOTLINES + "."
    if dossier.status not in CLOSED:
        return f"Hồ sơ không bị trả lại; trạng thái hiện nay: {dossier.status.word}."
    reason = f"Lý do cơ quan ghi: {dossier.reason}." if dossier.reason else "Hệ thống chưa ghi lý do."
    return (
        f"{reason} Cơ quan phải nêu rõ lý do bằng văn bản; Anh/Chị hỏi {dossier.unit} hoặc gọi {HOTLINES}, "
        "và có thể nộp lại khi đã đủ điều kiện."
    )


def _proxy(dossier: Dossier) -> str:
    place = dossier.return_place or dossier.unit
    ready = "" if dossier.status in FINISHED else " Lưu ý: hồ sơ chưa có kết quả."
    return (
        "Thường người khác có thể nhận thay nếu được Anh/Chị ủy quyền: mang văn bản ủy quyền, phiếu tiếp nhận "
        "và giấy tờ tùy thân của mình. Một số kết quả phải nhận trực tiếp, nên Anh/Chị hỏi trước "
        f"{place} hoặc gọi {HOTLINES}.{ready}"
    )


def _paper(name: str, papers: Sequence[Paper]) -> str:
    """Name a paper with the counts and the form of the procedure's own, when exactly one of these is meant."""
    wanted = set(fold(name).split())
    found = [paper for paper in papers if _alike(wanted, set(fold(paper.name).split()))]
    if len(found) != 1:
        return name
    paper = found[0]
    counts = [f"{n} {word}" for n, word in ((paper.originals, "bản chính"), (paper.copies, "bản sao")) if n]
    form = [f"mẫu {paper.form.code or paper.form.name}"] if paper.form else []
    details = ", ".join(counts + form)
    return f"{name} ({details})" if details else name


def _alike(wanted: set[str], known: set[str]) -> bool:
    shorter = min(len(wanted), len(known))
    return shorter >= _COMMON_WORDS and len(wanted & known) == shorter


def _moment(at: datetime) -> str:
    return f"{at.astimezone(HANOI):%H:%M ngày %d/%m/%Y}"
