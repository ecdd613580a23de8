"""Building the index: only when something changed, only the vectors that are new, and never half."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from core.errors import SetupError
from core.ports import Encoder, Vectors
from core.procedure import Procedure
from knowledge_base.asked import spoken_lines
from knowledge_base.catalogue import Catalogue
from knowledge_base.index import SCHEMA, Encoded, Stock, assemble, current_version, encoded_texts, publish, read_index

_BATCH: Final = 16
_ASKED: Final = "asked\n"  # sets the vectors of questions apart from those of names in the same words
# What these files say is baked into an index: when they change, it is built anew.
SHAPING: Final = (
    "asked.py", "features.py", "index.py", "layout.py", "lexical.py", "lexicon.yaml", "marks.py", "passages.py",
    "phrases.py", "query.py", "traits.py", "words.py",
)  # fmt: skip
_SAVE_EVERY: Final = 60  # batches
_CACHE_SLACK: Final = 4  # times more kept vectors than needed before the unused are dropped
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Built:
    """What a build did: the version now in use, whether it was new, and how many vectors were computed and reused."""

    version: str
    fresh: bool
    procedures: int
    encoded: int
    reused: int


def index_version(stock: Stock, encoder_name: str) -> str:
    """Return the hash that names an index: records in order, code and schema, encoder."""
    digest = hashlib.sha256(f"{SCHEMA}\n{encoder_name}\n".encode())
    for name in SHAPING:
        digest.update((Path(__file__).parent / name).read_bytes())
    for one in (*stock.procedures, *stock.shadowed.values()):
        digest.update(one.model_dump_json(exclude_defaults=True).encode("utf-8"))
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class EncoderChoice:
    """An encoder with the name that its vectors are kept under; ``NO_ENCODER`` builds a lexical index.

    ``cache`` is the directory in which vectors are kept from build to build, the index's own when not given.
    """

    encoder: Encoder | None
    name: str
    cache: Path | None = None


NO_ENCODER: Final = EncoderChoice(None, "none")


def build(
    source: Catalogue | Sequence[Procedure],
    home: Path,
    choice: EncoderChoice = NO_ENCODER,
    progress: Progress | None = None,
    *,
    force: bool = False,
) -> Built:
    """Build the index of a catalogue (or of procedures in order) in ``home`` unless the one there is the same.

    ``progress`` is called with (vectors done, vectors to do).
    """
    home.mkdir(parents=True, exist_ok=True)
    stock = _stock(source)
    procedures = stock.procedures
    version = index_version(stock, choice.name)
    if not force and current_version(home) == version and _readable(home):
        return Built(version, fresh=False, procedures=len(procedures), encoded=0, reused=0)
    vectors, encoded, reused = _encoded(procedures, choice.cache or home, choice, progress)
    staged = Path(tempfile.mkdtemp(prefix=".building-", dir=home))
    try:
        assemble(stock, staged, vectors, {"version": version, "encoder": choice.name})
        staged.chmod(0o755)
        publish(staged, home, version)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return Built(version, fresh=True, procedures=len(procedures), encoded=encoded, reused=reused)


def _stock(source: Catalogue | Sequence[Procedure]) -> Stock:
    if isinstance(source, Catalogue):
        return Stock(list(source.procedures.values()), source.shadowed)
    return Stock(source, {})


def _readable(home: Path) -> bool:
    try:
        read_index(home)
    except SetupError:
        return False
    return True


def _encoded(
    procedures: Sequence[Procedure], home: Path, choice: EncoderChoice, progress: Progress | None
) -> tuple[Encoded | None, int, int]:
    """Return the vectors of passages and of asked lines, how many were computed, and how many were there before."""
    if choice.encoder is None:
        return None, 0, 0
    cache = VectorCache(home, choice.name)
    texts, spoken = encoded_texts(procedures), spoken_lines(procedures)
    names = [_key(text) for text in texts]
    lines = [_key(text, _ASKED) if text else "" for text in spoken]
    encoder = choice.encoder
    fresh = [(encoder.encode_document, _missing(cache, names, texts)),
             (encoder.encode_query, _missing(cache, lines, spoken))]  # fmt: skip
    done = _fill(cache, fresh, progress)
    wanted = {*names, *lines} - {""}
    if done:
        cache.save(keep=wanted if len(cache) > _CACHE_SLACK * len(wanted) else None)
    vectors = cache.take(names)
    return Encoded(vectors, cache.take(lines, width=vectors.shape[1])), done, len(wanted) - done


def _missing(cache: VectorCache, keys: Sequence[str], texts: Sequence[str]) -> list[tuple[str, str]]:
    return sorted({key: text for key, text in zip(keys, texts, strict=True) if key and key not in cache}.items())


def _fill(
    cache: VectorCache, fresh: Sequence[tuple[Callable[[Sequence[str]], Vectors], list[tuple[str, str]]]],
    progress: Progress | None,
) -> int:  # fmt: skip
    """Encode (key, text) pairs with their encoders into the cache; return how many there were."""
    total, done = sum(len(pairs) for _, pairs in fresh), 0
    for encode, pairs in fresh:
        for number, start in enumerate(range(0, len(pairs), _BATCH), start=1):
            batch = pairs[start : start + _BATCH]
            cache.add([key for key, _ in batch], encode([text for _, text in batch]))
            done += len(batch)
            if number % _SAVE_EVERY == 0:
                cache.save()  # an interrupted build goes on from here
            if progress:
                progress(done, total)
    return total


def _key(text: str, kind: str = "") -> str:
    return hashlib.sha256(f"{kind}{text}".encode()).hexdigest()[:24]


class VectorCache:
    """Vectors by hash of their text, kept in ``home`` from build to build; one file an encoder."""

    def __init__(self, home: Path, encoder_name: str) -> None:
        self._path = home / f"vectors-{hashlib.sha256(encoder_name.encode()).hexdigest()[:12]}.npz"
        self._rows: dict[str, Vectors] = {}
        if self._path.is_file():
            try:
                with np.load(self._path) as saved:
                    self._rows = dict(zip(saved["keys"].tolist(), saved["vectors"], strict=True))
            except (OSError, ValueError, KeyError, EOFError):
                self._rows = {}  # a damaged cache only costs the time to encode again

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    def add(self, keys: Sequence[str], vectors: Vectors) -> None:
        """Add rows [n, d] under these n keys."""
        self._rows.update(zip(keys, np.asarray(vectors, dtype=np.float32), strict=True))

    def take(self, keys: Sequence[str], width: int = 0) -> Vectors:
        """Return the rows of these keys as float32 [n, width], zeros for an empty key.

        Raises:
            KeyError: a key is not there.
        """
        nothing = np.zeros(width, dtype=np.float32)
        rows = [self._rows[key] if key else nothing for key in keys]
        return np.stack(rows).astype(np.float32) if rows else np.empty((0, width), dtype=np.float32)

    def save(self, keep: set[str] | None = None) -> None:
        """Write the cache in one step; ``keep`` names the rows that are still of use, ``None`` all."""
        kept = {key: row for key, row in self._rows.items() if keep is None or key in keep}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".tmp.npz")
        np.savez(fresh, keys=np.array(list(kept)), vectors=np.stack(list(kept.values())))
        fresh.replace(self._path)
