"""The draft of one record: what every format gives in the end, and how it becomes a procedure."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from core.facts import LegalBasis, Level, Place, Result, SourceRef
from core.procedure import Condition, Procedure, Step
from knowledge_base.importers.cells import check_text, clean, is_empty, lines, one_line, short_title
from knowledge_base.importers.issues import Issues
from knowledge_base.importers.letters import UP
from knowledge_base.importers.methods import Row, build_methods
from knowledge_base.importers.papers import CaseRow, build_cases

PORTAL: Final = "Cổng Dịch vụ công quốc gia"
_CODE: Final = re.compile(r"^(\d\.\d{6})((?:\.\w+)*)$")
_LEVELS: Final[dict[str, Level]] = {
    "cấp bộ": "ministry",
    "cấp tỉnh": "province",
    "cấp xã": "commune",
    "cấp huyện": "other",
    "cơ quan khác": "other",
}
_OFFICE_LEVELS: Final[tuple[tuple[str, Level], ...]] = (
    (r"\bcấp xã\b|\bxã\b(?! hội)|phường|thị trấn", "commune"),
    (r"\bsở\b|cấp tỉnh|\btỉnh\b|thành phố|văn phòng đăng ký đất đai", "province"),
    (r"^bộ |\bcục\b|tổng cục|ngân hàng nhà nước|ủy ban chứng khoán|kho bạc", "ministry"),
)
_PLACE_LENGTH: Final = 300
_NO_OFFICE: Final = "Chưa rõ: nguồn không ghi cơ quan tiếp nhận"
ABOLISHED: Final = (
    "Nguồn còn nhắc tới cấp huyện, đã bỏ từ 01/7/2025; nơi tiếp nhận cần hỏi lại Bộ phận Một cửa của phường, xã."
)


@dataclasses.dataclass
class Draft:
    """One record before it is checked: texts as the source has them, tables already in rows."""

    code: str
    name: str
    field: str = ""
    ministry: str | None = None
    levels: str = ""
    audience: str = ""
    offices: str = ""
    authority: str = ""
    address: str = ""
    methods: list[Row] = dataclasses.field(default_factory=list)
    cases: list[CaseRow] = dataclasses.field(default_factory=list)
    steps: str = ""
    conditions: str = ""
    results: list[str] = dataclasses.field(default_factory=list)
    legal: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    keywords: list[str] = dataclasses.field(default_factory=list)
    url: str | None = None
    decision: str | None = None


def plain_code(code: str, issues: Issues) -> str | None:
    """Return the code without an office's suffix (``.H19``), or ``None`` when it is none."""
    found = _CODE.match(code.strip())
    if found is None:
        return None
    if found[2]:
        issues.add("code_suffix", "code", code)
    return found[1]


def to_procedure(draft: Draft, issues: Issues, gathered: date) -> Procedure:
    """Build the imported procedure; unreadable facts are stated as unknown and noted in ``issues``.

    Raises:
        pydantic.ValidationError: the record has no code or name that the schema accepts.
    """
    _check_texts(draft, issues)
    internal = draft.code[:1] in "56"
    if internal:
        issues.add("internal_code", "code", draft.code)
    levels = _levels(draft.levels, issues)
    cases = build_cases(draft.cases, issues)
    methods = build_methods(draft.methods, issues)
    places = _places(draft, levels, issues)
    return Procedure(
        code=draft.code,
        name=one_line(draft.name).lstrip(" .,;:-–"),
        title=short_title(draft.name),
        origin="imported",
        field=_field(draft.field, issues),
        ministry=draft.ministry,
        levels=levels,
        audience=_listed(draft.audience),
        keywords=tuple(draft.keywords),
        internal=internal,
        cases=cases,
        methods=methods,
        places=places,
        steps=tuple(Step(text=text) for text in _steps(draft.steps)),
        conditions=tuple(Condition(text=text) for text in lines(draft.conditions)),
        results=tuple(Result(name=name) for name in dict.fromkeys(draft.results) if not is_empty(name)),
        legal=_legal(draft.legal),
        source=_source(draft, gathered),
        remarks=(ABOLISHED,) if "abolished_level" in issues.kinds() else (),
    )


