"""English and mixed text: a short English answer for the ten commonest needs, with a button to the Vietnamese one.

Names of papers are put in English by us, each with the words of the record beside it; times and fees come from the
record alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from viet_nlu.text import fold

from actions.asking import offered
from actions.memory import Answered, remembered
from actions.misses import HUMAN
from actions.services import Services
from actions.turn import Outcome, Turn, procedure_button
from core.errors import UnknownProcedure
from core.facts import Duration, Fee
from core.message import Aspect, Button, Reply, ReplyKind, Source
from core.procedure import Procedure

UNITS = {
    "minute": "minutes", "hour": "hours", "day": "days", "working_day": "working days", "month": "months",
    "year": "years",
}  # fmt: skip
PER = {"trang": "page", "bản": "copy", "trường hợp": "case", "người": "person"}
WAYS = {"in_person": "in person", "online": "online", "postal": "by post"}
WORDS = frozenset((
    "how", "what", "where", "when", "which", "do", "does", "is", "are", "can", "i", "my", "me", "to", "the", "a", "for",
    "of", "in", "get", "need", "want", "apply", "register", "registration", "document", "documents", "please", "help",
    "you", "much", "long", "hello", "hi", "english", "speak", "and", "with", "it", "new", "lost", "have", "papers",
))  # fmt: skip
UNKNOWN = (
    "Sorry, I can only give short answers in English about: birth, marriage, death, permanent and temporary residence, "
    "ID card, passport, certified copies, household business and land title. "
    "Which one do you need? You can also call 19001009 or ask in Vietnamese."
)


@dataclass(frozen=True)
class Need:
    """One need: the procedure's code, its English name, how people ask, and the main papers (English, as recorded)."""

    code: str
    name: str
    asked: str
    papers: tuple[tuple[str, str], ...]


# In this order: what is narrower comes first ("temporary residence" before "residence").
NEEDS: tuple[Need, ...] = (
    Need("1.004194", "Temporary residence registration", r"tempora\w+ resid\w+|tam tru",
         (("declaration of change of residence", "CT01"), ("proof of a lawful dwelling", "chỗ ở hợp pháp"))),
    Need("1.004222", "Permanent residence registration", r"(?:permanent )?resid\w+|household book|thuong tru",
         (("declaration of change of residence", "CT01"), ("proof of a lawful dwelling", "chỗ ở hợp pháp"))),
    Need("2.000815", "Certified copies from originals", r"certif\w+ (?:true )?cop\w+|cop(?:y|ies).*certif\w+"
         r"|notari[sz]\w+|photocop\w+|sao y|chung thuc ban sao",
         (("the original", "Bản chính"), ("the copies to be certified", "bản sao"))),
    Need("1.001612", "Household business registration", r"household business|business|open (?:a )?shop|ho kinh doanh",
         (("application for registration", "Giấy đề nghị đăng ký hộ kinh doanh"),)),
    Need("1.013978", "First land title (land use right certificate)", r"land|red book|pink book|title deed|so do",
         (("application", "Đơn đăng ký đất đai"), ("papers about the land", "Giấy tờ về quyền sử dụng đất"))),
    Need("1.001456", "Ordinary passport", r"passport|ho chieu",
         (("declaration", "Tờ khai đề nghị cấp hộ chiếu"), ("photo", "Ảnh"))),
    Need("1.014061", "Citizen identity card", r"\bid\b|id card|identity card|citizen card|can cuoc|cccd",
         (("request form", "DC02"), ("your old card, if you have one", "Thẻ Căn cước công dân cũ"))),
    Need("1.000656", "Death registration", r"death|died|passed away|khai tu",
         (("declaration of death registration", "Tờ khai"), ("notice of death", "Giấy báo tử"))),
    Need("1.000894", "Marriage registration", r"marr\w+|wedding|ket hon",
         (("declaration of marriage registration", "Tờ khai"), ("valid identity paper", "Giấy tờ tùy thân"))),
    Need("1.001193", "Birth registration", r"birth|new ?born|my baby|khai sinh",
         (("declaration of birth registration", "Tờ khai"), ("birth notice from the hospital", "Giấy chứng sinh"))),
)  # fmt: skip


