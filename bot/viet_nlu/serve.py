"""The bot's process: ``python -m viet_nlu.serve --model FILE --port N --endpoints FILE --credentials FILE``.

Serves our channel on 127.0.0.1 only, without Rasa's HTTP API. The model must fit its SHA-256. SIGTERM ends it cleanly.
"""

from __future__ import annotations

import argparse
import logging
import socket
import sys
import tarfile
from functools import partial
from pathlib import Path
from typing import Any

from viet_nlu.model_file import ModelFileError, verify
from viet_nlu.quiet import configure_logging, set_environment
from viet_nlu.without_tensorflow import install, needs_tensorflow

logger = logging.getLogger(__name__)
# Rasa's own index is on sender_id alone; finding the last session start reads all three.
INDEX = "CREATE INDEX IF NOT EXISTS events_sender_type_time ON events (sender_id, type_name, timestamp)"


def model_metadata(model: Path) -> str:
    """Return the text of the model's metadata, which names its components. Raises ``ModelFileError``."""
    try:
        with tarfile.open(model) as archive:
            member = archive.extractfile("metadata.json")
            if member is None:
                raise ModelFileError(f"{model.name} holds no metadata: train it again")
            return member.read().decode("utf-8")
    except (tarfile.TarError, KeyError, EOFError):
        raise ModelFileError(f"{model.name} is no model archive: train it again") from None


def check_port(port: int) -> None:
    """Raise ``ModelFileError`` when the port is taken; Sanic itself would log it and end as if all were well."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise ModelFileError(f"port {port} is taken: stop what uses it, or choose another") from None


def build_app(model: Path, port: int, endpoints_file: Path, credentials_file: Path) -> Any:
    """Return the Sanic application, with the model loaded before its port opens."""
    from rasa.core.run import close_resources, configure_app, create_http_input_channels  # noqa: PLC0415
    from rasa.core.utils import AvailableEndpoints  # noqa: PLC0415

    endpoints = AvailableEndpoints.read_endpoints(str(endpoints_file))
    channels = create_http_input_channels(None, str(credentials_file))
    app = configure_app(channels, enable_api=False, port=port, endpoints=endpoints, cors=None)
    app.config.ACCESS_LOG = False
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = 10.0
    app.register_listener(partial(_load, model, endpoints), "before_server_start")
    app.register_listener(close_resources, "after_server_stop")
    return app


async def _load(model: Path, endpoints: Any, app: Any, loop: Any) -> None:
    from rasa.core.agent import load_agent  # noqa: PLC0415

    agent = await load_agent(model_path=str(model), endpoints=endpoints, loop=loop)
    if not agent.is_ready():
        raise ModelFileError(f"{model.name} could not be loaded: train it again")
    use_strict_tracker_store(agent)
    app.ctx.agent = agent
    logger.info("the model %s is loaded", agent.model_id)


def use_strict_tracker_store(agent: Any) -> None:
    """Make a failure of the database an error of the turn.

    Rasa wraps the store so that on any failure it goes on in memory: conversations would be lost without a sign.
    """
    store = getattr(agent.tracker_store, "_tracker_store", agent.tracker_store)
    store.domain = agent.domain
    agent.tracker_store = store
    agent.processor.tracker_store = store
    engine = getattr(store, "engine", None)
    if engine is not None:
        with engine.begin() as connection:
            connection.exec_driver_sql(INDEX)


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; returns 0, or 1 after one sentence on stderr."""
    parser = argparse.ArgumentParser(prog="python -m viet_nlu.serve", description="Serve the bot on 127.0.0.1.")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--endpoints", type=Path, required=True)
    parser.add_argument("--credentials", type=Path, required=True)
    options = parser.parse_args(arguments)
    set_environment()
    try:
        verify(options.model)
        check_port(options.port)
        if not needs_tensorflow(model_metadata(options.model)):
            install()
        return _serve(options)
    except (ModelFileError, OSError) as problem:
        print(f"The bot does not start: {problem}", file=sys.stderr)
        return 1


def _serve(options: argparse.Namespace) -> int:
    from rasa.shared.exceptions import RasaException  # noqa: PLC0415

    try:
        app = build_app(options.model, options.port, options.endpoints, options.credentials)
    except RasaException as problem:
        raise ModelFileError(str(problem)) from problem
    configure_logging()
    app.run(host="127.0.0.1", port=options.port, workers=1, access_log=False, debug=False)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
