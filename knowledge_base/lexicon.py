"""The lexicon: how people say it, and what the law calls it. One YAML file that an editor can add to.

``short`` maps what people write short to the whole words, beyond the general teencode of ``viet_nlu``; ``sayings`` maps
a phrase to the official words that are added to a question in which it stands; ``speech`` are everyday questions with
marks, from which the mark model learns words that no procedure has.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import SetupError
from knowledge_base.words import folded_words

# "đk" is "đăng ký" before a thing and "được" at the end of a question ("làm online đk k").
_MAY_CLOSE: Final = frozenset(("đk", "dk"))
_CLOSING: Final = frozenset(
    ("", "k", "ko", "kô", "hk", "hok", "hong", "hông", "không", "khong", "a", "ạ", "ak", "chưa")
)
_AGE: Final = re.compile(r"\b(\d{1,2})t\b")
LEXICON_FILE: Final = Path(__file__).parent / "lexicon.yaml"
Phrase = tuple[str, ...]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    short: dict[str, str]
    sayings: dict[str, list[str]]
    speech: list[str]


class Lexicon:
    """Sayings by their folded syllables, and what is written short."""

    def __init__(self, short: dict[str, str], sayings: dict[str, list[str]], speech: Sequence[str]) -> None:
        self._short = {key.strip(): long for keys, long in short.items() for key in keys.split("|")}
        self.speech = tuple(speech)
        self.texts = tuple(text for means in sayings.values() for text in means)
        self._means: dict[Phrase, list[Phrase]] = {}
        for said, means in sayings.items():
            for phrase in said.split("|"):
                key = tuple(folded_words(phrase))
                self._means.setdefault(key, []).extend(tuple(folded_words(text)) for text in means)
        self.words = frozenset(word for phrase in self._means for word in phrase)
        self._longest = max((len(key) for key in self._means), default=0)

    def written_out(self, text: str) -> str:
        """Return the text with what the offices' customers write short written out; the rest stays as it is."""
        chunks = _AGE.sub(r"\1 tuổi", text).split()
        return " ".join(self._long(chunk, after) for chunk, after in pairwise([*chunks, ""]))

    def _long(self, chunk: str, after: str) -> str:
        key = chunk.casefold()
        return chunk if key in _MAY_CLOSE and after.casefold() in _CLOSING else self._short.get(key, chunk)

    def meanings(self, words: Sequence[str]) -> list[Phrase]:
        """Return the official words that the sayings in these folded syllables stand for; longer sayings win."""
        found: list[Phrase] = []
        at = 0
        while at < len(words):
            length = self._length_at(words, at)
            found += self._means.get(tuple(words[at : at + length]), []) if length else []
            at += length or 1
        return list(dict.fromkeys(found))

    def _length_at(self, words: Sequence[str], at: int) -> int:
        for length in range(min(self._longest, len(words) - at), 0, -1):
            if tuple(words[at : at + length]) in self._means:
                return length
        return 0


@lru_cache(maxsize=4)
def read_lexicon(path: Path = LEXICON_FILE) -> Lexicon:
    """Read the lexicon; raises ``SetupError`` naming the file when it does not fit."""
    try:
        file = _File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise SetupError(
            f"{path.name} cannot be read ({type(error).__name__}); correct it by its own comments."
        ) from error
    return Lexicon(file.short, file.sayings, file.speech)
