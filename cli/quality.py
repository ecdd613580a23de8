"""Checks, tests and measurements: each a list of programs run in the right environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.environment import build_index, install_bot, state_env, train
from cli.paths import ROOT, Home, bot_python, service_python
from core.errors import SetupError

Report = Callable[[str], None]
BENCHES = ("turn", "kb", "accept", "queue", "reply", "soak", "dossier")


@dataclass(frozen=True)
class Stage:
    """One named program of a run; ``needs`` says what must be there before: ``model``, ``browser`` or nothing.

    ``quiet`` shows what it prints only when it fails (Rasa prints the warnings of its old libraries every time).
    """

    name: str
    argv: Sequence[str]
    cwd: Path = ROOT
    needs: frozenset[str] = frozenset()
    quiet: bool = False


def run_checks(home: Home, report: Report) -> int:
    """Run every house rule; the exit code is 1 when one fails, and all are run."""
    install_bot(report)
    service, bot = ROOT / ".venv" / "bin", bot_python().parent
    python = str(service_python())
    validate = [
        str(bot_python()), "-W", "ignore", "-m", "rasa", "data", "validate", "--config", str(ROOT / "config.yml"),
        "--domain", str(ROOT / "bot" / "domain"), "--data", str(ROOT / "nlu_data"), "--fail-on-warnings",
    ]  # fmt: skip
    stages = [
        Stage("ruff check", [str(service / "ruff"), "check", "."]),
        Stage("ruff format", [str(service / "ruff"), "format", "--check", "."]),
        Stage("mypy", [str(service / "mypy")]),
        Stage("import-linter", [str(service / "lint-imports")]),
        Stage("knowledge base", [python, "-m", "knowledge_base", "check"]),
        Stage("rasa data validate", validate, cwd=bot.parents[1], quiet=True),
    ]
    return _run_all(stages, state_env(home), report)


def run_tests(home: Home, report: Report, wanted: Sequence[str]) -> int:
    """Run the stages of the tests, all or those named; the exit code is 1 when one fails.

    Raises:
        SetupError: a named stage does not exist.
    """
    stages = _test_stages()
    unknown = [name for name in wanted if name not in {stage.name for stage in stages}]
    if unknown:
        names = ", ".join(stage.name for stage in stages)
        raise SetupError(f"There is no test stage {unknown[0]!r}: use one of {names}.")
    chosen = [stage for stage in stages if not wanted or stage.name in wanted]
    needs = frozenset().union(*(stage.needs for stage in chosen))
    _provide(home, report, needs)
    return _run_all(chosen, state_env(home), report)


def run_bench(home: Home, report: Report, name: str, more: Sequence[str] = (), *, as_json: bool) -> int:
    """Run one benchmark; ``more`` are options of its own.

    Raises:
        SetupError: there is no benchmark of that name.
    """
    if name not in BENCHES:
        raise SetupError(f"There is no benchmark {name!r}: use one of {', '.join(BENCHES)}.")
    if name == "turn":
        _provide(home, report, frozenset({"model"}))
    argv = [str(service_python()), "-m", f"benchmarks.{name}", *(["--json"] if as_json else []), *more]
    return subprocess.run(argv, cwd=ROOT, env=state_env(home), check=False).returncode  # noqa: S603  (our own program)


def _test_stages() -> list[Stage]:
    pytest = [str(service_python()), "-m", "pytest", "-q"]
    model = frozenset({"model"})
    return [
        Stage("unit", [*pytest, "tests/unit"]),
        Stage("bot", [str(bot_python()), "-m", "pytest", "-q", "tests"], cwd=ROOT / "bot", needs=model),
        Stage("contract", [*pytest, "tests/contract"], needs=frozenset({"encoders"})),
        Stage("retrieval", [*pytest, "tests/retrieval"]),
        Stage("conversations", [*pytest, "tests/conversations"], needs=model),
        Stage("browser", [*pytest, "tests/browser"], needs=frozenset({"browser"})),
        Stage("faults", [*pytest, "tests/faults"], needs=model),
    ]


def _provide(home: Home, report: Report, needs: frozenset[str]) -> None:
    build_index(home)
    if "model" in needs:
        install_bot(report)
        train(home)
    if "browser" in needs:
        _install_browser(report)
    if "encoders" in needs:
        _install_encoders(home, report)


def _install_browser(report: Report) -> None:
    """Install Debian's Chromium with its driver when it is not there and we may; else the tests say why they skip."""
    if shutil.which("chromium") and shutil.which("chromedriver"):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        report("Chromium is not here: browser tests will skip (Debian: apt-get install chromium chromium-driver)")
        return
    report("installing Debian's Chromium for the browser tests")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "-qq", "update"], env=quiet, check=False)  # noqa: S607
    subprocess.run(
        ["apt-get", "-qq", "install", "-y", "--no-install-recommends", "chromium", "chromium-driver"],  # noqa: S607
        env=quiet,
        check=False,
        stdout=subprocess.DEVNULL,
    )


def _install_encoders(home: Home, report: Report) -> None:
    """Make the environment of the second encoder's contract tests; one that is finished is left as it is.

    The script ends itself when an install hangs; without the environment the tests say why they skip.
    """
    folder = Path(os.environ.get("MOTCUA_ST_ENV") or home.path / "envs" / "sentence-transformers")
    script = ROOT / "tests" / "envs" / "sentence_transformers.sh"
    if not (folder / ".motcua-packages").exists():
        report("installing sentence-transformers in an environment of its own (once; about 1 GB)")
    env = {**os.environ, "PYTHON": str(service_python())}
    if subprocess.run(["sh", str(script), str(folder)], env=env, check=False).returncode != 0:  # noqa: S603, S607
        report("sentence-transformers could not be installed: the contract tests that need it will skip")


def _run_stage(stage: Stage, env: Mapping[str, str]) -> int:
    hidden = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} if stage.quiet else {}
    done = subprocess.run(list(stage.argv), cwd=stage.cwd, env=dict(env), check=False, **hidden)  # type: ignore[call-overload]  # noqa: S603
    if stage.quiet and done.returncode != 0:
        sys.stderr.write(done.stdout.decode("utf-8", "replace"))
    return int(done.returncode)


def _run_all(stages: Sequence[Stage], env: Mapping[str, str], report: Report) -> int:
    failed: list[str] = []
    for stage in stages:
        report(f"{stage.name} …")
        started = time.monotonic()
        code = _run_stage(stage, env)
        report(
            f"{stage.name}: {'ok' if code == 0 else f'FAILED (exit code {code})'} in {time.monotonic() - started:.0f} s"
        )
        if code != 0:
            failed.append(stage.name)
    print(f"{len(stages) - len(failed)} passed, {len(failed)} failed")
    if failed:
        report(f"failed: {', '.join(failed)}")
    return 1 if failed else 0
