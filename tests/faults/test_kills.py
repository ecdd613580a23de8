"""Random kill -9 over every process under load: nothing accepted is lost, doubled or reordered, whoever is killed.

``MOTCUA_KILLS``, ``MOTCUA_REAL_KILLS`` and ``MOTCUA_STOPS`` set the numbers; the longer runs of docs/performance.md are
made by ``python -m tests.faults.kills``.
"""

from __future__ import annotations

import os

import pytest

from cli.environment import current_model
from cli.paths import Home, bot_python
from core.errors import SetupError
from tests.faults.books import Report
from tests.faults.kills import REAL, Plan, run

# A machine that is busy with other work makes fewer kills; a quiet one makes 200 in about six minutes.
BUDGET_SECONDS = 900.0


def _number(name: str, default: str) -> int:
    return int(os.environ.get(name, default))


def _assert_promises(report: Report, count: int) -> None:
    assert sum(report.kills.values()) == count or report.seconds >= BUDGET_SECONDS, report
    assert report.acknowledged > sum(report.kills.values()) > 0
    assert (report.lost, report.double_effects, report.out_of_order) == (0, 0, 0), report
    # A sender killed between its call and the note of it cannot know; only then may a person see a reply twice.
    assert report.sent_twice <= report.sender_kills, report


def test_nothing_accepted_is_lost_doubled_or_reordered_whoever_is_killed() -> None:
    count = _number("MOTCUA_KILLS", "200")
    report = run(Plan(count, _number("MOTCUA_KILLS_SEED", "1"), seconds=BUDGET_SECONDS))
    _assert_promises(report, count)
    assert report.dead_letters == 0, report


def test_nor_with_the_real_bot_and_action_server_which_are_killed_too() -> None:
    try:
        current_model(Home.of_environment())
    except SetupError as error:
        pytest.skip(f"the real bot is not here: {error}")
    if not bot_python().exists():
        pytest.skip("Rasa's environment is not installed")
    count = _number("MOTCUA_REAL_KILLS", "14")
    report = run(Plan(count, seed=2, real=True, seconds=BUDGET_SECONDS))
    _assert_promises(report, count)
    assert count < 14 or {"bot", "actions", "database"} <= set(report.kills) <= set(REAL), report


def test_nor_while_the_database_stops_again_and_again() -> None:
    count = _number("MOTCUA_STOPS", "3")
    report = run(Plan(count, stops=True, pause=(5.0, 12.0)))
    _assert_promises(report, count)
    assert (report.sent_twice, report.dead_letters) == (0, 0), report
