"""What runs on this machine."""

from __future__ import annotations

from typing import Any

import requests

from cli.paths import Home
from cli.stack import read_state


def stack_status(home: Home) -> dict[str, Any]:
    """Return address, readiness and processes (pid, restarts) of the stack, ``ready`` false when none runs."""
    state = read_state(home)
    if not state:
        return {"running": False, "ready": False, "base": None, "processes": {}}
    ready, why = _readiness(str(state["base"]))
    return {
        "running": True,
        "ready": ready,
        "detail": why,
        "base": state["base"],
        "processes": state["processes"],
    }


def status_text(found: dict[str, Any]) -> str:
    """Write the status for a person."""
    if not found["running"]:
        return "Not running. Start with: ./motcua up"
    lines = [f"{'Ready' if found['ready'] else 'NOT ready'} at {found['base']}/ ({found['detail']})"]
    for name, child in found["processes"].items():
        running = f"process {child['pid']}" if child["pid"] else "not running"
        lines.append(f"  {name:8} {running}, restarted {child['restarts']} times")
    return "\n".join(lines)


def _readiness(base: str) -> tuple[bool, str]:
    try:
        answer = requests.get(f"{base}/readyz", timeout=5)
    except requests.RequestException as error:
        return False, type(error).__name__
    return answer.status_code == 200, answer.text.strip()[:200]
