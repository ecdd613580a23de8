"""Logs: one JSON object a line, only fields from a list, masked as the last step. Never a message's text."""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime

from gateway.masking import mask

FIELDS = (
    "trace", "event", "channel", "status", "ms", "method", "path", "attempts", "outcome", "error", "count", "inbox",
    "outbox", "worker", "sqlstate", "kind",
)  # fmt: skip
_TRACE = re.compile(r"[A-Za-z0-9-]{8,64}\Z")


class JsonFormatter(logging.Formatter):
    """Writes a record as one JSON line with allow-listed fields.

    Of an exception only its kind and the places it passed are kept: messages of libraries quote their input.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line for a record."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": mask(record.getMessage())[:500],
        }
        for name in FIELDS:
            if (value := getattr(record, name, None)) is not None:
                line[name] = value if isinstance(value, int | float) else mask(str(value))[:200]
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])[-6:]
            line["where"] = [f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno}" for frame in frames]
        return json.dumps(line, ensure_ascii=False)


def set_up_logs(level: str = "INFO") -> None:
    """Send all logs of the process to standard error as JSON lines; libraries speak from warnings up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in ("gateway", "connectors"):
        logging.getLogger(name).setLevel(level)
    # The reconnecting pool repeats itself every second while the database is away; our own lines say it once.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)


def clean_trace(value: str | None) -> str | None:
    """Return a caller's request id if it is one we can log and pass on."""
    return value if value and _TRACE.match(value) else None
