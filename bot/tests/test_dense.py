"""The network over sentence vectors, and the copies with guessed marks that it learns from."""

import numpy as np
import pytest
from viet_nlu.dense import DenseModel
from viet_nlu.restored import restored_copies
from viet_nlu.teencode import ALL_STEPS
from viet_nlu.text import fold, has_marks


def in_four_corners(count):
    """Vectors whose label no straight line can tell: the two outer corners are one label, the two others another."""
    chance = np.random.default_rng(3)
    corners = chance.integers(0, 2, (count, 2))
    vectors = (corners + chance.normal(0, 0.1, (count, 2))) / 20
    return vectors.astype(np.float32), ["same" if one == other else "apart" for one, other in corners]


def test_what_no_straight_line_tells_apart_is_learnt():
    vectors, labels = in_four_corners(400)
    model = DenseModel.fit(vectors[:300], labels[:300])
    read = [model.labels[int(model.probabilities(one).argmax())] for one in vectors[300:]]
    assert np.mean([r == g for r, g in zip(read, labels[300:], strict=True)]) > 0.95
    assert model.probabilities(vectors[0]).sum() == pytest.approx(1.0, abs=1e-5)


def test_the_same_vectors_give_the_same_model_before_and_after_its_file(tmp_path):
    vectors, labels = in_four_corners(40)
    first, second = DenseModel.fit(vectors, labels), DenseModel.fit(vectors, labels)
    first.save(tmp_path / "dense.npz")
    loaded = DenseModel.load(tmp_path / "dense.npz")
    assert np.array_equal(first.probabilities(vectors[0]), second.probabilities(vectors[0]))
    assert np.array_equal(first.probabilities(vectors[0]), loaded.probabilities(vectors[0]))


def test_a_file_of_the_linear_model_before_it_is_refused(tmp_path):
    np.savez(tmp_path / "dense.npz", labels=np.array(["a"]), mean=np.zeros(2), weights=np.zeros((2, 1)))
    with pytest.raises(ValueError, match="train again"):
        DenseModel.load(tmp_path / "dense.npz")


def test_marks_are_guessed_by_a_speller_that_has_not_counted_the_text():
    texts = ["mở quán ăn", "làm hộ chiếu", "lệ phí bao nhiêu", "cần giấy tờ gì", "nộp hồ sơ"] * 3
    texts[0] = "xin cấp khủng long"
    copies = restored_copies(texts, [], ALL_STEPS)
    assert copies[1:] == texts[1:]
    assert fold(copies[0]) == fold(texts[0])
    assert copies[0] != texts[0]  # its words stand nowhere else, so nobody could know their marks


def test_texts_that_are_not_vietnamese_have_no_such_copies():
    texts = ["what is my balance", "block the card please", "show the transactions"]
    assert restored_copies(texts, [], ALL_STEPS) == []
    assert not any(map(has_marks, texts))
