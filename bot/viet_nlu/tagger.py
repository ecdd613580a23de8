"""A small CRF that marks procedures and places in a text. Knows pycrfsuite, not Rasa; its model is no pickle."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import pycrfsuite

from viet_nlu.acts import ACT_PAIRS, ACT_WORDS, STOP_WORDS
from viet_nlu.mentions import Lexicon
from viet_nlu.patterns import Found
from viet_nlu.text import Span, fold, nfc, strip_marks, syllables

LEARNT: Final = ("procedure", "place")
COPIES: Final = 1  # copies of each annotated example with other names


class TagExample(NamedTuple):
    """A text with the spans (entity, start, end) that stand in it."""

    text: str
    spans: tuple[tuple[str, int, int], ...]


class Tagger:
    """Finds procedures and places; ``names`` are the known phrases of each, which are evidence and not the verdict."""

    def __init__(self, model: bytes, lexicons: Mapping[str, Lexicon]) -> None:
        self._model = model  # pycrfsuite reads from this memory as long as it tags, but does not hold it
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open_inmemory(model)
        self._lexicons = lexicons

    @classmethod
    def train(
        cls, examples: Sequence[TagExample], names: Mapping[str, Sequence[str]], path: Path, settings: Mapping[str, Any]
    ) -> Tagger:
        """Learn from examples, write the model to ``path`` and return it."""
        lexicons = {entity: Lexicon(phrases) for entity, phrases in names.items()}
        trainer = pycrfsuite.Trainer(verbose=False)
        trainer.set_params({"c1": settings["c1"], "c2": settings["c2"], "max_iterations": int(settings["iterations"])})
        for example in examples:
            spans = syllables(example.text)
            if spans:
                trainer.append(_rows(example.text, spans, lexicons), _labels(spans, example.spans))
        trainer.train(str(path))
        return cls.load(path, names)

    @classmethod
    def load(cls, path: Path, names: Mapping[str, Sequence[str]]) -> Tagger:
        """Read a model; raises ``OSError`` when the file is missing or broken."""
        return cls(path.read_bytes(), {entity: Lexicon(phrases) for entity, phrases in names.items()})

    def find(self, text: str) -> list[Found]:
        """Return the spans found, from left to right."""
        spans = syllables(text)
        if not spans:
            return []
        labels = self._tagger.tag(_rows(text, spans, self._lexicons))
        return _decode(text, spans, labels)


def tag_examples(
    messages: Iterable[Any],
    entities: Sequence[str] = LEARNT,
    names: Mapping[str, Sequence[str]] | None = None,
    copies: int = 0,
) -> list[TagExample]:
    """Return the annotated examples of Rasa messages, each with and without marks (folding keeps every offset).

    ``copies`` adds as many copies of each annotated example with other ``names`` in the place of those marked; seeded.
    """
    chance = random.Random(20261123)  # noqa: S311 - repeatable training, not a secret
    out: list[TagExample] = []
    for message in messages:
        text = message.get("text")
        if not text:
            continue
        spans = tuple(
            (e["entity"], e["start"], e["end"]) for e in message.get("entities") or [] if e["entity"] in entities
        )
        own = TagExample(text, spans)
        more = [_renamed(own, names or {}, chance) for _ in range(copies if spans else 0)]
        for one in (own, *more):
            out.append(one)
            plain = strip_marks(one.text)
            if plain != one.text and len(plain) == len(one.text):
                out.append(TagExample(plain, one.spans))
    return out


def _renamed(example: TagExample, names: Mapping[str, Sequence[str]], chance: random.Random) -> TagExample:
    text, spans, at = "", [], 0
    for entity, start, end in sorted(example.spans, key=lambda one: one[1]):
        known = names.get(entity)
        name = chance.choice(known) if known else example.text[start:end]
        text += example.text[at:start]
        spans.append((entity, len(text), len(text) + len(name)))
        text, at = text + name, end
    return TagExample(text + example.text[at:], tuple(spans))


def _rows(text: str, spans: Sequence[Span], lexicons: Mapping[str, Lexicon]) -> list[list[str]]:
    known = {entity: _inside(lexicon.find(text), spans) for entity, lexicon in lexicons.items()}
    pairs, starts, inside = _word_evidence(lexicons)
    words = ["<s>", *(fold(span.text) for span in spans), "</s>"]
    acts, since = _acts(words)
    rows = []
    for at, span in enumerate(spans, start=1):
        row = [f"w={words[at]}", f"w-1={words[at - 1]}", f"w+1={words[at + 1]}"]
        row += [f"w-1w={words[at - 1]} {words[at]}", f"ww+1={words[at]} {words[at + 1]}", f"m={span.text.lower()}"]
        row += [f"w-2={words[at - 2]}" if at > 1 else "w-2=", f"w+2={words[at + 2]}" if at + 2 < len(words) else "w+2="]
        row += [f"{entity}={marks[at - 1]}" for entity, marks in known.items()]
        row += [f"s3={words[at][:3]}", f"e2={words[at][-2:]}", f"w-1w+1={words[at - 1]} {words[at + 1]}"]
        row += [f"pair-={(words[at - 1], words[at]) in pairs}", f"pair+={(words[at], words[at + 1]) in pairs}"]
        row += [f"pairs={(words[at - 1], words[at]) in pairs}{(words[at], words[at + 1]) in pairs}"]
        row += [f"start={words[at] in starts}", f"in={words[at] in inside}", f"in+={words[at + 1] in inside}"]
        row += [f"act={acts[at]}", f"act+={acts[at + 1]}", f"act-={acts[at - 1] if at else False}"]
        row += [f"after={since[at]}", f"stop+={words[at + 1] in STOP_WORDS}", f"from={min(at, 3)}"]
        row += [f"title={span.text[:1].isupper()}", f"digit={span.text.isdigit()}"]
        rows.append(row)
    return rows


def _acts(words: Sequence[str]) -> tuple[list[bool], list[str]]:
    """Tell for each word whether it begins an act, and how far back the last one lies with no end of it between."""
    acts = [
        word in ACT_WORDS or f"{word} {after}" in ACT_PAIRS for word, after in zip(words, [*words[1:], ""], strict=True)
    ]
    since, distance = [], -1
    for word, act in zip(words, acts, strict=True):
        if act and distance < 0:
            distance = 0
        elif word in STOP_WORDS:
            distance = -1
        elif distance >= 0:
            distance += 1
        since.append("no" if distance < 0 else str(min(distance, 6)))
    return acts, since


@lru_cache(maxsize=8)
def _words_of(lexicon: Lexicon) -> tuple[frozenset[tuple[str, str]], frozenset[str], frozenset[str]]:
    names = lexicon.phrases()
    pairs = frozenset(pair for name in names for pair in pairwise(name))
    return pairs, frozenset(name[0] for name in names), frozenset(word for name in names for word in name)


def _word_evidence(
    lexicons: Mapping[str, Lexicon],
) -> tuple[frozenset[tuple[str, str]], frozenset[str], frozenset[str]]:
    """Return the pairs of syllables, the first syllables and all syllables of the known procedures' names."""
    return _words_of(lexicons["procedure"]) if "procedure" in lexicons else (frozenset(), frozenset(), frozenset())


def _inside(found: Sequence[Span], spans: Sequence[Span]) -> list[str]:
    marks = []
    for span in spans:
        hit = next((one for one in found if one.start <= span.start and span.end <= one.end), None)
        marks.append("O" if hit is None else "B" if hit.start == span.start else "I")
    return marks


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
