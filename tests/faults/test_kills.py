"""Random kill -9 over gateway, workers, bot and database under load: nothing accepted is lost, doubled or reordered.

``MOTCUA_KILLS`` sets the number (12 by default; the figures in docs/performance.md are of 200).
"""

from __future__ import annotations

import os

from tests.faults.kills import run


def test_nothing_accepted_is_lost_doubled_or_reordered_whoever_is_killed() -> None:
    kills = int(os.environ.get("MOTCUA_KILLS", "12"))
    report = run(kills, seed=int(os.environ.get("MOTCUA_KILLS_SEED", "1")))
    assert sum(report.kills.values()) == kills
    assert report.acknowledged > kills
    assert (report.lost, report.double_effects, report.out_of_order, report.dead_letters) == (0, 0, 0, 0), report
    # A sender killed between its call and the note of it cannot know; only then may a person see a reply twice.
    assert report.sent_twice <= report.sender_kills, report
