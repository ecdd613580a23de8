"""What the code takes for granted of an index: the columns of its arrays, by name.

An index built by code with other signs or priors has arrays of another width; it must be refused with a sentence and
not fail in the middle of a question.
"""

from __future__ import annotations

import hashlib
import json

from knowledge_base.passages import Kind
from knowledge_base.traits import PRIORS, TRAITS


def layout() -> str:
    """Return a hash of the names and the order of everything that stands in the arrays of an index."""
    named = {"traits": TRAITS, "priors": PRIORS, "kinds": [kind.name for kind in Kind], "asked": 1}
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()[:16]
