"""``evaluation report``: ours, Rasa's default and logistic regression on the same fold, table and plot."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from viet_nlu.perturb import CHANGES

PIPELINES: Final = {
    "viet": "ours",
    "light": "ours without the encoder",
    "diet": "Rasa default (DIET)",
    "logreg": "logistic regression",
}
_COLOURS: Final = {"viet": "#0b5fa5", "light": "#6aa5d8", "diet": "#c2410c", "logreg": "#6b7280"}
BEGIN, END = "<!-- report: begin -->", "<!-- report: end -->"
_BAR, _GAP, _LEFT, _WIDTH = 12, 14, 170, 560  # pixels


def make_report(root: Path, epochs: int, limit: int, reuse: Path | None = None) -> dict[str, Any]:
    """Measure the four pipelines on fold 0, write docs/nlu.md and docs/nlu.svg, and return the figures.

    ``reuse`` names a folder with ``<pipeline>.json`` files of an earlier run; what is there is not measured again.
    Raises ``ValueError`` when a pipeline gives no figures.
    """
    measured = {name: _measure(root, name, epochs, limit, reuse) for name in PIPELINES}
    (root / "docs" / "nlu.svg").write_text(plot(measured), encoding="utf-8")
    page = root / "docs" / "nlu.md"
    page.write_text(put_between(page.read_text(encoding="utf-8"), table(measured)), encoding="utf-8")
    return measured


def _measure(root: Path, name: str, epochs: int, limit: int, reuse: Path | None) -> dict[str, Any]:
    stored = reuse / f"{name}.json" if reuse else None
    if stored and stored.is_file() and stored.stat().st_size:
        return dict(json.loads(stored.read_text(encoding="utf-8").splitlines()[-1]))
    command = [sys.executable, "evaluate.py", "--pipeline", name, "--only", "0", "--limit", str(limit)]
    done = subprocess.run(  # noqa: S603 - our own script
        [*command, "--epochs", str(epochs)], cwd=root / "bot", stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode or not done.stdout.strip():
        raise ValueError(f"the pipeline {name} gave no figures; run {' '.join(command[1:])} to see why")
    if stored:
        stored.write_text(done.stdout, encoding="utf-8")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def table(measured: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the robustness table in Markdown: accuracy / macro-F1."""
    heads = [f"{PIPELINES[name]}" for name in measured]
    lines = ["| test text | " + " | ".join(heads) + " |", "|---|" + "---|" * len(heads)]
    for change in CHANGES:
        lines.append(f"| {change} | " + " | ".join(_cell(one["rows"][change]) for one in measured.values()) + " |")
    lines.append("| parse p50 / p95, ms | " + " | ".join(
        f"{one['parse_p50_ms']} / {one['parse_p95_ms']}" for one in measured.values()) + " |")  # fmt: skip
    lines.append("| training, s | " + " | ".join(f"{one['train_s']:.0f}" for one in measured.values()) + " |")
    lines.append("| memory, MB | " + " | ".join(f"{one['rss_mb']:.0f}" for one in measured.values()) + " |")
    ours, diet = measured["viet"], measured["diet"]
    tested = f"{ours['tested']} of its texts, the same for all; {ours['examples']} examples;"
    lines += ["", f"Fold 0 of {ours['folds']}, {tested}",
              f"DIET with {diet['epochs']} epochs (Rasa's default is 300: it would take hours here)."]  # fmt: skip
    return "\n".join(lines)


def _cell(row: Mapping[str, float]) -> str:
    return f"{row['accuracy']:.3f} / {row['macro_f1']:.3f}"


def put_between(page: str, content: str) -> str:
    """Return the page with ``content`` between its report marks; raises ``ValueError`` when the marks are missing."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"docs/nlu.md needs the lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{content}\n{END}{after}"


def plot(measured: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a bar chart of macro-F1 by change and pipeline as SVG."""
    group = _BAR * len(measured) + _GAP
    height = group * len(CHANGES) + 60
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDTH + 60}" height="{height}" '
             'font-family="sans-serif" font-size="12">', "<title>Macro-F1 by kind of text and pipeline</title>",
             '<rect width="100%" height="100%" fill="#ffffff"/>']  # fmt: skip
    for at, (name, label) in enumerate(PIPELINES.items()):
        x = _LEFT + at * 170
        parts.append(f'<rect x="{x}" y="12" width="12" height="12" fill="{_COLOURS[name]}"/>')
        parts.append(f'<text x="{x + 18}" y="22">{escape(label)}</text>')
    for row, change in enumerate(CHANGES):
        top = 42 + row * group
        parts.append(f'<text x="{_LEFT - 10}" y="{top + group / 2}" text-anchor="end">{escape(change)}</text>')
        for at, (name, one) in enumerate(measured.items()):
            score = one["rows"][change]["macro_f1"]
            y, width = top + at * _BAR, score * _WIDTH
            parts.append(f'<rect x="{_LEFT}" y="{y}" width="{width:.1f}" height="{_BAR - 2}" fill="{_COLOURS[name]}"/>')
            parts.append(f'<text x="{_LEFT + width + 4:.1f}" y="{y + 9}" font-size="10">{score:.3f}</text>')
    return "\n".join([*parts, "</svg>", ""])
