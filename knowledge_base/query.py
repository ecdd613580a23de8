"""A question as search reads it: one spelling, abbreviations written out, politeness set aside, sayings understood."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from viet_nlu.teencode import expand
from viet_nlu.text import is_unmarked, normalise, syllables

from knowledge_base.lexicon import Lexicon, Phrase
from knowledge_base.words import folded_words, topic_spans

Repair = Callable[[Sequence[str]], Phrase]
MAX_CHARACTERS: Final = 600  # a question is a sentence or two; the rest of a pasted letter would only cost time


@dataclass(frozen=True)
class Query:
    """A question as search reads it.

    ``text`` keeps the marks that were typed; ``unmarked`` says that none were. ``words`` are all folded syllables in
    order; ``topic`` those left when politeness and aspect words are gone, as runs that were neighbours in the text,
    and ``spoken`` the same with marks; ``meanings`` the official words that the lexicon adds.
    """

    text: str
    unmarked: bool
    words: Phrase
    topic: tuple[Phrase, ...]
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
    spans = list(topic_spans(words))
    spoken = [span.text for span in syllables(whole)]
    return Query(
        text=whole,
        unmarked=is_unmarked(clean),
        words=words,
        topic=tuple(words[start:end] for start, end in spans),
        spoken=" ".join(" ".join(spoken[start:end]) for start, end in spans),
        meanings=tuple(lexicon.meanings(words)),
    )
