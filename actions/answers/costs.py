"""Fees and times of a procedure: ways of filing that cost and take the same are told together."""

from __future__ import annotations

from collections.abc import Callable

from actions.answers.wording import ASK_FIRST, METHODS, duration, fee, sentence
from core.facts import Method
from core.procedure import Procedure

FEE_EXPIRED = "mức cũ đã hết hiệu lực, chưa có mức mới được xác nhận"
TIME_EXPIRED = "thời hạn cũ đã hết hiệu lực, chưa có thời hạn mới được xác nhận"
Facts = Callable[[Method], tuple[str, ...]]


def fee_lines(procedure: Procedure) -> list[str]:
    """Write the fees by way of filing, with who is exempt; unknown ones are said plainly."""
    lines = _by_method(procedure, lambda m: tuple(fee(item) for item in m.fees) or (FEE_EXPIRED,))
    exempt = list(dict.fromkeys(text for m in procedure.methods for f in m.fees for text in f.exemptions))
    if exempt:
        lines.append("Được miễn, giảm:")
        lines += [f"• {sentence(text)}" for text in exempt]
    unsure = any(f.kind in ("unknown", "set_locally") for m in procedure.methods for f in m.fees)
    if unsure or any(not m.fees for m in procedure.methods):
        lines.append(ASK_FIRST)
    return lines


def time_lines(procedure: Procedure) -> list[str]:
    """Write how long the office takes by way of filing; unknown ones are said plainly."""
    lines = _by_method(procedure, lambda m: tuple(duration(time) for time in m.times) or (TIME_EXPIRED,))
    if any(t.unknown for m in procedure.methods for t in m.times) or any(not m.times for m in procedure.methods):
        lines.append("Anh/Chị xem ngày hẹn trên phiếu tiếp nhận hồ sơ.")
    return lines


def fee_brief(procedure: Procedure) -> str:
    """Write the fees in one line without reasons, for the overview; a fee of some ways only names them."""
    return _brief(procedure, "", lambda m: tuple(fee(item, brief=True) for item in m.fees) or (FEE_EXPIRED,))


def time_brief(procedure: Procedure) -> str:
    """Write the times in one line without reasons, for the overview."""
    facts: Facts = lambda m: tuple(duration(time, brief=True) for time in m.times) or (TIME_EXPIRED,)  # noqa: E731
    return _brief(procedure, "Thời hạn: ", facts)


def _brief(procedure: Procedure, head: str, facts: Facts) -> str:
    ways: dict[str, list[str]] = {}
    for method in procedure.methods:
        for value in facts(method):
            ways.setdefault(value, []).append(METHODS[method.kind])
    kinds = {METHODS[method.kind] for method in procedure.methods}
    values = [value if set(names) == kinds else f"{value} ({', '.join(names)})" for value, names in ways.items()]
    more = "; còn mức khác theo trường hợp" if len(values) > 2 else ""
    return sentence(f"{head}{'; '.join(values[:2])}{more}")


def _by_method(procedure: Procedure, facts: Facts) -> list[str]:
    """Write one bullet a fact, under its ways of filing unless all ways say the same."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for method in procedure.methods:
        names = groups.setdefault(facts(method), [])
        if METHODS[method.kind] not in names:
            names.append(METHODS[method.kind])
    lines = []
    for values, names in groups.items():
        ways = sentence(", ".join(names)).rstrip(".")
        lines.append("Áp dụng cho mọi cách nộp:" if len(groups) == 1 and len(names) > 1 else f"{ways}:")
        lines += [f"• {sentence(value)}" for value in values]
    return lines
