"""A hash of the helper code and data behind the components, so that Rasa's cache never serves stale features."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

_LIBRARIES = ("underthesea", "scikit-learn", "python-crfsuite", "numpy")
_PACKAGE = Path(__file__).parent


@lru_cache(maxsize=1)
def code_fingerprint() -> str:
    """Return a hash over every module and data file of this package and the libraries that learn."""
    digest = hashlib.sha256(" ".join(version(name) for name in _LIBRARIES).encode())
    for path in sorted(_PACKAGE.rglob("*")):
        if path.suffix in (".py", ".json", ".txt", ".yml"):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
