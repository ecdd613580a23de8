"""How long search takes, how much memory it holds, and how both grow with the catalogue."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import psutil

from core.ports import Encoder
from core.procedure import Procedure
from knowledge_base.build import build
from knowledge_base.passages import plain_name
from knowledge_base.service import KnowledgeBase

_SIZES: Final = (500, 2_000, 6_000, 12_000)
_CLONED: Final = 250  # procedures that are cloned to every size, so that sizes differ in number alone
_RATE: Final = 20  # questions a second of the constant-rate run
_ASKED: Final = 120
_WORDS: Final = 12  # of a name in a question: some official names run to two hundred
_TEMPLATES: Final = ("{} cần giấy tờ gì", "lệ phí {} bao nhiêu", "{} mất bao lâu", "{}")


def bench(base: KnowledgeBase, home: Path, encoder: Encoder | None) -> dict[str, Any]:
    """Return the figures of docs/search.md: milliseconds, seconds to load, resident megabytes, growth by size."""
    asked = made_questions(base, _ASKED)
    lexical = KnowledgeBase.open(home)
    started = time.perf_counter()
    KnowledgeBase.open(home, encoder)
    load_s = time.perf_counter() - started
    warm(lexical, asked)
    warm(base, asked[:5])
    lexical_ms, search_ms = timed(lexical.decide, asked), timed(base.decide, asked)
    busy_ms = timed(base.decide, made_questions(base, _ASKED, first=1), rate=_RATE)
    return {
        "lexical_p50_ms": _percentile(lexical_ms, 50),
        "lexical_p95_ms": _percentile(lexical_ms, 95),
        "search_p50_ms": _percentile(search_ms, 50),
        "search_p95_ms": _percentile(busy_ms, 95),
        "load_s": round(load_s, 3),
        "rss_mb": round(psutil.Process().memory_info().rss / 1e6, 1),
        "scale": grown([base.stored(code) for code in spread(base.codes(), _CLONED)], asked),
    }


def made_questions(base: KnowledgeBase, count: int, first: int = 0) -> list[str]:
    """Return questions, of a sentence's length, made of names spread over the catalogue from the ``first``."""
    names: Sequence[str] = base.index.meta["names"]
    step = max(1, len(names) // count)
    return [_TEMPLATES[place % len(_TEMPLATES)].format(_said(name)) for place, name in enumerate(names[first::step])]


def _said(name: str) -> str:
    return " ".join(plain_name(name).split()[:_WORDS])


def warm(base: KnowledgeBase, asked: Sequence[str]) -> None:
    """Ask once without measuring, so that pages are in memory."""
    for text in asked:
        base.decide(text)


def timed(ask: Callable[[str], object], asked: Sequence[str], rate: float | None = None) -> list[float]:
    """Return the milliseconds of each question; at a constant ``rate`` a second, counted from when it was due."""
    spent = []
    start = time.perf_counter()
    for number, text in enumerate(asked):
        due = start + number / rate if rate else time.perf_counter()
        time.sleep(max(0.0, due - time.perf_counter()))
        ask(text)
        spent.append((time.perf_counter() - due) * 1000)
    return spent


def _percentile(values: Sequence[float], share: float) -> float:
    return round(float(np.percentile(values, share)), 2)


def grown(procedures: Sequence[Procedure], asked: Sequence[str]) -> list[dict[str, float]]:
    """Return lexical p50 milliseconds at growing sizes: clones of the procedures with an agency's name added."""
    rows = []
    for size in _SIZES:
        with tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder:
            build([_clone(procedures[i % len(procedures)], i // len(procedures), i) for i in range(size)], Path(folder))
            base = KnowledgeBase.open(folder)
            warm(base, asked[:20])
            rows.append({"n": size, "p50_ms": _percentile(timed(base.decide, asked), 50)})
    return rows


def spread(codes: Sequence[str], count: int) -> Sequence[str]:
    """Return at most ``count`` codes, evenly spread over these."""
    return codes[:: max(1, len(codes) // count)][:count]


def _clone(procedure: Procedure, round_: int, number: int) -> Procedure:
    suffix = f" tại cơ quan số {round_}" if round_ else ""
    code = f"9.{number:06d}"
    return procedure.model_copy(update={"code": code, "name": procedure.name + suffix, "origin": "imported"})