def _source(draft: Draft, gathered: date) -> SourceRef:
    decision = None if is_empty(draft.decision) else one_line(draft.decision)
    if not draft.url and not decision:
        decision = f"Thủ tục {draft.code}"
    return SourceRef(publisher=PORTAL, gathered=gathered, checked=gathered, url=draft.url or None, decision=decision)


def _check_texts(draft: Draft, issues: Issues) -> None:
    texts = {
        "name": draft.name,
        "steps": draft.steps,
        "conditions": draft.conditions,
        "offices": draft.offices,
        "authority": draft.authority,
        "address": draft.address,
        "levels": draft.levels,
        "cases": "\n".join(row.name for case in draft.cases for row in case.rows),
        "methods": "\n".join(f"{row.fee_words} {row.description}".strip() for row in draft.methods),
        "results": "\n".join(draft.results),
    }
    for name, text in texts.items():
        if text:
            check_text(text, name, issues)


def _levels(text: str, issues: Issues) -> tuple[Level, ...]:
    found = [_LEVELS[word] for word in (part.strip().lower() for part in text.split(",")) if word in _LEVELS]
    if not found:
        issues.add("level_missing", "levels", text)
    return tuple(dict.fromkeys(found)) or ("other",)


def _field(text: str, issues: Issues) -> str:
    if is_empty(text):
        issues.add("field_missing", "field")
        return "Chưa phân loại"
    return one_line(text)


def _listed(text: str) -> tuple[str, ...]:
    """Split a list at commas outside brackets; "Cán bộ, công chức, viên chức" is one kind of applicant."""
    text = one_line(text).replace("Cán bộ, công chức, viên chức", "Cán bộ công chức viên chức")
    parts = (part.strip() for part in re.split(rf",(?![^(]*\))(?=\s*[{UP}])", text))
    restored = (part.replace("Cán bộ công chức viên chức", "Cán bộ, công chức, viên chức") for part in parts)
    return tuple(dict.fromkeys(part for part in restored if not is_empty(part)))


def _places(draft: Draft, levels: tuple[Level, ...], issues: Issues) -> tuple[Place, ...]:
    offices = [name for text in (draft.offices, draft.authority) for name in _office_names(text)]
    address = one_line(draft.address)
    note = address if address and len(address) <= _PLACE_LENGTH and not is_empty(address) else None
    unique = list(dict.fromkeys(offices))[:12]
    if not unique:
        issues.add("office_missing", "places", draft.offices)
        return (Place(office=_NO_OFFICE, level=levels[0], note=note),)
    return tuple(
        Place(
            office=name,
            level=_office_level(name, levels),
            note=ABOLISHED if "cấp huyện" in name.lower() else note if index == 0 else None,
        )
        for index, name in enumerate(unique)
    )


def _office_names(text: str) -> Iterable[str]:
    if is_empty(text) or len(one_line(text)) > 3 * _PLACE_LENGTH or "Bước 1" in text:
        return ()
    if re.search(r"xã, phường", text, re.I):
        return (one_line(text).rstrip("."),)
    return (name for name in _listed(text) if len(name) <= _PLACE_LENGTH)


def _office_level(name: str, levels: tuple[Level, ...]) -> Level:
    for pattern, level in _OFFICE_LEVELS:
        if re.search(pattern, name, re.I):
            return level
    return levels[0]


def _steps(text: str) -> list[str]:
    """Split the way into steps: at its lines and, where a line holds several, before each "Bước N"."""
    pieces = re.split(r"(?<=[.;:)])\s*(?=Bước \d)", clean(text))
    return list(dict.fromkeys(step for piece in pieces for step in lines(piece)))


def _legal(rows: list[tuple[str, str]]) -> tuple[LegalBasis, ...]:
    bases: dict[LegalBasis, None] = {}
    for name, number in ((one_line(name), one_line(number)) for name, number in rows):
        if name or number:
            bases[LegalBasis(name=name or number, number=number or None)] = None
    return tuple(bases)
