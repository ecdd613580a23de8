"""A topic is one word in five rooms."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TOPICS = sorted(path.stem for path in (ROOT / "bot" / "domain").glob("*.yml"))


def test_there_are_topics() -> None:
    assert "procedure" in TOPICS


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_has_all_its_rooms(topic: str) -> None:
    rooms = (
        f"nlu_data/nlu/{topic}.yml",
        f"nlu_data/rules/{topic}.yml",
        f"actions/{topic}.py",
        f"tests/conversations/test_{topic}.yml",
    )
    missing = [room for room in rooms if not (ROOT / room).exists()]
    assert not missing


def test_every_action_of_the_domain_is_served_and_no_other() -> None:
    from actions.server import TOPICS as MODULES

    declared = {
        name
        for topic in TOPICS
        for name in yaml.safe_load((ROOT / "bot" / "domain" / f"{topic}.yml").read_text(encoding="utf-8")).get(
            "actions", ()
        )
    }
    served = {action.name for module in MODULES for action in module.actions(None)}  # type: ignore[arg-type]
    assert served == declared
