"""``kb fit``: train the ranker and calibrate the decisions, and write both into ``ranker.json``.

Beliefs used for calibration are cross-fitted: the ranker that ranked a question never saw its procedure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from viet_nlu.text import strip_marks

from knowledge_base.calibration import SCOPE_SIGNALS, SIGNALS, Ranking, signals
from knowledge_base.evaluation import Question
from knowledge_base.features import COLUMNS, NOTHING
from knowledge_base.index import Index, encoded_texts
from knowledge_base.lessons import Lesson, Teacher, asked_lessons, made_lessons
from knowledge_base.lexical import Floats
from knowledge_base.searcher import Searcher
from knowledge_base.training import Example, fit_logistic, fit_weights

_FOLDS: Final = 4
_PENALTY: Final = 1e-4
_ASKED_WEIGHT: Final = 1.5
# How much a question counts that was asked of a base without its answer: its siblings there are sometimes good ones.
_LACKING_RIGHT: Final = 0.3
_LACKING_OURS: Final = 0.05
_COVERED: Final = COLUMNS.index("covered")
Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Aim:
    """What the borders are set for, as shares of the asked questions.

    ``wrong`` of the answers given; but no more than ``asked_back`` of the questions are asked back for it (labels
    that are wrong themselves would else make every question one to ask back); ``turned_away`` of the questions.
    """

    wrong: float = 0.04
    asked_back: float = 0.25
    turned_away: float = 0.02


@dataclass(frozen=True)
class Case:
    """A question with its example and the count of its topic's words."""

    example: Example
    words: int


class Fitter:
    """Fits one mode (with or without encoder) over one index."""

    def __init__(self, index: Index, searcher: Searcher, *, encode: bool, step: Callable[[int, int], None]) -> None:
        self._index, self._searcher, self._step = index, searcher, step
        self._teacher = Teacher(index, searcher, encode=encode)

    def fit(self, asked: Sequence[Question], outside: Sequence[Question], made: Sequence[Lesson]) -> dict[str, Any]:
        """Return the part of the model file for this mode."""
        lessons = {
            "made": list(made),
            "marked": [Lesson(one.text, one.codes, NOTHING, _ASKED_WEIGHT * one.weight) for one in asked],
            "unmarked": [
                Lesson(strip_marks(one.text), one.codes, NOTHING, _ASKED_WEIGHT * one.weight) for one in asked
            ],
            "outside": [Lesson(text, frozenset()) for one in outside for text in {one.text, strip_marks(one.text)}],
        }
        cases = self._cases(lessons)
        taught = [case.example for group in ("made", "marked", "unmarked") for case in cases[group]]
        folds = [fit_weights([one for one in taught if _fold(one) != fold], _PENALTY) for fold in range(_FOLDS)]
        calibrated = {kind: _calibrate(cases, kind, folds, Aim()) for kind in ("marked", "unmarked")}
        return {"weights": _named(COLUMNS, fit_weights(taught, _PENALTY)), "calibration": calibrated}

    def _cases(self, lessons: Mapping[str, Sequence[Lesson]]) -> dict[str, list[Case]]:
        total = sum(len(group) for group in lessons.values())
        cases: dict[str, list[Case]] = {name: [] for name in lessons}
        every = [(name, one) for name, group in lessons.items() for one in group]
        for done, (name, lesson) in enumerate(every, start=1):
            cases[name].append(self._case(lesson))
            self._step(done, total)
        return cases

    def made(self, texts_of: Callable[[str], Any]) -> list[Lesson]:
        """Return the questions made of the index's own names and lines; ``texts_of`` reads a procedure by code."""
        procedures = [texts_of(code) for code in self._index.codes]
        lines = [line for one in procedures for line in one.asked]
        return [*made_lessons(self._index, encoded_texts(procedures)), *asked_lessons(self._index, lines)]

    def _case(self, lesson: Lesson) -> Case:
        return Case(self._teacher.example(lesson), len(self._searcher.query(lesson.text).topic_words))


def _fold(example: Example) -> int:
    return int(hashlib.sha256(example.code.encode()).hexdigest(), 16) % _FOLDS


