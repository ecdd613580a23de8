"""What the ranker learns from: labelled questions, and questions made of the catalogue's own names and aliases.

A made question hides the name it was made of, so that it must be found by the others, as a citizen's words must be.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from viet_nlu.text import strip_marks

from core.ports import Vectors
from knowledge_base.features import NOTHING, Hidden, Places, survey, table
from knowledge_base.index import Index
from knowledge_base.lexical import Floats
from knowledge_base.passages import Kind
from knowledge_base.query import Query
from knowledge_base.searcher import Searcher, candidates
from knowledge_base.training import Example

# Ways to ask; {} is a name or an alias. Our own sentences.
TEMPLATES: Final = (
    "{}", "{}", "thủ tục {}", "{} cần giấy tờ gì", "lệ phí {} bao nhiêu", "em muốn {} thì làm thế nào ạ",
    "{} mất bao lâu", "{} ở đâu", "cho mình hỏi {} với", "hồ sơ {} gồm những gì", "điều kiện để {}",
)  # fmt: skip


_LINE_WEIGHT: Final = 0.15


@dataclass(frozen=True)
class Lesson:
    """A question, the codes that answer it, what to hide while it is asked, and its weight."""

    text: str
    codes: frozenset[str]
    absent: Hidden = NOTHING
    weight: float = 1.0


def made_lessons(index: Index, texts: Sequence[str], seed: int = 7) -> Iterator[Lesson]:
    """Yield one question for each alias and title of a curated procedure (``texts`` [m] are the index's passages)."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    for place, text in enumerate(texts):
        owner = int(index.owner[place])
        kind = int(index.kinds[place])
        if kind in (Kind.ALIAS, Kind.TITLE) and index.priors[owner, 1]:
            asked = chance.choice(TEMPLATES).format(text[:1].lower() + text[1:])
            if chance.random() < 0.3:
                asked = strip_marks(asked)
            yield Lesson(asked, frozenset([index.codes[owner]]), Hidden(passages=(place,)), 0.5)
        elif kind == Kind.NAME and not index.priors[owner, 1] and chance.random() < 0.15:
            yield Lesson(_shortened(text, chance), frozenset([index.codes[owner]]), NOTHING, 0.3)


def asked_lessons(index: Index, lines: Sequence[str], seed: int = 11) -> Iterator[Lesson]:
    """Yield every line that people asked as a question of its own, a third of them without marks; itself is hidden."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    for place, text in enumerate(lines):
        asked = strip_marks(text) if chance.random() < 0.33 else text
        code = index.codes[int(index.asked.owner[place])]
        yield Lesson(asked, frozenset([code]), Hidden(lines=(place,)), _LINE_WEIGHT)


def _shortened(name: str, chance: random.Random) -> str:
    """Return a long official name as somebody would remember it: a stretch of it."""
    words = name.split()
    length = max(4, int(len(words) * chance.uniform(0.4, 0.8)))
    start = chance.randint(0, max(0, len(words) - length))
    return chance.choice(TEMPLATES).format(" ".join(words[start : start + length]))


class Teacher:
    """Turns lessons into examples over one index."""

    def __init__(self, index: Index, searcher: Searcher, *, encode: bool) -> None:
        self._index, self._searcher, self._encode = index, searcher, encode
        self._places: Mapping[str, int] = {code: place for place, code in enumerate(index.codes)}

    def example(self, lesson: Lesson) -> Example:
        """Return the candidates of a lesson, the right ones marked."""
        query: Query = self._searcher.query(lesson.text)
        vector: Vectors | None = self._searcher.encode(query) if self._encode else None
        found = survey(self._index, query, vector, lesson.absent)
        places: Places = candidates(found)
        right = np.isin(places, [self._places[code] for code in lesson.codes if code in self._places])
        columns: Floats = table(self._index, found, places)
        return Example(columns, right, lesson.weight, min(lesson.codes, default=""))
