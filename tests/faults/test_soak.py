"""A short soak; the one of 30 minutes is ``./motcua bench soak`` (figures in docs/performance.md)."""

from __future__ import annotations

import os

from benchmarks.soak import measure


def test_memory_files_and_queue_stay_flat_under_constant_load() -> None:
    found = measure(minutes=float(os.environ.get("MOTCUA_SOAK_MINUTES", "0.75")))
    early, late = found["early"], found["late"]
    assert isinstance(early, dict) and isinstance(late, dict)
    assert (found["unanswered"], found["sent_twice"]) == (0, 0)
    for name in ("gateway", "worker"):
        assert late[f"{name}_mb"] - early[f"{name}_mb"] < 4, found
        assert late[f"{name}_files"] - early[f"{name}_files"] <= 4, found
    assert late["inbox_rows"] < 20 * 45, found  # what is over its period goes while the load goes on
    assert late["inbox_oldest_s"] < 5, found