def _calibrate(cases: Mapping[str, Sequence[Case]], kind: str, folds: Sequence[Floats], aim: Aim) -> dict[str, Any]:
    """Fit both chances, and set the border of answering and that of turning away, on asked questions.

    Each is also asked of a base that lacks what it asks for: nothing is right then, however near the nearest lies.
    """
    asked = cases[kind]
    lacking = [_without_right(case) for case in asked if case.example.right.any()]
    rows, absent, alien = (_rows(group, folds) for group in (asked, lacking, cases["outside"]))
    right = np.array([_first_is_right(case, folds) for case in asked], dtype=np.float64)
    weights = _weighed([(rows, right, 1.0), (alien, 0.0, 1.0), (absent, 0.0, _LACKING_RIGHT)])
    weights = _levelled(weights, _chance(rows, weights), right)
    scope = [SIGNALS.index(name) for name in SCOPE_SIGNALS]
    ours = _weighed([(rows[:, scope], 1.0, 1.0), (alien[:, scope], 0.0, 1.0), (absent[:, scope], 0.0, _LACKING_OURS)])
    chances = _chance(rows, weights)
    careful = answer_border(chances, right, aim.wrong)
    return {
        "right": _named(SIGNALS, weights),
        "ours": _named(SCOPE_SIGNALS, ours),
        "answer_from": round(min(careful, float(np.quantile(chances, aim.asked_back))), 4),
        "ours_from": round(float(np.quantile(_chance(rows[:, scope], ours), aim.turned_away)), 4),
    }


def _rows(cases: Sequence[Case], folds: Sequence[Floats]) -> Doubles:
    return np.array([_row(case, folds) for case in cases])


def _weighed(parts: Sequence[tuple[Doubles, Doubles | float, float]]) -> Doubles:
    """Fit a chance on parts, each (rows [n, f], labels [n] or one for all, how much a row counts)."""
    rows = np.concatenate([part for part, _, _ in parts])
    labels = np.concatenate([np.broadcast_to(label, len(part)) for part, label, _ in parts])
    shares = np.concatenate([np.full(len(part), share) for part, _, share in parts])
    return fit_logistic(rows, labels, weights=shares)


def _levelled(weights: Doubles, chances: Doubles, right: Doubles) -> Doubles:
    """Return the weights of a chance stretched and moved so that it holds for asked questions; their order stays."""
    odds = np.log(chances / (1 - chances))
    moved, stretched = fit_logistic(np.stack([np.ones(len(odds)), odds], axis=1), right, 1e-6)
    levelled: Doubles = weights * max(stretched, 1e-3)
    levelled[SIGNALS.index("one")] += moved
    return levelled


def _without_right(case: Case) -> Case:
    """Return a question as it looks when what it asks for is not in the knowledge base: nothing is right then."""
    kept = ~case.example.right
    return replace(
        case, example=replace(case.example, columns=case.example.columns[kept], right=case.example.right[kept])
    )


def _chance(rows: Doubles, weights: Doubles) -> Doubles:
    chance: Doubles = 1 / (1 + np.exp(-rows @ weights))
    return chance


def answer_border(chances: Doubles, right: Doubles, wrong: float) -> float:
    """Return the lowest chance from which, taken together, at most a share ``wrong`` of the answers is wrong."""
    order = np.argsort(-chances)
    share = np.cumsum(1 - right[order]) / np.arange(1, len(order) + 1)
    allowed = np.nonzero(share <= wrong)[0]
    return float(chances[order][allowed[-1]]) if len(allowed) else 1.0


def _ranked(case: Case, folds: Sequence[Floats]) -> tuple[NDArray[np.intp], Ranking]:
    scores = case.example.columns @ folds[_fold(case.example)]
    order = np.argsort(-scores)
    odds = np.exp(scores[order] - scores.max())
    known = float(case.example.columns[:, _COVERED].max())
    return order, Ranking(order, odds / odds.sum(), case.example.columns[order], known, case.words)


def _row(case: Case, folds: Sequence[Floats]) -> list[float]:
    values = signals(_ranked(case, folds)[1])
    return [values[name] for name in SIGNALS]


def _first_is_right(case: Case, folds: Sequence[Floats]) -> bool:
    return bool(case.example.right[_ranked(case, folds)[0][0]])


def _named(names: Sequence[str], weights: Floats | Doubles) -> Mapping[str, float]:
    return {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}
