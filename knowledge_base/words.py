"""From a question to the words that search reads: one spelling, abbreviations written out, folded syllables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from viet_nlu.teencode import expand
from viet_nlu.text import fold, is_unmarked, normalise, syllables

from knowledge_base.phrases import LONGEST, NOISE

MAX_SYLLABLES = 120  # a question is a sentence or two; the rest of a pasted letter would only cost time


@dataclass(frozen=True)
class Query:
    """A question as search reads it.

    ``text`` keeps the marks that were typed; ``unmarked`` says that none were. ``words`` are all folded syllables in
    order; ``topic`` those left when politeness and aspect words are gone, as runs that were neighbours in the text.
    """

    text: str
    unmarked: bool
    words: tuple[str, ...]
    topic: tuple[tuple[str, ...], ...]

    @property
    def topic_words(self) -> tuple[str, ...]:
        """The topic's syllables without the borders between runs."""
        return tuple(word for run in self.topic for word in run)


def read_query(text: str) -> Query:
    """Read any string as a question; an empty or wordless one gives a query without words."""
    clean = normalise(text)
    written_out = expand(clean)
    words = tuple(folded_words(written_out)[:MAX_SYLLABLES])
    return Query(text=written_out, unmarked=is_unmarked(clean), words=words, topic=tuple(topic_runs(words)))


def folded_words(text: str) -> list[str]:
    """Return the folded syllables and numbers of a text, in order."""
    return [span.text for span in syllables(fold(text))]


def topic_runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the runs of syllables that remain when every noise phrase (longest first) is cut out."""
    run: list[str] = []
    at = 0
    while at < len(words):
        cut = _noise_at(words, at)
        if cut:
            if run:
                yield tuple(run)
            run = []
            at += cut
        else:
            run.append(words[at])
            at += 1
    if run:
        yield tuple(run)


def _noise_at(words: Sequence[str], at: int) -> int:
    for length in range(min(LONGEST, len(words) - at), 0, -1):
        if tuple(words[at : at + length]) in NOISE:
            return length
    return 0
