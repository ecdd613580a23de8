"""Where and how to file: place, steps, online."""

from __future__ import annotations

from actions.answers.wording import METHODS, lower_first, sentence
from core.procedure import Procedure

PORTAL = "Cổng Dịch vụ công quốc gia (dichvucong.gov.vn)"


def place_lines(procedure: Procedure) -> list[str]:
    """Write which office takes the dossier and by which ways."""
    if not procedure.places:
        return [
            "Nơi nộp cũ đã hết hiệu lực, chưa có thông tin mới được xác nhận. Anh/Chị gọi 19001009 để được chỉ nơi nộp."
        ]
    lines = [sentence(f"Nơi nộp: {place.office}") for place in procedure.places]
    lines += [sentence(place.note) for place in procedure.places if place.note]
    ways = list(dict.fromkeys(METHODS[method.kind] for method in procedure.methods))
    lines.append(sentence(f"Cách nộp: {', '.join(ways)}"))
    return lines


def steps_lines(procedure: Procedure) -> list[str]:
    """Write the steps in order, numbered."""
    if not procedure.steps:
        return ["Nguồn không ghi trình tự từng bước cho thủ tục này.", *place_lines(procedure)]
    return ["Các bước thực hiện:", *(f"{n}. {sentence(step.text)}" for n, step in enumerate(procedure.steps, start=1))]


def online_lines(procedure: Procedure) -> list[str]:
    """Say whether the dossier can be filed online, and how."""
    methods = [method for method in procedure.methods if method.kind == "online"]
    if not methods:
        ways = ", ".join(dict.fromkeys(METHODS[method.kind] for method in procedure.methods))
        return [sentence(f"Nguồn chưa ghi cách nộp trực tuyến cho thủ tục này; hiện có: {ways}")]
    notes = [sentence(method.note) for method in methods if method.note]
    where = "Nộp trực tuyến được." if notes else f"Nộp trực tuyến được, trên {PORTAL}."
    return [where, *notes, "Anh/Chị đăng nhập bằng tài khoản định danh điện tử (VNeID)."]


def office_short(procedure: Procedure) -> str:
    """Return the first office in a few words, for the overview."""
    return lower_first(procedure.places[0].office) if procedure.places else "chưa có thông tin xác nhận"
