"""Applying a city's fee rules to a procedure: dated fees for filing online, and for nothing else."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from viet_nlu.text import fold

from core.facts import Fee, Method
from core.procedure import Procedure
from knowledge_base.overlays.model import FeeRule, Overlay

# How sources name the Ministry of Finance as the one that set a fee: its circulars, or its name.
_FINANCE: Final = re.compile(r"tt-btc|bo tai chinh")
_STATED: Final = ("fixed", "per_unit", "range")


def apply_overlay(procedure: Procedure, overlay: Overlay, day: date) -> Procedure:
    """Return the procedure with the fees that the city's rules in force on ``day`` give.

    A rule touches only its own ways of filing (in person never), only fees of those whom it names, and only procedures
    that the city's own offices may take. The changed fee carries the rule's dates and source; the fee before it ends on
    the day before, so that reading an earlier day still gives the old one. Applying twice changes nothing.
    """
    rules = [rule for rule in overlay.fee_rules if rule.holds_on(day) and _covers(rule, procedure)]
    if not rules:
        return procedure
    methods = tuple(_method(method, rules) for method in procedure.methods)
    return procedure if methods == procedure.methods else procedure.model_copy(update={"methods": methods})


def _covers(rule: FeeRule, procedure: Procedure) -> bool:
    """A procedure that a ministry also takes is left alone: whether the city pays there, no source says."""
    return set(procedure.levels) <= set(rule.levels)


def _method(method: Method, rules: list[FeeRule]) -> Method:
    fitting = [rule for rule in rules if method.kind in rule.methods and method.kind != "in_person"]
    fees = tuple(new for fee in method.fees for new in _fee(fee, fitting))
    return method if fees == method.fees else method.model_copy(update={"fees": fees})


def _fee(fee: Fee, rules: list[FeeRule]) -> tuple[Fee, ...]:
    for rule in rules:
        if _about(rule, fee) and rule.valid_from is not None:
            return (*_before(fee, rule.valid_from), _zero(fee, rule))
    return (fee,)


def _about(rule: FeeRule, fee: Fee) -> bool:
    words = fold(" ".join(filter(None, (fee.name, fee.note, fee.condition))))
    if any(fold(word) in words for word in rule.except_words):
        return False
    if fee.valid_until is not None and rule.valid_from is not None and fee.valid_until < rule.valid_from:
        return False
    if rule.set_by == "city_council":
        return fee.kind == "set_locally"
    return fee.kind in _STATED and (fee.source is None) and _FINANCE.search(words) is not None


def _before(fee: Fee, start: date) -> tuple[Fee, ...]:
    """Return the old fee, ending on the day before the rule, unless it only began later."""
    last = start - timedelta(days=1)
    if fee.valid_from is not None and fee.valid_from > last:
        return ()
    return (fee.model_copy(update={"valid_until": last}),)


def _zero(fee: Fee, rule: FeeRule) -> Fee:
    return Fee(
        name=fee.name,
        kind="free",
        condition=fee.condition,
        exemptions=fee.exemptions,
        note=rule.note,
        source=rule.source,
        valid_from=rule.valid_from,
        valid_until=rule.valid_until,
    )
