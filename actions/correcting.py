"""Corrections ("không, ý tôi là cấp lại"): the words after the correction, searched among the siblings first."""

from __future__ import annotations

import re

from viet_nlu.text import fold, nfc

from actions.answering import Detail, answer, decided
from actions.asking import buttons, offered
from actions.cases import case_in
from actions.choosing import by_number, by_title, chosen_answer, options_of
from actions.memory import Answered, last_answer
from actions.services import Services
from actions.several import words_of_aspect
from actions.turn import Outcome, Turn
from actions.words import content, spelled
from core.errors import UnknownProcedure
from core.message import Aspect, Reply, ReplyKind
from core.procedure import Procedure

CORRECT_ME = (
    "Xin lỗi Anh/Chị, tôi hiểu chưa đúng. Anh/Chị vui lòng nói rõ hơn việc cần làm, "
    "ví dụ: “cấp lại, không phải cấp mới”."
)
_LEAD = re.compile(r"(?:(?:a|o|u|uh|um|da|oi|thoi)[\s,.]+)+(?=khong |ko |nham|sai|y |ma la )")
_WHO = r"(?:toi|em|minh|mik|mk|tui|chau|con|t|anh|chi)"
_NO = (
    r"(?:khong dung|khong phai|ko phai|a khong|da khong|a nham|sai roi|nham roi|khong|ko|k|hong|hem|sai|nham|no|khoan)"
)
_NO_FIRST = re.compile(rf"^{_NO}(?: (?:roi|a|nhe|ban|em|oi|the|vay|dau|ma|y))*\s*[,.!;:-]+\s*")
_MEANT = re.compile(
    rf"^(?:{_NO}\s+)?(?:y (?:cua )?{_WHO} (?:la |hoi |noi |muon hoi |muon noi |can )?(?:la )?"
    r"|ma la |phai la |ma phai la )"
)
_SAID = re.compile(rf"^{_WHO} (?:dang |muon |can )?(?:hoi|noi|bao)(?: la| ve)? (?P<rest>.+) (?:co ma|ma|co|chu)$")
_RATHER = re.compile(r"^(?:khong|ko|k) phai (?:la )?.+? (?:ma la|ma phai la|ma) (?P<rest>.+)$")
_NOT_THIS = re.compile(r"^(?:khong|ko|k) phai (?:la )?[^,;]+[,;]\s*(?:ma la |ma |y toi la |la )?(?P<rest>.+)$")
_FIRST = re.compile(r"^(?P<rest>.+?)(?: chu|,) (?:khong|ko|k) phai .+$")
_TAIL = re.compile(r"(?: (?:co ma|co|ma|chu|nhe|a|nha|ban|em))+$")
_VERBS = frozenset((
    "cap", "lai", "doi", "dang", "ky", "lam", "xin", "xoa", "gia", "han", "bao", "mat", "mo", "dong", "huy", "sua",
    "thay", "thu", "hoi", "chuyen", "tach", "cho", "tu", "tai", "moi", "va", "co", "voi", "do", "hong",
))  # fmt: skip


def correction_in(text: str) -> str | None:
    """Return the words that a correcting text puts in place of what was understood; ``None`` when it corrects nothing.

    "không, ý tôi là cấp lại" → "cấp lại"; "không phải cấp mới mà là cấp lại" → "cấp lại".
    """
    clean = nfc(text).strip(" .!?")
    folded = fold(clean)
    if len(folded) != len(clean):
        return None
    lead = _LEAD.match(folded)
    clean, folded = (clean[lead.end() :], folded[lead.end() :]) if lead else (clean, folded)
    span = _span(folded)
    if span is None:
        return None
    tail = _TAIL.search(folded, span[0])
    rest = clean[span[0] : tail.start() if tail else span[1]].strip(" ,.!?")
    return rest if content(rest) else None


def _span(folded: str) -> tuple[int, int] | None:
    """Return where the correction stands in a folded text."""
    for pattern in (_RATHER, _NOT_THIS, _FIRST, _SAID):
        found = pattern.match(folded)
        if found:
            return found.span("rest")
    no = _NO_FIRST.match(folded)
    start = no.end() if no else 0
    meant = _MEANT.match(folded[start:])
    start += meant.end() if meant else 0
    return (start, len(folded)) if no or meant else None


