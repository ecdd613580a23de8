"""Fees and times of a procedure: methods that say the same are told together."""

from __future__ import annotations

from collections.abc import Callable

from actions.answers.wording import ASK_FIRST, METHODS, duration, fee, lower_first, sentence
from core.facts import Method
from core.procedure import Procedure


def fee_lines(procedure: Procedure) -> list[str]:
    """Write the fees by way of filing, with who is exempt; unknown ones are said plainly."""
    lines = _by_method(procedure, "Phí, lệ phí", _fees)
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
    lines = _by_method(procedure, "Thời hạn giải quyết", _times)
    if any(t.unknown for m in procedure.methods for t in m.times) or any(not m.times for m in procedure.methods):
        lines.append("Anh/Chị xem ngày hẹn trên phiếu tiếp nhận hồ sơ.")
    return lines


def _fees(method: Method) -> tuple[str, ...]:
    return tuple(fee(item) for item in method.fees) or ("mức cũ đã hết hiệu lực, chưa có mức mới được xác nhận",)


def _times(method: Method) -> tuple[str, ...]:
    return tuple(duration(time) for time in method.times) or ("thời hạn cũ đã hết hiệu lực, chưa có thời hạn mới",)


def _by_method(procedure: Procedure, head: str, facts: Callable[[Method], tuple[str, ...]]) -> list[str]:
    groups: dict[tuple[str, ...], list[str]] = {}
    for method in procedure.methods:
        names = groups.setdefault(facts(method), [])
        if METHODS[method.kind] not in names:
            names.append(METHODS[method.kind])
    lines = []
    for values, names in groups.items():
        ways = "mọi cách nộp" if len(groups) == 1 and len(names) > 1 else ", ".join(names)
        if len(values) == 1:
            lines.append(sentence(f"{head} ({ways}): {lower_first(values[0])}"))
        else:
            lines.append(f"{head} ({ways}):")
            lines += [f"• {sentence(value)}" for value in values]
    return lines
