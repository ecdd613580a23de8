"""Logs of the bot's processes: JSON lines with time, level, source and the fixed part of the message.

What is filled into a message (``%s`` arguments, structured values) is left out, for Rasa fills in what people wrote.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from datetime import UTC, datetime
from typing import Any


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object; only our own modules may show the arguments of a message."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; an exception appears by its type only, since its text may quote a citizen."""
        ours = record.name.startswith(("viet_nlu", "__main__"))
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage() if ours else _fixed_part(record),
        }
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False)


def _fixed_part(record: logging.LogRecord) -> str:
    # Rasa formats many messages before logging them; where no placeholder is left, only the place is safe to tell.
    return str(record.msg) if record.args else f"{record.module}:{record.lineno}"


def set_environment() -> None:
    """Set what must be known before Rasa is imported: no telemetry, no chatter, one thread for each computation."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["SQLALCHEMY_SILENCE_UBER_WARNING"] = "1"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ.setdefault("LOG_LEVEL_LIBRARIES", "ERROR")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Old libraries switch their own warnings on again while they are imported, so they are sent where nobody listens.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.CRITICAL)


def configure_logging(level: int = logging.WARNING) -> None:
    """Send all logs to stderr as JSON lines and cut Rasa's structured logs down to their event names."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("viet_nlu").setLevel(logging.INFO)
    for name in ("sanic.root", "sanic.error", "sanic.access", "rasa", "apscheduler", "matplotlib"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(level)
    _configure_structlog(level)


def _configure_structlog(level: int) -> None:
    import structlog  # noqa: PLC0415 - only the bot's environment has it

    def only_event(_logger: Any, _name: str, values: dict[str, Any]) -> str:
        return json.dumps({"logger": "rasa", "event": str(values.get("event", ""))}, ensure_ascii=False)

    structlog.configure(
        processors=[only_event],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
