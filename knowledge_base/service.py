"""The knowledge base as the rest of the service sees it: read a procedure, search, decide.

One object may be shared by threads: a version of the index never changes, and a new one replaces it in one assignment.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

from core.errors import SetupError, UnknownProcedure
from core.ports import Encoder
from core.procedure import Procedure
from knowledge_base.ages import fits, for_age, stated_age
from knowledge_base.asking_first import asked_first
from knowledge_base.decision import Decision, Hit
from knowledge_base.index import Index, current_version, read_index
from knowledge_base.searcher import Searcher

__all__ = ["Decision", "Hit", "KnowledgeBase"]
_LOOK_EVERY: Final = 2.0  # seconds between looks at the pointer file
_CACHED_RECORDS: Final = 256


class KnowledgeBase:
    """The catalogue behind one directory, searchable; follows new versions of its index without a restart."""

    def __init__(self, home: Path, index: Index, encoder: Encoder | None) -> None:
        self._home = home
        self._encoder = encoder
        self._lock = threading.Lock()
        self._looked = time.monotonic()
        self._use(index)

    @classmethod
    def open(cls, index_dir: Path | str, encoder: Encoder | None = None) -> KnowledgeBase:
        """Open the index built in ``index_dir``; without an encoder, search is lexical alone.

        Raises:
            SetupError: no index, an old or a damaged one, or one of another encoder; the text says what to run.
        """
        home = Path(index_dir)
        index = read_index(home)
        if encoder is not None and not _made_for(index, encoder):
            built = index.meta["encoder"]
            raise SetupError(f"The search index was built with the encoder {built}; run `./motcua kb build`.")
        return cls(home, index, encoder)

    def _use(self, index: Index) -> None:
        places = {code: place for place, code in enumerate(index.codes)}
        searcher = Searcher(index, self._encoder, self._read)

        @lru_cache(maxsize=_CACHED_RECORDS)
        def record(code: str) -> Procedure:
            if code not in places:
                raise UnknownProcedure(f"no procedure has the code {code}")
            return Procedure.model_validate_json(index.record(places[code]))

        self._record = record
        self._index, self._searcher = index, searcher

    def _read(self, code: str) -> Procedure:
        return self._record(code)

    def refresh(self) -> bool:
        """Take over a newer version when the pointer names one; a damaged one is left and the old one kept."""
        with self._lock:
            self._looked = time.monotonic()
            if current_version(self._home) in (None, self._index.version):
                return False
            try:
                index = read_index(self._home)
            except SetupError:
                return False
            if self._encoder is not None and not _made_for(index, self._encoder):
                return False
            self._use(index)
            return True

    def _current(self) -> Searcher:
        if time.monotonic() - self._looked > _LOOK_EVERY:
            self.refresh()
        return self._searcher

    @property
    def version(self) -> str:
        """Return the version of the index in use."""
        return self._index.version

    def codes(self) -> Sequence[str]:
        """Return the codes of all procedures."""
        return tuple(self._index.codes)

    @property
    def index(self) -> Index:
        """Return the index in use, for the tools that measure and fit."""
        return self._index

    @property
    def searcher(self) -> Searcher:
        """Return the search over the index in use, for the tools that measure and fit."""
        return self._searcher

    def get(self, code: str, day: date | None = None) -> Procedure:
        """Return a procedure with the facts that hold on ``day`` (today when not given).

        Raises:
            UnknownProcedure: nobody has this code, or the procedure does not hold on that day.
        """
        procedure = self._record(code).as_of(day or date.today())
        if procedure is None:
            raise UnknownProcedure(f"procedure {code} does not hold on that day")
        return procedure

    def stored(self, code: str) -> Procedure:
        """Return a procedure with all its facts, of whatever day, for tools; never to be shown to a citizen.

        Raises:
            UnknownProcedure: nobody has this code.
        """
        return self._record(code)

    def search(self, text: str, k: int = 10) -> list[Hit]:
        """Return the k procedures that fit a question best, best first; none for a text without words.

        Where the question states an age, those that the law keeps for another age come last.
        """
        hits, age = self._current().search(text, k), stated_age(text)
        return hits if age is None else sorted(hits, key=lambda hit: not fits(self._read(hit.code), age))

    def decide(self, text: str, focus: str | None = None) -> Decision:
        """Decide whether a question can be answered, needs a question back, or is not about a procedure here.

        ``focus`` is the procedure spoken of before: a text that names none itself is about that one.
        """
        decision, age = self._current().decide(text, focus), stated_age(text)
        decision = decision if age is None else for_age(decision, age, self._read)
        in_focus = bool(decision.hits) and decision.hits[0].code == focus
        return decision if in_focus else asked_first(decision, text, self._read)

    def mentions_procedure(self, text: str) -> bool:
        """Tell whether the text itself names a procedure or its topic, aspect words and politeness aside."""
        return self._current().mentions(text)


def _made_for(index: Index, encoder: Encoder) -> bool:
    """Tell whether an index has this encoder's vectors; one without vectors fits any and is searched lexically."""
    name = getattr(encoder, "name", None)
    return index.vectors is None or name is None or name == index.meta["encoder"]
