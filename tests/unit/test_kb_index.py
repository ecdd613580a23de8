"""The index: whole or absent, rebuilt only when something changed, swapped under a running reader."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from core.errors import SetupError, UnknownProcedure
from core.ports import Vectors
from core.procedure import Procedure
from knowledge_base.build import NO_ENCODER, SHAPING, EncoderChoice, build
from knowledge_base.index import POINTER, current_version
from knowledge_base.layout import layout
from knowledge_base.service import KnowledgeBase
from tests.unit.test_kb_load import record


class CountingEncoder:
    """Counts what it encodes; vectors stand for nothing but their text."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode_document(self, sentences: Sequence[str]) -> Vectors:
        self.seen += sentences
        return self.encode_query(sentences)

    def encode_query(self, sentences: Sequence[str]) -> Vectors:
        rows = [np.random.default_rng(len(text)).normal(size=8) for text in sentences]
        return np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32)


def procedure(code: str, name: str, **changes: object) -> Procedure:
    return Procedure.model_validate(record(code, name=name, title=name, **changes))


BIRTH = procedure("1.000001", "Đăng ký khai sinh", aliases=["làm giấy khai sinh cho con"])
DEATH = procedure("1.000002", "Đăng ký khai tử", aliases=["báo tử"])


def test_a_procedure_is_found_by_its_alias_without_marks(tmp_path: Path) -> None:
    build([BIRTH, DEATH], tmp_path)
    assert KnowledgeBase.open(tmp_path).search("bao tu cho ong", 1)[0].code == DEATH.code


def test_nothing_is_built_twice_for_the_same_content(tmp_path: Path) -> None:
    assert build([BIRTH], tmp_path).fresh
    assert not build([BIRTH], tmp_path).fresh
    assert build([BIRTH, DEATH], tmp_path).fresh


def test_only_new_texts_are_encoded_again(tmp_path: Path) -> None:
    encoder = CountingEncoder()
    choice = EncoderChoice(encoder, "counting")
    build([BIRTH], tmp_path, choice)
    encoder.seen.clear()
    done = build([BIRTH, DEATH], tmp_path, choice)
    assert sorted(encoder.seen) == ["báo tử", "Đăng ký khai tử"]
    assert (done.encoded, done.reused) == (2, 2)


def test_a_reader_takes_over_a_new_version_without_a_restart(tmp_path: Path) -> None:
    build([BIRTH], tmp_path)
    base = KnowledgeBase.open(tmp_path)
    build([BIRTH, DEATH], tmp_path)
    assert base.refresh()
    assert list(base.codes()) == [BIRTH.code, DEATH.code]
    assert base.version == current_version(tmp_path)


def test_a_reader_keeps_its_version_when_the_new_one_is_damaged(tmp_path: Path) -> None:
    build([BIRTH], tmp_path)
    base = KnowledgeBase.open(tmp_path)
    (tmp_path / POINTER).write_text("nowhere", encoding="utf-8")
    assert not base.refresh()
    assert base.get(BIRTH.code).code == BIRTH.code


def test_an_absent_index_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="kb build"):
        KnowledgeBase.open(tmp_path)


@pytest.mark.parametrize("name", ["say.docs.npy", "vocabulary.txt", "procedures.jsonl"])
def test_a_damaged_file_is_noticed_and_says_what_to_run(tmp_path: Path, name: str) -> None:
    done = build([BIRTH], tmp_path)
    path = tmp_path / done.version / name
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(SetupError, match="--force"):
        KnowledgeBase.open(tmp_path)
    assert build([BIRTH], tmp_path, NO_ENCODER).fresh


def test_old_versions_are_cleared_away(tmp_path: Path) -> None:
    for number in range(1, 6):
        build([procedure(f"1.00000{number}", "Thủ tục thử")], tmp_path)
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) <= 2


def test_an_unknown_code_is_an_error_of_its_own(tmp_path: Path) -> None:
    build([BIRTH], tmp_path)
    with pytest.raises(UnknownProcedure):
        KnowledgeBase.open(tmp_path).get("9.999999")


def test_an_index_of_another_encoder_is_refused_and_says_what_to_run(tmp_path: Path) -> None:
    build([BIRTH], tmp_path, EncoderChoice(CountingEncoder(), "counting"))
    other = CountingEncoder()
    other.name = "other"
    with pytest.raises(SetupError, match="kb build"):
        KnowledgeBase.open(tmp_path, other)
    assert KnowledgeBase.open(tmp_path).search("khai sinh", 1)


def test_an_index_whose_arrays_have_other_columns_is_refused_with_a_sentence_and_built_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = build([BIRTH], tmp_path)
    monkeypatch.setattr("knowledge_base.layout.TRAITS", ("only", "two"))
    monkeypatch.setattr("knowledge_base.index.layout", layout)
    with pytest.raises(SetupError, match=r"another program version; run `\./motcua kb build`"):
        KnowledgeBase.open(tmp_path)
    again = build([BIRTH], tmp_path)
    assert again.fresh
    assert KnowledgeBase.open(tmp_path).search("khai sinh", 1)
    assert done.procedures == again.procedures


@pytest.mark.parametrize("name", ["features.py", "phrases.py", "lexicon.yaml", "traits.py", "words.py"])
def test_what_shapes_an_index_is_part_of_its_version(name: str) -> None:
    assert name in SHAPING


def test_a_reader_in_service_keeps_its_index_when_a_new_one_is_of_another_layout(tmp_path: Path) -> None:
    build([BIRTH], tmp_path)
    base = KnowledgeBase.open(tmp_path)
    done = build([BIRTH, DEATH], tmp_path)
    meta = tmp_path / done.version / "meta.json"
    meta.write_text(json.dumps({**json.loads(meta.read_text(encoding="utf-8")), "layout": "other"}), encoding="utf-8")
    assert not base.refresh()
    assert list(base.codes()) == [BIRTH.code]
