"""A trained model on disk: the archive, its SHA-256 beside it, and ``current.json`` that names the newest."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


class ModelFileError(Exception):
    """The model cannot be trusted or found; the text says what to do."""


@dataclass(frozen=True)
class Current:
    """What ``current.json`` says: file name, its SHA-256, the hash of its inputs, seconds of training, and when."""

    model: str
    sha256: str
    inputs: str
    train_s: float
    trained_at: str


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def sidecar(model: Path) -> Path:
    """Return the place of a model's checksum."""
    return model.with_name(model.name + ".sha256")


def write_atomically(path: Path, text: str) -> None:
    """Write a small file so that a reader sees the old content or the new, never half of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def publish(built: Path, folder: Path, *, inputs: str, train_s: float, trained_at: str) -> Current:
    """Move a built model into ``folder`` with its checksum and make it the current one."""
    name, checksum = f"model-{inputs}.tar.gz", sha256_of(built)
    target = folder / name
    write_atomically(sidecar(target), f"{checksum}  {name}\n")
    built.replace(target)
    current = Current(name, checksum, inputs, round(train_s, 1), trained_at)
    write_atomically(folder / "current.json", json.dumps(asdict(current), indent=2) + "\n")
    return current


def read_current(folder: Path) -> Current | None:
    """Return what is current, or ``None`` when nothing usable is there."""
    try:
        return Current(**json.loads((folder / "current.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def verify(model: Path) -> None:
    """Check the archive against its checksum; raises ``ModelFileError`` when it is missing or differs."""
    if not model.is_file():
        raise ModelFileError(f"the model {model.name} does not exist: train one first")
    try:
        expected = sidecar(model).read_text(encoding="utf-8").split()[0]
    except (OSError, IndexError):
        raise ModelFileError(f"the model {model.name} has no checksum beside it: train it again") from None
    if sha256_of(model) != expected:
        raise ModelFileError(f"the model {model.name} does not fit its checksum: train it again with --force")
