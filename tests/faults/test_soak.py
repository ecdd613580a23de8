"""A short soak; the one of 30 minutes is ``./motcua bench soak`` (figures in docs/performance.md)."""

from __future__ import annotations

import os

import pytest

from benchmarks.soak import TABLES, fit, measure


def test_memory_files_tables_and_queue_stay_flat_under_constant_load() -> None:
    found = measure(minutes=float(os.environ.get("MOTCUA_SOAK_MINUTES", "1.5")))
    series = found["series"]
    assert isinstance(series, dict)
    assert (found["unanswered"], found["sent_twice"]) == (0, 0)
    for process in ("gateway", "worker"):
        assert series[f"{process}_mb"]["growth"] < 4, series
        assert series[f"{process}_files"]["growth"] <= 4, series
    assert {f"{table}_kb" for table in TABLES} <= set(series)
    assert series["inbox_rows"]["flat"], series  # what is over its period goes while the load goes on
    assert series["inbox_rows"]["late"] < 20 * 60, series
    assert series["inbox_oldest_s"]["late"] < 5, series


def test_a_table_that_grows_with_the_load_is_not_called_flat() -> None:
    samples = [{"at": 60.0 * n, "inbox_kb": 900.0 + 40 * n, "worker_mb": 57.0 + 0.01 * (n % 3)} for n in range(30)]
    found = fit(samples)
    assert not found["inbox_kb"].flat
    assert found["inbox_kb"].slope_per_hour == pytest.approx(2400)
    assert found["worker_mb"].flat
