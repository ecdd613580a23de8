"""Runs the gateway: ``python -m gateway``."""

from __future__ import annotations

import sys

import uvicorn

from gateway.app import create_app
from gateway.main import build_channels, prepare


def main() -> int:
    """Serve until SIGTERM or SIGINT; 2 when the settings or the database are not usable."""
    settings = prepare()
    if settings is None:
        return 2
    uvicorn.run(
        create_app(settings, build_channels(settings)),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=settings.limits.frame_bytes,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
