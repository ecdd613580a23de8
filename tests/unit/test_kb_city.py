"""The city's rules lie over the national records on the day they are read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from actions.answers.compose import compose
from core.message import Aspect
from core.procedure import Procedure
from knowledge_base.city import CityKnowledge
from knowledge_base.load import CURATED_DIR, load_files

FILE = Path(CURATED_DIR) / "1.004859.yaml"


class OneRecord:
    """Stands in for the index: one curated record."""

    def get(self, code: str, day: date) -> Procedure:
        held = load_files([FILE]).procedures[code].as_of(day)
        assert held is not None
        return held


def answered(day: date) -> tuple[str, list[str | None]]:
    reply = compose(CityKnowledge(OneRecord()).get("1.004859", day), Aspect.FEE)  # type: ignore[arg-type]
    return reply.text, [source.decision for source in reply.sources]


def test_a_fee_of_the_city_council_is_zero_online_from_2026_and_names_its_resolution() -> None:
    text, decisions = answered(date(2026, 11, 23))
    assert "0 đồng khi nộp trực tuyến tại Hà Nội" in text
    assert "Nghị quyết 77/2025/NQ-HĐND" in decisions
    online = text.split("Nộp trực tuyến:")[1].split("Được miễn")[0]
    assert "nguồn không ghi số tiền" not in online


def test_before_the_resolution_was_in_force_it_is_not_stated() -> None:
    text, decisions = answered(date(2025, 12, 31))
    assert "0 đồng khi nộp trực tuyến" not in text
    assert "Nghị quyết 77/2025/NQ-HĐND" not in decisions
