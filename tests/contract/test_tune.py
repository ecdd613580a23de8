"""`kb tune` from end to end with the library itself, in the environment that has it: few procedures, few steps."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.encoder_env import ROOT, encoder_python, shipped_model, variables

CURATED = ROOT / "knowledge_base" / "procedures"
PAIRS, BATCH = 64, 16
# Tells how much nearer an anchor is to its procedure than to the one it is confused with, by model.
MARGINS = f"""
import json, sys
from pathlib import Path
from knowledge_base.encoder import make_encoder
from knowledge_base.load import load_curated
from knowledge_base.pairs import make_pairs
pairs = make_pairs(load_curated(Path(sys.argv[1])).procedures.values(), limit={PAIRS})
found = []
for folder in sys.argv[2:]:
    encoder = make_encoder("sentence-transformers:" + folder)
    asked = encoder.encode_query([one.anchor for one in pairs])
    right = encoder.encode_document([one.positive for one in pairs])
    wrong = encoder.encode_document([one.negative for one in pairs])
    found.append([float((asked * (right - wrong)).sum(axis=1).mean()), float((right**2).sum(axis=1).min())])
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Tuned:
    """A finished run."""

    folder: Path
    curated: Path
    report: dict[str, Any]
    work: Path


def run(python: Path, work: Path, *arguments: str) -> str:
    command = [str(python), *arguments]
    env = variables(work / "home")
    done = subprocess.run(command, env=env, cwd=work, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> Tuned:
    python, work = encoder_python(), tmp_path_factory.mktemp("tune")
    curated, folder, questions = work / "curated", work / "models" / "tuned", work / "questions.jsonl"
    curated.mkdir()
    for path in sorted(CURATED.glob("*.yaml"))[:25]:
        shutil.copy(path, curated)
    questions.write_text(json.dumps({"q": "nhận con ở biên giới", "codes": ["1.000080"]}) + "\n", encoding="utf-8")
    told = run(
        python, work, "-m", "knowledge_base", "tune", "--base", str(shipped_model()), "--out", str(folder),
        "--max-pairs", str(PAIRS), "--batch", str(BATCH), "--curated", str(curated), "--eval", str(questions), "--json",
    )  # fmt: skip
    return Tuned(folder, curated, json.loads(told), work)


def test_the_report_measures_the_same_questions_before_and_after(tuned: Tuned) -> None:
    report = tuned.report
    assert report["pairs"] == PAIRS
    assert PAIRS // BATCH <= report["steps"] <= PAIRS // BATCH + 2  # the two forms each end in a smaller step
    for asked in ("held_out_aliases", "questions"):
        before, after = report["before"][asked], report["after"][asked]
        assert before["n"] == after["n"] > 0
        assert before["baselines"]["encoder"]["n"] == after["baselines"]["encoder"]["n"] == before["n"]
        assert {"r1", "r3", "r5", "mrr", "answered", "wrong_when_answered", "ms_p50"} <= set(after)


def test_the_report_stays_beside_the_model(tuned: Tuned) -> None:
    assert json.loads((tuned.folder / "tuning.json").read_text(encoding="utf-8")) == tuned.report


def test_the_encoder_setting_accepts_the_folder_and_the_model_has_learnt(tuned: Tuned) -> None:
    models = (str(shipped_model()), str(tuned.folder))
    before, after = json.loads(run(encoder_python(), tuned.work, "-c", MARGINS, str(tuned.curated), *models))
    assert after[0] > before[0] + 0.005
    assert after[1] == pytest.approx(1, abs=1e-3)


def test_nothing_is_left_beside_the_folder(tuned: Tuned) -> None:
    assert [path.name for path in tuned.folder.parent.iterdir()] == ["tuned"]
    assert {path.name for path in tuned.work.iterdir()} <= {"curated", "models", "questions.jsonl", "home"}
