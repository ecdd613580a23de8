"""Legal bases and results: two more tables whose cells the portal glues."""

from __future__ import annotations

import re
from typing import Final

from knowledge_base.importers.cells import cut_chrome, one_line
from knowledge_base.importers.issues import Issues
from knowledge_base.importers.letters import LOW, UP

LEGAL_HEADER: Final = "Tên văn bản pháp lýMã văn bản"
_ISSUERS: Final = (
    r"UBTVQH\d{2}|BTTTT|BTNMT|BNNPTNT|BNNMT|BLĐTBXH|BLDTBXH|BKHĐT|BKHCN|BGDĐT|BGTVT|BVHTTDL|BNNPTNT|BTC|BTP|BCA|BQP|BXD|BNV|BYT|"
    "BCT|BNG|BTM|NHNN|VPCP|TTCP|UBND|HĐND|UBCK|TANDTC|VKSNDTC|BHXH|KTNN|TTg|TTG|TLĐ|CTN|CP"
)
_PREFIX: Final = r"(?:Luật số |Thông tư số |Thông tư |Nghị định số |Nghị định |Luật |Số:? ?)?"
_DIGITS: Final = r"(?:(?<!\d)\d{1,4}|(?<=19\d\d|20\d\d|QH\d\d)\d{1,3})[a-z]?/(?:\d{4}/)?"
# Known issuers first: after them the next row's name may start at once, in small letters or capitals.
# Elsewhere a capital with a small letter after it is the first letter of the next name.
_NUMBER: Final = re.compile(
    rf"{_PREFIX}{_DIGITS}(?:QH\d{{2}}|UBTVQH\d{{2}}|[{UP}]{{1,4}}\d?[-_/ ]{{1,2}}(?:{_ISSUERS})(?:[-_](?:{_ISSUERS}))*"
    rf"|(?:[{UP}](?![{LOW}]))+\d?(?:[-_] ?(?:[{UP}](?![{LOW}]))+)*)"
)
_SHORTEST_NAME: Final = 6
_RESULT_CODE: Final = re.compile(r"\s*Mã:\s*[A-Za-z0-9.\-]*\d{2,7}(?=\D|$)|\s*Mã:\s*(?:VBTT|Chưa có)?")
_KEYBOARD_NOISE: Final = re.compile(r"^[a-z]{3,9}$")


def split_legal(text: str) -> list[tuple[str, str]]:
    """Return (name, number) of each legal basis.

    A document number ends a row where the next name is glued to it; a number within a name is followed by a space.
    """
    body = text.removeprefix(LEGAL_HEADER)
    rows: list[tuple[str, str]] = []
    start = 0
    for found in _NUMBER.finditer(body):
        if re.match(r"[\s,;.)]", body[found.end() : found.end() + 1]):
            continue
        name = one_line(body[start : found.start()])
        _add_row(rows, name, found.group())
        start = found.end()
    rest = one_line(body[start:])
    if len(rest) >= _SHORTEST_NAME and rest.casefold() != "không có thông tin":
        rows.append((rest, ""))
    return rows


def _add_row(rows: list[tuple[str, str]], name: str, number: str) -> None:
    if name and not re.search(rf"[{LOW}]", name, re.I):
        rows.append((name + number, ""))  # digits of the number were torn off: state it whole, as it stands
    elif name:
        rows.append((name, number))
    elif rows and rows[-1][1].endswith(number):
        # The number stood at the end of the name and again in its own cell: the first belongs to the name.
        before, whole = rows[-1]
        rows[-1] = (before if before == whole else f"{before} {whole}", number)
    else:
        rows.append((number, number))


def split_results(text: str, issues: Issues) -> list[str]:
    """Return the names of the results, without their codes and the page's furniture."""
    parts = _RESULT_CODE.split(cut_chrome(text, "results", issues))
    names = [name for part in parts if (name := one_line(part).strip(" .,;:/"))]
    for noise in filter(_KEYBOARD_NOISE.match, names):
        issues.add("scrambled_text", "results", noise)
    return [name for name in dict.fromkeys(names) if not _KEYBOARD_NOISE.match(name)]
