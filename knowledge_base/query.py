"""A question as search reads it: one spelling, abbreviations written out, politeness set aside, sayings understood."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from viet_nlu.teencode import expand
from viet_nlu.text import is_unmarked, normalise, syllables

from knowledge_base.clauses import Span, aside
from knowledge_base.lexicon import Lexicon, Phrase
from knowledge_base.phrases import GENERIC
from knowledge_base.words import folded_words, topic_spans

Repair = Callable[[Sequence[str]], Phrase]
MAX_CHARACTERS: Final = 600  # a question is a sentence or two; the rest of a pasted letter would only cost time


@dataclass(frozen=True)
class Query:
    """A question as search reads it.

    ``text`` keeps the marks that were typed; ``unmarked`` says that none were. ``words`` are all folded syllables in
    order; ``topic`` those left when politeness and aspect words are gone, as runs that were neighbours in the text;
    ``aside`` those of them that are only mentioned, ``head`` all words but these; ``spoken`` the topic without
    asides, with marks; ``meanings`` the official words that the lexicon adds to the head.
    """

    text: str
    unmarked: bool
    words: Phrase
    topic: tuple[Phrase, ...]
    aside: tuple[Phrase, ...]
    head: Phrase
    spoken: str
    meanings: tuple[Phrase, ...]

    @property
    def topic_words(self) -> Phrase:
        """The topic's syllables without the borders between runs."""
        return tuple(word for run in self.topic for word in run)


def written_out(text: str, lexicon: Lexicon) -> str:
    """Return a text with abbreviations and teencode written out, those of the lexicon first."""
    return expand(lexicon.written_out(text))


def read_query(text: str, lexicon: Lexicon, repair: Repair = tuple) -> Query:
    """Read any string as a question; an empty or wordless one gives a query without words.

    ``repair`` sets right the spelling of folded syllables, one for one.
    """
    clean = normalise(text[:MAX_CHARACTERS])
    whole = written_out(clean, lexicon)
    words = tuple(repair(folded_words(whole)))
    start, end = aside(words, _telling) or (0, 0)
    spans = [part for span in topic_spans(words) for part in _cut(span, start, end)]
    spoken = [span.text for span in syllables(whole)]
    head = words[:start] + words[end:]
    return Query(
        text=whole,
        unmarked=is_unmarked(clean),
        words=words,
        topic=tuple(words[one:other] for one, other in spans),
        aside=tuple(words[one:other] for one, other in spans if start <= one < end),
        head=head,
        spoken=" ".join(" ".join(spoken[one:other]) for one, other in spans if not start <= one < end),
        meanings=tuple(lexicon.meanings(head)),
    )


def _telling(words: Sequence[str]) -> bool:
    """Tell whether words hold one that could name a procedure."""
    return any(word not in GENERIC for start, end in topic_spans(words) for word in words[start:end])


def _cut(span: Span, start: int, end: int) -> Iterator[Span]:
    """Yield a span's parts before, in and after another span."""
    one, other = span
    for low, high in ((one, min(other, start)), (max(one, start), min(other, end)), (max(one, end), other)):
        if low < high:
            yield low, high
