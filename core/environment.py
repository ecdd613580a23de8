"""Settings from the environment: secrets from files, addresses, switches; a wrong one says what to set."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from core.errors import SetupError


def secret_file(values: Mapping[str, str], name: str, what: str, switch: str) -> Path:
    """Return the file that a setting names; ``switch`` is the setting that asks for it.

    Raises:
        SetupError: the setting is empty.
    """
    place = values.get(name, "").strip()
    if not place:
        raise SetupError(f"Set {name} to a file (mode 0600) with {what}, as {switch} is set.")
    return Path(place)


def read_secret_file(path: Path, name: str) -> tuple[str, ...]:
    """Return the lines of a secret file: secrets come from files, as an environment shows in process lists.

    Raises:
        SetupError: it is missing, empty, has more than two lines, or can be read by others.
    """
    try:
        mode = path.stat().st_mode & 0o777
        lines = tuple(line.strip() for line in path.read_text(encoding="ascii").splitlines() if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"Cannot read the file of {name}: create it with mode 0600.") from error
    if mode & 0o077:
        raise SetupError(f"The file of {name} can be read by others: run chmod 600 on it.")
    if not lines or len(lines) > 2:
        raise SetupError(f"The file of {name} needs one secret a line, newest first, at most two.")
    return lines


def address(values: Mapping[str, str], name: str, default: str) -> str:
    """Return an address: https, or http on this machine (the fake); empty when neither it nor a default is set.

    Raises:
        SetupError: it is neither.
    """
    value = (values.get(name) or default).strip().rstrip("/")
    if not value:
        return ""
    parts = urlsplit(value)
    local = parts.hostname in ("127.0.0.1", "localhost")
    if not parts.hostname or parts.scheme not in (("http", "https") if local else ("https",)):
        raise SetupError(f"Set {name} to an https address.")
    return value


def switch(values: Mapping[str, str], name: str, *, default: bool) -> bool:
    """Return a setting of yes or no.

    Raises:
        SetupError: it is neither.
    """
    text = values.get(name, "").strip().lower()
    if text in ("", "0", "1", "yes", "no", "true", "false"):
        return text in ("1", "yes", "true") if text else default
    raise SetupError(f"Set {name} to yes or no.")
