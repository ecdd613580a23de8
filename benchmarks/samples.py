"""Comparing two samples of times: the two-sample Kolmogorov-Smirnov test, without SciPy."""

from __future__ import annotations

import math


def ks_distance(one: list[float], two: list[float]) -> float:
    """Largest distance between two empirical distributions (two-sample Kolmogorov-Smirnov)."""
    one, two = sorted(one), sorted(two)
    i = j = 0
    distance = 0.0
    while i < len(one) and j < len(two):
        value = min(one[i], two[j])
        while i < len(one) and one[i] <= value:
            i += 1
        while j < len(two) and two[j] <= value:
            j += 1
        distance = max(distance, abs(i / len(one) - j / len(two)))
    return distance


def ks_probability(distance: float, n: int, m: int) -> float:
    """Probability of at least this distance between samples of one distribution (asymptotic)."""
    root = math.sqrt(n * m / (n + m))
    scaled = (root + 0.12 + 0.11 / root) * distance
    total = 2 * sum((-1) ** (k - 1) * math.exp(-2 * k * k * scaled * scaled) for k in range(1, 101))
    return min(max(total, 0.0), 1.0)
