"""Search at its size: ``./motcua bench kb [--json]``.

The catalogue is the imported one of the state directory; else the portal's records beside the checkout, imported on
the fly; else the curated procedures alone. Keys: ``lexical_p50_ms``; with the encoder ``search_p50_ms`` one after
another and ``search_p95_ms`` at 20 questions a second, counted from when each was due; ``load_s``; ``rss_mb`` of this
process, which did not build the index; and ``scale`` ([{n, p50_ms}], without encoder, clones with an agency's name),
which is also drawn as ``docs/images/search-scale.svg``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from core.ports import Encoder, Vectors
from knowledge_base.bench import bench
from knowledge_base.build import NO_ENCODER, EncoderChoice, build
from knowledge_base.catalogue import Catalogue
from knowledge_base.encoder import encoder_setting, make_encoder
from knowledge_base.import_commands import import_file
from knowledge_base.load import CURATED_DIR
from knowledge_base.place import CHECKOUT, imported_dir
from knowledge_base.service import KnowledgeBase

PORTAL = CHECKOUT.parent / "shared" / "data" / "portal_procedures.jsonl.gz"
PLOT = CHECKOUT / "docs" / "images" / "search-scale.svg"


class _Stuffed:
    """Real vectors for questions, random ones for names: as costly to search, without minutes of encoding first."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._width = encoder.encode_query(["khai sinh"]).shape[1]
        self._chance = np.random.default_rng(7)

    def encode_query(self, sentences: Sequence[str]) -> Vectors:
        return self._encoder.encode_query(sentences)

    def encode_document(self, sentences: Sequence[str]) -> Vectors:
        rows = self._chance.normal(size=(len(sentences), self._width)).astype(np.float32)
        stuffed: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return stuffed


def catalogue(folder: Path) -> Catalogue:
    """Return the largest catalogue that this machine has; an import on the fly is written into ``folder``."""
    imported = imported_dir()
    if imported is None and PORTAL.is_file():
        imported = folder / "imported"
        import_file(PORTAL, "portal-jsonl", imported, console=Console(stderr=True))
    return Catalogue.read(CURATED_DIR, imported)


def measure() -> dict[str, Any]:
    """Return every figure of the module's text."""
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as name:
        home = Path(name) / "kb"
        started = time.perf_counter()
        # In a process of its own, so that its memory is not counted.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            pool.submit(_build, Path(name), home).result()
        print(f"index built in {time.perf_counter() - started:.0f} s", file=sys.stderr)
        encoder = make_encoder()
        return bench(KnowledgeBase.open(home, encoder), home, encoder)


def _build(folder: Path, home: Path) -> None:
    setting = encoder_setting()
    encoder = make_encoder(setting)
    build(catalogue(folder), home, EncoderChoice(_Stuffed(encoder), setting) if encoder else NO_ENCODER)


def plot(scale: Sequence[dict[str, float]]) -> str:
    """Return an SVG of milliseconds over the number of procedures, with the line of linear growth from the first."""
    width, height, edge = 640, 360, 56
    most_n = max(row["n"] for row in scale)
    linear = scale[0]["p50_ms"] / scale[0]["n"]
    most_ms = max([row["p50_ms"] for row in scale] + [min(linear * most_n, 3 * scale[-1]["p50_ms"])]) * 1.1

    def at(n: float, ms: float) -> str:
        return f"{edge + n / most_n * (width - 2 * edge):.1f},{height - edge - ms / most_ms * (height - 2 * edge):.1f}"

    points = " ".join(at(row["n"], row["p50_ms"]) for row in scale)
    reach = min(most_n, most_ms / linear)
    marks = "".join(_point(at(row["n"], row["p50_ms"]), row) for row in scale)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif"'
        ' font-size="12" role="img"><title>Search time by number of procedures</title>'
        f'<rect width="{width}" height="{height}" fill="white"/>'
        f'<polyline points="{at(0, 0)} {at(most_n, 0)}" stroke="#444"/>'
        f'<polyline points="{at(0, 0)} {at(0, most_ms)}" stroke="#444"/>'
        f'<polyline points="{at(0, 0)} {at(reach, reach * linear)}" stroke="#999" stroke-dasharray="5 4" fill="none"/>'
        f'<polyline points="{points}" stroke="#1f6f54" stroke-width="2" fill="none"/>{marks}'
        f'<text x="{width / 2}" y="{height - 8}" text-anchor="middle">procedures (dashed: linear growth)</text>'
        f'<text x="8" y="{edge - 24}">p50 of a decision without encoder, ms</text></svg>\n'
    )


def _point(place: str, row: dict[str, float]) -> str:
    x, y = place.split(",")
    below = f'<text x="{x}" y="{float(y) - 10:.1f}" text-anchor="middle">{row["p50_ms"]} ms</text>'
    return f'<circle cx="{x}" cy="{y}" r="3.5" fill="#1f6f54"/>{below}' + (
        f'<text x="{x}" y="322" text-anchor="middle">{int(row["n"]):,}</text>'
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, draw the plot, and print the figures."""
    parser = argparse.ArgumentParser(description="Measure search.")
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
    as_json = parser.parse_args(arguments).json
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    figures = measure()
    PLOT.write_text(plot(figures["scale"]), encoding="utf-8")
    if as_json:
        print(json.dumps(figures))
    else:
        print("\n".join(f"{name}: {value}" for name, value in figures.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
