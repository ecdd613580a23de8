"""The comparison of times finds a small difference, and none where there is none."""

from __future__ import annotations

import random

from benchmarks.samples import ks_distance, ks_probability


def times(seed: int, count: int, factor: float = 1.0) -> list[float]:
    chance = random.Random(seed)
    return [factor * chance.lognormvariate(0.0, 0.3) for _ in range(count)]


def p_value(one: list[float], two: list[float]) -> float:
    return ks_probability(ks_distance(one, two), len(one), len(two))


def test_times_of_one_distribution_differ_by_chance_only() -> None:
    assert all(p_value(times(seed, 2000), times(seed + 100, 8000)) > 0.001 for seed in range(20))


def test_a_tenth_more_time_is_found_out() -> None:
    assert p_value(times(1, 2000, 1.1), times(2, 8000)) < 0.001


def test_the_distance_is_that_of_the_definition() -> None:
    assert ks_distance([1, 2, 3, 4], [3, 4, 5, 6]) == 0.5
    assert ks_distance([1, 2], [1, 2]) == 0.0
