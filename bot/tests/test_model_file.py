"""A model is published whole, and refused when it is not what was published."""

import socket

import pytest
from viet_nlu.lookups import procedure_phrases, write_lookup
from viet_nlu.model_file import ModelFileError, publish, read_current, verify
from viet_nlu.serve import main as serve
from viet_nlu.train import main as train
from viet_nlu.without_tensorflow import needs_tensorflow


@pytest.fixture
def model(tmp_path):
    built = tmp_path / "built"
    built.write_bytes(b"a model")
    publish(built, tmp_path, inputs="1", train_s=1.0, trained_at="2026-11-23")
    return tmp_path / "model-1.tar.gz"


def test_a_published_model_is_current_and_fits_its_checksum(model):
    verify(model)
    assert read_current(model.parent).model == model.name


def test_a_changed_model_is_refused(model):
    model.write_bytes(b"another model")
    with pytest.raises(ModelFileError, match="checksum"):
        verify(model)


def test_a_model_without_checksum_is_refused(model):
    model.with_name(model.name + ".sha256").unlink()
    with pytest.raises(ModelFileError, match="no checksum"):
        verify(model)


def test_a_broken_current_file_counts_as_none(model):
    (model.parent / "current.json").write_text("{", encoding="utf-8")
    assert read_current(model.parent) is None


def test_serving_a_missing_model_says_what_to_do(tmp_path, capsys):
    arguments = ["--model", str(tmp_path / "none.tar.gz"), "--port", "1", "--endpoints", "e", "--credentials", "c"]
    assert serve(arguments) == 1
    assert "train one first" in capsys.readouterr().err


def test_a_taken_port_is_said_before_anything_is_loaded(model, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert serve(["--model", str(model), "--port", str(port), "--endpoints", "e", "--credentials", "c"]) == 1
    assert f"port {port} is taken" in capsys.readouterr().err


def test_training_an_incomplete_checkout_says_what_is_missing(tmp_path, capsys):
    assert train(["--out", str(tmp_path / "out"), "--root", str(tmp_path)]) == 1
    assert "config.yml is missing" in capsys.readouterr().err


def test_the_lookup_holds_titles_and_aliases_without_the_word_for_procedure(tmp_path):
    (tmp_path / "1.yaml").write_text(
        "name: Thủ tục đăng ký khai sinh\ntitle: Khai sinh\naliases: [làm giấy khai  sinh]\n", encoding="utf-8"
    )
    (tmp_path / "2.yaml").write_text(
        "name: Việc nội bộ\ntitle: Nội bộ\naliases: [x y]\ninternal: true\n", encoding="utf-8"
    )
    phrases = procedure_phrases(tmp_path)
    assert phrases == ["khai sinh", "làm giấy khai sinh", "đăng ký khai sinh"]
    write_lookup(phrases, tmp_path / "out" / "lookup.yml")
    assert "- làm giấy khai sinh" in (tmp_path / "out" / "lookup.yml").read_text(encoding="utf-8")


def test_a_broken_procedure_file_is_named(tmp_path):
    (tmp_path / "bad.yaml").write_text("a: [", encoding="utf-8")
    with pytest.raises(ValueError, match=r"bad\.yaml"):
        procedure_phrases(tmp_path)


def test_only_neural_components_need_tensorflow():
    assert needs_tensorflow("pipeline:\n  - name: DIETClassifier")
    assert not needs_tensorflow("pipeline:\n  - name: FallbackClassifier\npolicies:\n  - name: RulePolicy")
