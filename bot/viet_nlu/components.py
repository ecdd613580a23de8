"""The Rasa tokenizer: Vietnamese words as exact slices of the text.

The only modules that import Rasa are this one, ``classifier``, ``entities``, ``channel``, ``turns``, ``selftest``,
``serve`` and ``train``.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from viet_nlu.fingerprint import code_fingerprint
from viet_nlu.segment import segment
from viet_nlu.text import Span, fold


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class VietTokenizer(Tokenizer):
    """Splits Vietnamese into words: ``text`` is the raw slice, ``lemma`` the folded word, joined by ``_``."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings that Rasa's base class needs."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    @staticmethod
    def required_packages() -> list[str]:
        """Return the packages that must be importable."""
        return ["underthesea"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Return what else the result hangs on: our helper modules and the segmenter's version."""
        return code_fingerprint()

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Return the tokens of one attribute; a text of punctuation alone is one token, since Rasa expects some."""
        text = message.get(attribute)
        spans = segment(text) or [Span(text, 0, len(text))]
        return [Token(s.text, s.start, s.end, lemma=fold(s.text).replace(" ", "_")) for s in spans]