def corrected(services: Services, turn: Turn, said: str | None = None) -> Outcome:
    """Answer what the citizen meant instead, or offer the siblings of what was answered before.

    ``said`` are the words of the correction; the whole text when not given.
    """
    words = said or turn.text
    meant = Turn(words, turn.intent, turn.confidence, turn.entities, turn.slots, turn.ranking)
    option = by_title(services, meant) or (by_number(turn) if turn.entity("ordinal") else None)
    if option is not None:
        return chosen_answer(services, meant, option)
    last = last_answer(turn)
    procedure = _record(services, last.code) if last else None
    if last is None or procedure is None:
        return _searched(services, meant, words, Aspect.OVERVIEW)
    return _instead_of(services, meant, last, procedure)


def siblings_offered(services: Services, turn: Turn) -> Outcome:
    """Say sorry, drop the focus, and offer the procedures that people confuse with the one answered."""
    last = last_answer(turn)
    procedure = _record(services, last.code) if last and turn.focus else None
    titles = [(code, record.title) for code, record in _siblings(services, procedure)] if procedure else []
    options = buttons(titles[:3], last.aspects[0] if last else Aspect.OVERVIEW)
    slots = {"focus_procedure": None, "focus_aspect": None, "offered": offered(options) or None, "misses": 0}
    return Outcome(Reply(kind=ReplyKind.SMALLTALK, text=CORRECT_ME, options=options), slots)


def _instead_of(services: Services, turn: Turn, last: Answered, procedure: Procedure) -> Outcome:
    aspect = last.aspects[0]
    sibling = _best_sibling(services, procedure, turn.text)
    if sibling is not None:
        return answer(services, turn, sibling, aspect, Detail(also=last.aspects[1:]))
    case = case_in(procedure, turn.text)
    if case is not None:
        return answer(services, turn, procedure.code, Aspect.DOCUMENTS, Detail(case_id=case.id))
    other = words_of_aspect(turn.text)
    if other is not None and not services.kb.mentions_procedure(turn.text):
        return answer(services, turn, procedure.code, other)
    topic = " ".join(word for word in spelled(procedure.title, turn.text) if fold(word) not in _VERBS)
    return _searched(services, turn, f"{turn.text} {topic}", aspect)


def _searched(services: Services, turn: Turn, wider: str, aspect: Aspect) -> Outcome:
    """Search what was said; when that names nothing by itself, together with the topic of what was spoken of."""
    text = turn.text if services.kb.mentions_procedure(turn.text) else wider
    decision = services.kb.decide(text)
    if decision.kind == "none" and not options_of(turn):
        return siblings_offered(services, turn)
    return decided(services, turn, decision, words_of_aspect(turn.text) or aspect)


def _best_sibling(services: Services, procedure: Procedure, text: str) -> str | None:
    """Return the one sibling that has all words of a correction in its names; ``None`` when none or two have."""
    said = set(content(text))
    fits = [code for code, record in _siblings(services, procedure) if said <= _names(record, text)]
    if len(fits) > 1:
        # The more asked-for procedure first: the editors list siblings in that order.
        ranks = {code: services.kb.get(code, services.today()).popularity for code in fits}
        best = max(ranks.values())
        fits = [code for code in fits if ranks[code] == best]
    return fits[0] if said and len(fits) == 1 else None


def _siblings(services: Services, procedure: Procedure) -> list[tuple[str, Procedure]]:
    found = ((sibling.code, _record(services, sibling.code)) for sibling in procedure.siblings)
    return [(code, record) for code, record in found if record is not None]


def _names(record: Procedure, like: str) -> set[str]:
    return {word for name in (record.title, record.name, *record.aliases) for word in spelled(name, like)}


def _record(services: Services, code: str) -> Procedure | None:
    try:
        return services.kb.get(code, services.today())
    except UnknownProcedure:
        return None
