"""A small CRF that marks procedures and places in a text. Knows pycrfsuite, not Rasa; its model is no pickle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import pycrfsuite

from viet_nlu.ends import tidied
from viet_nlu.evidence import Evidence
from viet_nlu.patterns import Found
from viet_nlu.text import Span, nfc, strip_marks, syllables

LEARNT: Final = ("procedure", "place")
# Strength of the regularisation and passes over the examples; compared on the five folds (docs/nlu.md).
CRF: Final[Mapping[str, float]] = {"c1": 0.02, "c2": 0.1, "iterations": 100}


class TagExample(NamedTuple):
    """A text with the spans (entity, start, end) that stand in it."""

    text: str
    spans: tuple[tuple[str, int, int], ...]


class Tagger:
    """Finds procedures and places; ``names`` are the known phrases of each, which are evidence and not the verdict."""

    def __init__(self, model: bytes, evidence: Evidence) -> None:
        self._model = model  # pycrfsuite reads from this memory as long as it tags, but does not hold it
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open_inmemory(model)
        self._evidence = evidence

    @classmethod
    def train(
        cls, examples: Sequence[TagExample], names: Mapping[str, Sequence[str]], path: Path, settings: Mapping[str, Any]
    ) -> Tagger:
        """Learn from examples, write the model to ``path`` and return it."""
        evidence = Evidence(names)
        trainer = pycrfsuite.Trainer(verbose=False)
        trainer.set_params({"c1": settings["c1"], "c2": settings["c2"], "max_iterations": int(settings["iterations"])})
        for example in examples:
            spans = syllables(example.text)
            if spans:
                trainer.append(evidence.rows(example.text, spans), _labels(spans, example.spans))
        trainer.train(str(path))
        return cls(path.read_bytes(), evidence)

    @classmethod
    def load(cls, path: Path, names: Mapping[str, Sequence[str]]) -> Tagger:
        """Read a model; raises ``OSError`` when the file is missing or broken."""
        return cls(path.read_bytes(), Evidence(names))

    def find(self, text: str) -> list[Found]:
        """Return the spans found, from left to right."""
        spans = syllables(text)
        if not spans:
            return []
        labels = self._tagger.tag(self._evidence.rows(text, spans))
        return [tidied(text, one) for one in _decode(text, spans, labels)]


def tag_examples(messages: Iterable[Any], entities: Sequence[str] = LEARNT) -> list[TagExample]:
    """Return the annotated examples of Rasa messages, each with and without marks (folding keeps every offset)."""
    out: list[TagExample] = []
    for message in messages:
        text = message.get("text")
        if not text:
            continue
        marked = [one for one in message.get("entities") or [] if one["entity"] in entities]
        spans = tuple((one["entity"], one["start"], one["end"]) for one in marked)
        plain = strip_marks(text)
        copies = [plain] if plain != text and len(plain) == len(text) else []
        out += [TagExample(one, spans) for one in (text, *copies)]
    return out


def _labels(spans: Sequence[Span], marked: Iterable[tuple[str, int, int]]) -> list[str]:
    labels = ["O"] * len(spans)
    for entity, start, end in marked:
        inside = [at for at, span in enumerate(spans) if span.start < end and start < span.end]
        for position, at in enumerate(inside):
            labels[at] = f"{'I' if position else 'B'}-{entity}"
    return labels


def _decode(text: str, spans: Sequence[Span], labels: Sequence[str]) -> list[Found]:
    out: list[Found] = []
    for span, label in zip(spans, labels, strict=True):
        entity = label[2:]
        if label.startswith("I-") and out and out[-1].entity == entity and not text[out[-1].end : span.start].strip():
            start = out[-1].start
            out[-1] = Found(entity, start, span.end, nfc(text[start : span.end]))
        elif label != "O":
            out.append(Found(entity, span.start, span.end, nfc(span.text)))
    return out
