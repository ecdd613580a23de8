"""A recorded run against the fake portal with every fault: what the citizen reads in each case.

``python -m dossiers.fakes.run`` prints docs/dossier-faults.md; a test holds the page to the code.
"""

from __future__ import annotations

from datetime import datetime

from core.dossier import HANOI, Dossier, DossierUnavailable, Status
from dossiers.facts import Secret
from dossiers.fakes.portal import FAULTS, FakePortal, Fault
from dossiers.http import HttpRegistry
from dossiers.memory import MemoryRegistry
from dossiers.wording import answer

_WORDS: dict[Fault, str] = {
    "slow": "answers after the time allowed",
    "drip": "sends its answer a few bytes at a time",
    "500": "fails (500)",
    "503": "is overloaded (503)",
    "html": "answers 200 with an HTML page",
    "redirect": "sends to its login page (302)",
    "encoding": "answers in UTF-16",
    "mojibake": "answers in UTF-8 that went through Latin-1",
    "missing": "leaves out the procedure and the day of receipt",
    "status": "gives a status that is none of the ten",
    "other": "answers with another dossier",
    "cut": "breaks off in the middle",
    "401": "refuses our token (401)",
}
_CODE, _PIN = "H26.1-261102-0001", "246813"
_HEARD = datetime(2026, 11, 23, 9, 0, tzinfo=HANOI)


def markdown() -> str:
    """Run every fault twice, for a person not yet verified and for a verified one, and return the page."""
    parts = [
        "# What the citizen reads when the portal fails",
        "",
        "Recorded by `python -m dossiers.fakes.run` against the fake provincial portal over real HTTP.",
        "A person not yet verified is told the truth; a verified one gets the last known state with its time.",
    ]
    for fault in FAULTS:
        first, again = run(fault)
        parts += ["", f"## The portal {_WORDS[fault]} (`{fault}`)", "", "Not yet verified:", "", _quote(first)]
        parts += ["", "Verified before:", "", _quote(again)]
    return "\n".join(parts) + "\n"


def run(fault: Fault) -> tuple[str, str]:
    """Return what is read under a fault by a person not yet verified, and by one whose dossier was seen before."""
    memory = MemoryRegistry(Secret(b"a recorded run needs no secret key"))
    memory.add(_dossier(), {"pin": _PIN})
    with FakePortal(memory, slow_seconds=0.6) as portal:
        registry = HttpRegistry(portal.url, portal.token, timeout=0.3)
        portal.fault = fault
        try:
            registry.look_up(_CODE, _PIN)
            first = "(the dossier)"
        except DossierUnavailable as error:
            first = error.citizen_text
        portal.fault = None
        registry.look_up(_CODE, _PIN)
        portal.fault = fault
        last = registry.read(_CODE)
    if last is None:
        return first, "(nothing)"
    return first, answer("when", last.model_copy(update={"as_of": _HEARD}), _HEARD)


def _dossier() -> Dossier:
    return Dossier(
        code=_CODE, procedure_name="Đăng ký khai sinh", unit="UBND phường mẫu", level="commune",
        status=Status.PROCESSING, received_at=datetime(2026, 11, 20, 9, 0, tzinfo=HANOI), as_of=_HEARD,
        due_at=datetime(2026, 11, 26, 17, 0, tzinfo=HANOI),
    )  # fmt: skip


def _quote(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())


if __name__ == "__main__":
    print(markdown(), end="")
