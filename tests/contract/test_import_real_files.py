"""The real files import whole, with every doubt marked; they lie beside the checkout and are no part of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.procedure import Procedure
from knowledge_base.importers import Outcome, run_import
from knowledge_base.quality import report

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def imported(source: Path, form: str, out: Path) -> tuple[Outcome, list[Procedure]]:
    outcome = run_import(source, form, out, gathered=date(2026, 10, 1))
    lines = (out / "procedures.jsonl").read_text(encoding="utf-8").splitlines()
    return outcome, [Procedure.model_validate_json(line) for line in lines]


@pytest.mark.parametrize(
    ("name", "form", "count"),
    [("portal_procedures.jsonl.gz", "portal-jsonl", 2642), ("defence_procedures.jsonl.gz", "defence-jsonl", 207)],
)
def test_the_real_files_import_whole(tmp_path: Path, name: str, form: str, count: int) -> None:
    if not (SHARED / name).exists():
        pytest.skip(f"{name} is not part of the project; it lies beside the checkout where it was handed out")
    outcome, procedures = imported(SHARED / name, form, tmp_path)
    assert (outcome.written, outcome.lost, len(procedures)) == (count, 0, count)
    for procedure in procedures:
        assert procedure.origin == "imported"
        assert procedure.internal == (procedure.code[0] in "56")
        assert not any("Chọn cơ quan" in result.name for result in procedure.results)
    if form == "portal-jsonl":
        kinds = report(outcome)["records_by_kind"]
        assert kinds["internal_code"] == 111
        assert "1.001193" in {issue.code for issue in outcome.issues if issue.kind == "scrambled_text"}
