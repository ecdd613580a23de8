"""Measuring search on labelled questions: ranks, decisions, time, memory; the same for our search and for baselines."""

from __future__ import annotations

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import psutil
from viet_nlu.text import strip_marks

from core.errors import BadInput
from knowledge_base.service import KnowledgeBase

Half = Literal["all", "tune", "held-out"]
Rank = Callable[[str], Sequence[str]]
_DEPTH: Final = 10


@dataclass(frozen=True)
class Question:
    """One labelled question; it is answered by any of its codes. ``weight`` counts in fitting only."""

    text: str
    codes: frozenset[str]
    style: str = "all"
    weight: float = 1.0


def read_questions(path: Path, half: Half = "all", *, no_marks: bool = False) -> list[Question]:
    """Read JSON lines ``{"q", "codes", "style"?}``; ``half`` keeps one side of the fixed split, ``no_marks`` strips.

    Raises:
        BadInput: the file is missing or a line does not fit; the text names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise BadInput(f"The questions {path.name} cannot be read; give a file of JSON lines.") from error
    found = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            question = _question(line, path.name, number)
            if half in ("all", half_of(question.text)):
                found.append(question)
    return [_bare(one) for one in found] if no_marks else found


def balanced(files: Sequence[Sequence[Question]]) -> list[Question]:
    """Return the questions of all files; those of a smaller file weigh more, by the root of its share."""
    most = max((len(one) for one in files), default=0)
    return [replace(one, weight=float(np.sqrt(most / len(file)))) for file in files for one in file]


def _question(line: str, name: str, number: int) -> Question:
    try:
        row = json.loads(line)
        return Question(str(row["q"]), frozenset(row["codes"]), str(row.get("style", "all")))
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f'{name}:{number} does not fit; a line is {{"q": "…", "codes": ["…"]}}.') from error


def _bare(question: Question) -> Question:
    return Question(strip_marks(question.text), question.codes, question.style)


def half_of(text: str) -> Half:
    """Return the half to which a question belongs: fixed by its own words, before anybody looked at it."""
    return "tune" if int(hashlib.sha256(text.encode("utf-8")).hexdigest(), 16) % 2 == 0 else "held-out"


@dataclass
class Tally:
    """Counts of one run; ``ranks`` are 0-based, ``None`` when the answer is not among the first ten."""

    ranks: list[int | None] = field(default_factory=list)
    decisions: list[str] = field(default_factory=list)
    wrong: int = 0

    def numbers(self) -> dict[str, float]:
        """Return the figures, rounded to four places."""
        n = max(len(self.ranks), 1)
        found = [rank for rank in self.ranks if rank is not None]
        figures = {f"r{k}": sum(rank < k for rank in found) / n for k in (1, 3, 5)}
        figures["mrr"] = sum(1 / (rank + 1) for rank in found) / n
        if self.decisions:
            shares = {kind: self.decisions.count(kind) / n for kind in ("answer", "clarify", "none")}
            figures |= {"answered": shares["answer"], "clarified": shares["clarify"], "none": shares["none"]}
            figures["wrong_when_answered"] = self.wrong / max(self.decisions.count("answer"), 1)
        return {"n": len(self.ranks), **{name: round(value, 4) for name, value in figures.items()}}


def evaluate(base: KnowledgeBase, questions: Iterable[Question], index_bytes: int) -> dict[str, Any]:
    """Run every question through search and decision; return the report described in docs/search.md."""
    whole = Tally()
    styles: defaultdict[str, Tally] = defaultdict(Tally)
    seconds = []
    for question in questions:
        started = time.perf_counter()
        decision = base.decide(question.text)
        seconds.append(time.perf_counter() - started)
        found = [hit.code for hit in base.search(question.text, _DEPTH)]
        for tally in (whole, styles[question.style]):
            tally.ranks.append(rank_of(found, question.codes))
            tally.decisions.append(decision.kind)
            tally.wrong += decision.kind == "answer" and decision.hits[0].code not in question.codes
    milliseconds = np.array(seconds or [0.0]) * 1000
    return {
        **whole.numbers(),
        "ms_p50": round(float(np.percentile(milliseconds, 50)), 2),
        "ms_p95": round(float(np.percentile(milliseconds, 95)), 2),
        "index_mb": round(index_bytes / 1e6, 1),
        "rss_mb": round(psutil.Process().memory_info().rss / 1e6, 1),
        "by_style": {style: tally.numbers() for style, tally in sorted(styles.items())},
    }


def rank_of(found: Sequence[str], codes: frozenset[str]) -> int | None:
    """Return the place of the first right code among those found, or ``None``."""
    return next((place for place, code in enumerate(found) if code in codes), None)


def evaluate_baselines(baselines: Mapping[str, Rank], questions: Sequence[Question]) -> dict[str, dict[str, float]]:
    """Run the same questions through other rankings; only ranks are measured, for they make no decision."""
    figures = {}
    for name, rank in baselines.items():
        tally = Tally()
        tally.ranks = [rank_of(rank(question.text), question.codes) for question in questions]
        figures[name] = tally.numbers()
    return figures
