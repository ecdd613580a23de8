"""Conditions, legal basis and result of a procedure."""

from __future__ import annotations

from actions.answers.wording import sentence
from core.procedure import Procedure


def eligibility_lines(procedure: Procedure) -> list[str]:
    """Write who may file and under which conditions."""
    lines = []
    if procedure.audience:
        lines.append(sentence(f"Đối tượng: {', '.join(procedure.audience)}"))
    if procedure.conditions:
        lines.append("Yêu cầu, điều kiện:")
        lines += [f"• {sentence(condition.text)}" for condition in procedure.conditions]
    else:
        lines.append("Nguồn không ghi yêu cầu, điều kiện riêng cho thủ tục này.")
    return lines


def legal_lines(procedure: Procedure) -> list[str]:
    """Write the laws and decrees that the procedure rests on."""
    if not procedure.legal:
        return ["Nguồn không ghi căn cứ pháp lý cho thủ tục này."]
    return [
        "Căn cứ pháp lý:",
        *(f"• {basis.name}" + (f" (số {basis.number})" if basis.number else "") for basis in procedure.legal),
    ]


def result_lines(procedure: Procedure) -> list[str]:
    """Write what the person receives."""
    if not procedure.results:
        return ["Nguồn không ghi rõ giấy tờ kết quả của thủ tục này."]
    return [
        "Kết quả Anh/Chị nhận được:",
        *(f"• {result.name}" + (f" – {result.note}" if result.note else "") for result in procedure.results),
    ]
