"""Sealing: tokens and personal fields are encrypted (AES-256-GCM, a key id beside them) before they are stored."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import SetupError
from gateway.payload import derive_key

_NONCE = 12


@dataclass(frozen=True)
class Sealed:
    """A key's id and the nonce with the encrypted text."""

    key_id: str
    data: bytes = field(repr=False)


class Sealer:
    """Seals with the first key and opens with all of them (two during a rotation)."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        if not secrets:
            raise SetupError("There is no key to seal with: set MOTCUA_TOKEN_KEY_FILE to a file with mode 0600.")
        keys = [derive_key(secret, "seal") for secret in secrets]
        self._ids = [hashlib.sha256(b"id:" + key).hexdigest()[:12] for key in keys]
        self._ciphers = dict(zip(self._ids, (AESGCM(key) for key in keys), strict=True))

    def seal(self, text: str, place: str) -> Sealed:
        """Encrypt a text for one place; it can be opened only there, so rows cannot be swapped."""
        nonce = os.urandom(_NONCE)
        return Sealed(self._ids[0], nonce + self._ciphers[self._ids[0]].encrypt(nonce, text.encode(), place.encode()))

    def open(self, sealed: Sealed, place: str) -> str:
        """Decrypt a text.

        Raises:
            SetupError: it was sealed with a key that is not among ours, for another place, or was changed.
        """
        cipher = self._ciphers.get(sealed.key_id)
        if cipher is None:
            raise SetupError(
                f"The key {sealed.key_id} is not in MOTCUA_TOKEN_KEY_FILE: put it back as the second line."
            )
        try:
            return cipher.decrypt(sealed.data[:_NONCE], sealed.data[_NONCE:], place.encode()).decode()
        except InvalidTag:
            raise SetupError("A sealed value does not belong where it is, or was changed.") from None
