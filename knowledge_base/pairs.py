"""Pairs to tune a sentence encoder on, made of the curated procedures' own names, aliases and template questions.

Every fifth procedure is held out whole: nothing of it is seen in tuning, and its aliases are the questions afterwards.
"""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Final, Literal

from viet_nlu.text import has_marks, strip_marks

from core.procedure import Procedure
from knowledge_base.catalogue import Catalogue
from knowledge_base.evaluation import Question
from knowledge_base.lessons import TEMPLATES
from knowledge_base.passages import plain_name
from knowledge_base.words import folded_words

_HELD_OUT_ONE_IN: Final = 5
_CONTENT: Final = 160  # characters of the summary beside the name
_TEMPLATES_EACH: Final = 2  # template questions made of one saying
Form = Literal["name", "content"]


@dataclass(frozen=True)
class Pair:
    """What a citizen says (``anchor``), the procedure meant (``positive``), and one it is confused with.

    ``form`` tells how the two procedures are written: the name as the index holds it, or the name with short content.
    A batch must keep to one form, or one procedure in two forms would count as wrong beside itself.
    """

    anchor: str
    positive: str
    negative: str
    form: Form
    code: str


def is_held_out(code: str) -> bool:
    """Tell whether a procedure is kept from tuning: fixed by its code, before anybody looked at it."""
    return int(hashlib.sha256(code.encode("ascii")).hexdigest(), 16) % _HELD_OUT_ONE_IN == 0


def document(procedure: Procedure, form: Form) -> str:
    """Return the text that stands for a procedure: its official name, with the summary's beginning when asked."""
    name = plain_name(procedure.name)
    if form == "name":
        return name
    content = (procedure.summary or procedure.field)[:_CONTENT].rsplit(" ", 1)[0]
    return f"{name}. {content}"


def make_pairs(
    procedures: Iterable[Procedure], *, unmarked: float = 0.3, limit: int | None = None, seed: int = 7
) -> list[Pair]:
    """Return pairs of the procedures that are not held out, in an order that goes round all of them.

    ``unmarked`` is the share of anchors that come a second time without marks; ``limit`` cuts the whole number.
    """
    pool = {one.code: one for one in procedures if one.origin == "curated" and not is_held_out(one.code)}
    own = [list(_pairs_of(one, pool, unmarked, seed)) for one in pool.values()]
    rounds = [pair for pair in chain.from_iterable(zip_longest(*own)) if pair]
    return rounds[:limit]


def _pairs_of(procedure: Procedure, pool: Mapping[str, Procedure], unmarked: float, seed: int) -> Iterator[Pair]:
    # One for each procedure: a new procedure changes nobody else's pairs.
    chance = random.Random(f"{seed} {procedure.code}")  # noqa: S311 - repeatable, not secret
    rivals = rivals_of(procedure, pool)
    anchors = list(_anchors(procedure, unmarked, chance))
    chance.shuffle(anchors)
    for place, anchor in enumerate(anchors if rivals else ()):
        form: Form = "content" if place % 2 == 0 else "name"
        rival = rivals[place // 2 % len(rivals)]
        yield Pair(anchor, document(procedure, form), document(rival, form), form, procedure.code)


def _anchors(procedure: Procedure, unmarked: float, chance: random.Random) -> Iterator[str]:
    """Yield each saying bare and in template questions, each once, some again without marks."""
    made: dict[str, None] = {}
    for saying in (procedure.title, *procedure.aliases):
        inner = saying[:1].lower() + saying[1:]
        made[saying] = None
        made |= dict.fromkeys(ask.format(inner) for ask in chance.sample(TEMPLATES[2:], _TEMPLATES_EACH))
    for text in made:
        yield text
        if has_marks(text) and chance.random() < unmarked:
            yield strip_marks(text)


def rivals_of(procedure: Procedure, pool: Mapping[str, Procedure]) -> list[Procedure]:
    """Return the siblings that are in the pool or, where there is none, the one of the nearest name."""
    siblings = [pool[one.code] for one in procedure.siblings if one.code in pool and one.code != procedure.code]
    if siblings:
        return siblings
    words = set(folded_words(plain_name(procedure.name)))
    others = [one for one in pool.values() if one.code != procedure.code]
    return sorted(others, key=lambda one: (-_likeness(words, one), one.code))[:1]


def _likeness(words: set[str], other: Procedure) -> float:
    theirs = set(folded_words(plain_name(other.name)))
    return len(words & theirs) / max(len(words | theirs), 1)


def held_out_questions(procedures: Iterable[Procedure]) -> list[Question]:
    """Return the aliases of the curated procedures held out as questions; one that several have is right for each."""
    codes: defaultdict[str, set[str]] = defaultdict(set)
    for one in procedures:
        if one.origin == "curated" and is_held_out(one.code):
            for alias in one.aliases:
                codes[alias].add(one.code)
    return [Question(text, frozenset(right)) for text, right in codes.items()]


def without_held_out_sayings(catalogue: Catalogue) -> Catalogue:
    """Return the catalogue as it is to be searched for held-out aliases: those aliases and keywords taken away."""
    nothing = {"aliases": (), "keywords": ()}
    bare = {
        code: one.model_copy(update=nothing) if one.origin == "curated" and is_held_out(code) else one
        for code, one in catalogue.procedures.items()
    }
    return Catalogue(bare, catalogue.shadowed)
