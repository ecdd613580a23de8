"""Ports: what the inner parts ask of the outer ones. Adapters fit these by shape, without inheriting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.message import Incoming, Reply

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Turns sentences into unit vectors; the methods are sentence-transformers' own, so its models fit as they are.

    Both methods take a list of n sentences and return float32 ``[n, d]`` with rows of length 1.
    """

    def encode_query(self, sentences: Sequence[str]) -> Vectors:
        """Encode what people ask."""
        ...

    def encode_document(self, sentences: Sequence[str]) -> Vectors:
        """Encode what is searched."""
        ...


class Bot(Protocol):
    """The understanding side: one turn of one conversation."""

    def handle(self, message: Incoming) -> list[Reply]:
        """Answer one message; the same ``event_id`` again gives the stored answer.

        Raises:
            BotUnavailable: no answer in time, or an empty one; the turn may be tried again.
        """
        ...