def looks_english(text: str) -> bool:
    """Tell whether a text is mostly English: no marks, and at least half of its words, two or more, are common ones."""
    if not text.isascii():
        return False
    words = re.findall(r"[a-z]+", text.lower())
    common = sum(word in WORDS for word in words)
    return common >= 2 and common * 2 >= len(words)


def need_of(text: str) -> Need | None:
    """Return the need that a text names."""
    folded = fold(text)
    return next((need for need in NEEDS if re.search(need.asked, folded)), None)


def english_outcome(services: Services, turn: Turn) -> Outcome:
    """Answer in short English, or list what can be asked in English."""
    need = need_of(turn.text)
    procedure = _record(services, need) if need else None
    if need is None or procedure is None:
        return Outcome(Reply(kind=ReplyKind.SMALLTALK, text=UNKNOWN, options=(*_common(), HUMAN)), {"misses": 0})
    ref = procedure.source
    reply = Reply(
        kind=ReplyKind.ANSWER,
        text=english_text(need, procedure),
        procedure=procedure.code,
        aspect=Aspect.OVERVIEW,
        options=(_vietnamese(procedure), HUMAN),
        sources=(Source(code=procedure.code, decision=ref.decision, url=ref.url, checked_on=ref.checked),),
    )
    told = Answered(procedure.code, (Aspect.OVERVIEW,))
    return Outcome(reply, {**remembered(turn, told), "offered": offered(reply.options)})


def english_text(need: Need, procedure: Procedure) -> str:
    """Write the need in English; every number is of the record."""
    lines = [f"{need.name} – procedure {procedure.code} ({procedure.title})."]
    if need.papers:
        papers = "; ".join(f"{english} ({vietnamese})" for english, vietnamese in need.papers)
        lines.append(f"Main papers: {papers}.")
    times = dict.fromkeys(_time(time) for method in procedure.methods for time in method.times)
    fees = dict.fromkeys(_fee(fee) for method in procedure.methods for fee in method.fees)
    lines.append(f"Time: {_listed(times)}. Fee: {_listed(fees)}.")
    ways = dict.fromkeys(WAYS[method.kind] for method in procedure.methods)
    lines.append(f"File {', '.join(ways)}. The full list of papers and conditions is in Vietnamese: press the button.")
    return "\n".join(lines)


def _listed(values: dict[str, None]) -> str:
    shown = list(values)[:2]
    return " or ".join(shown) + (" (other cases differ)" if len(values) > 2 else "") if shown else "not confirmed"


def _time(time: Duration) -> str:
    if time.unknown is not None or time.unit is None:
        return "not confirmed"
    if time.value == 0:
        return "at once"
    span = f"{time.value}" if time.value_max is None else f"{time.value}–{time.value_max}"
    return f"{span} {UNITS[time.unit]}"


def _fee(fee: Fee) -> str:
    match fee.kind:
        case "fixed":
            return f"{fee.amount:,} VND"
        case "per_unit":
            return f"{fee.amount:,} VND per {PER.get(fee.unit or '', fee.unit)}"
        case "range":
            return f"{fee.amount:,}–{fee.amount_max:,} VND"
        case "free":
            return "none"
        case "set_locally":
            return "set by the city"
        case _:
            return "not confirmed"


def _vietnamese(procedure: Procedure) -> Button:
    return procedure_button("Xem bằng tiếng Việt", procedure.code, Aspect.DOCUMENTS)


def _common() -> tuple[Button, ...]:
    return tuple(procedure_button(need.name[:60], need.code, Aspect.OVERVIEW) for need in NEEDS[-3:])


def _record(services: Services, need: Need) -> Procedure | None:
    try:
        return services.kb.get(need.code, services.today())
    except UnknownProcedure:
        return None
