"""What the command line says when the machine is not ready."""

from __future__ import annotations

import json
import os
import socket
import stat
from pathlib import Path

import pytest

from cli import environment, specs
from cli.paths import Home
from cli.stack import Stack, read_state
from cli.status import stack_status, status_text
from core.errors import SetupError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("MOTCUA_HOME", str(tmp_path / "state"))
    return Home.of_environment()


def test_a_full_disk_is_one_sentence_that_says_what_to_do(home: Home) -> None:
    with pytest.raises(SetupError, match="free at least 1000000000 MB, or set MOTCUA_HOME"):
        environment.check_disk(home, needed_mb=10**9)


def test_a_taken_port_is_one_sentence_that_says_what_to_do(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("MOTCUA_PORT", str(port))
        with pytest.raises(SetupError, match=rf"Port {port} is taken.*MOTCUA_PORT={port + 1}"):
            Stack(home, lambda _text: None).start()


@pytest.mark.parametrize("text", ["abc", "-1", "99999"])
def test_a_port_that_is_none_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_PORT", text)
    with pytest.raises(SetupError, match="MOTCUA_PORT"):
        specs.port_setting()


def test_a_second_stack_in_the_same_home_is_refused(home: Home) -> None:
    first, second = Stack(home, lambda _text: None), Stack(home, lambda _text: None)
    first._take_lock()
    with pytest.raises(SetupError, match="already runs"):
        second._take_lock()
    first.stop()


def test_without_a_model_the_way_to_train_is_named(home: Home) -> None:
    with pytest.raises(SetupError, match=r"\./motcua train"):
        environment.current_model(home)
    (home.models / "current.json").write_text(json.dumps({"model": "gone.tar.gz"}))
    with pytest.raises(SetupError, match="train --force"):
        environment.current_model(home)


def test_secrets_are_made_once_and_only_for_the_owner(home: Home) -> None:
    secret = specs.secret_file(home.secret_file)
    assert len(secret) >= 32
    assert specs.secret_file(home.secret_file) == secret
    assert stat.S_IMODE(home.secret_file.stat().st_mode) == 0o600


def test_the_state_of_a_dead_process_is_not_believed(home: Home) -> None:
    home.state_file.write_text(json.dumps({"pid": 2**22 + 1, "base": "http://127.0.0.1:1"}))
    assert read_state(home) == {}
    assert stack_status(home)["running"] is False
    assert "./motcua up" in status_text(stack_status(home))


def test_the_status_of_a_silent_gateway_is_not_ready(home: Home) -> None:
    base = f"http://127.0.0.1:{specs.free_port()}"
    home.state_file.write_text(
        json.dumps({"pid": os.getpid(), "base": base, "processes": {"bot": {"pid": 1, "restarts": 2}}})
    )
    found = stack_status(home)
    assert found["ready"] is False
    assert "restarted 2 times" in status_text(found)


def test_the_trackers_tables_have_a_schema_of_their_own() -> None:
    assert specs.tracker_url("postgresql://u@/d?host=/s").endswith("&options=-csearch_path%3Drasa")
