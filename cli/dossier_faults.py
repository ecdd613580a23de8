"""``./motcua dossier faults``: a recorded run against the fake portal with every fault, as docs/dossier-faults.md.

What is recorded is the conversation itself: the message is hidden from the bot as the worker does it, the topic's
action answers over the adapter for HTTP, and the worker fills its texts in. Rasa, which only names the intent, is left
out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from psycopg_pool import ConnectionPool

from actions.dossier import ActionDossier
from actions.dossier_room import DossierRoom
from actions.services import Services
from actions.turn import Turn
from core.dossier import HANOI, Dossier, Status, StatusEvent
from core.errors import UnknownProcedure
from core.message import Incoming
from core.procedure import Procedure
from dossiers.breaker import Breaker
from dossiers.facts import Secret
from dossiers.fakes.portal import FAULTS, FakePortal, Fault
from dossiers.http import HttpRegistry
from dossiers.lookup import SafeLookup
from dossiers.memory import MemoryRegistry
from dossiers.schema import guarded, migrate
from dossiers.service import DossierDesk
from dossiers.vault import Vault
from gateway.vault import Veil

_WORDS: Mapping[Fault, str] = {
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
CODE, PIN = "H26.1-261102-0001", "246813"
FIRST, AGAIN = f"{CODE} pin {PIN}", "hồ sơ của tôi tới đâu rồi"
SEEN = datetime(2026, 11, 23, 9, 0, tzinfo=HANOI)
LATER = datetime(2026, 11, 23, 9, 20, tzinfo=HANOI)
_HEAD = f"""# What the citizen reads when the portal fails

Recorded by `./motcua dossier faults` in conversations over real HTTP with the fake provincial portal; a test holds this
page to the code. Each fault meets two people. One sends code and PIN for the first time
(`{FIRST}`): nothing can be proved, so nothing is shown, and the try is not counted.
The other has seen the dossier at 09:00 and asks again at 09:20 (`{AGAIN}`): the last known state,
with its time. Once the portal is well again, both read its present state.
"""


class _NoBooks:
    """A knowledge base without procedures: the dossier of the run names none."""

    def get(self, code: str, day: date | None = None) -> Procedure:
        raise UnknownProcedure(code)


@dataclass
class Citizen:
    """One conversation about dossiers, without Rasa."""

    room: DossierRoom
    name: str
    said: int = 0

    def says(self, text: str) -> str:
        """Send a message and return what is read."""
        self.said += 1
        veil = Veil(self.room.vault)
        message = Incoming(channel="web", event_id=f"{self.name}:{self.said}", conversation=self.name, text=text)
        turn = Turn(veil.hide(message).text, "ask_dossier_status", 0.9, conversation=self.name)
        action = ActionDossier(Services(kb=_NoBooks(), dossiers=lambda: self.room))  # type: ignore[arg-type]
        return veil.fill(self.name, [action.respond(turn).reply])[0].text


@dataclass
class _Clock:
    now: datetime = SEEN

    def __call__(self) -> datetime:
        return self.now


def markdown(database_url: str) -> str:
    """Run every fault on an empty database and return the page."""
    migrate(database_url)
    with ConnectionPool(database_url, min_size=1, max_size=3) as pool:
        runs = [(fault, *run(pool, fault)) for fault in FAULTS]
    parts = [_HEAD]
    for fault, first, again, _ in runs:
        parts += [f"## The portal {_WORDS[fault]} (`{fault}`)", "", "For the first time:", "", _quote(first), ""]
        parts += ["Verified before:", "", _quote(again), ""]
    parts += ["## The portal is well again", "", "After each of the faults above:", "", _quote(_same(runs))]
    return "\n".join(parts) + "\n"


def run(pool: ConnectionPool, fault: Fault) -> tuple[str, str, str]:
    """Return what is read under a fault at first, under it again after having seen the dossier, and after it."""
    with _portal(fault) as (portal, registry, clock):
        secret = Secret(b"a recorded run needs no secret key")
        safe = guarded(pool.connection)
        desk = DossierDesk(SafeLookup(registry, safe, secret, clock), safe)
        room = DossierRoom(desk, Vault(pool.connection, secret), lambda: False)
        stranger, known = Citizen(room, f"web:run:{fault}-first"), Citizen(room, f"web:run:{fault}-again")
        known.says(FIRST)
        clock.now = LATER
        portal.registry.set_status(CODE, StatusEvent(at=LATER, status=Status.DONE))
        portal.fault = fault
        first, again = stranger.says(FIRST), known.says(AGAIN)
        portal.fault = None
        after = {stranger.says(FIRST), known.says(AGAIN)}
    assert len(after) == 1, "both read the same when the portal is well"
    return first, again, after.pop()


@contextmanager
def _portal(fault: Fault) -> Iterator[tuple[FakePortal, HttpRegistry, _Clock]]:
    memory, clock = MemoryRegistry(Secret(b"the fake portal has a key of its own")), _Clock()
    memory.add(_dossier(), {"pin": PIN})
    with FakePortal(memory, slow_seconds=0.6) as portal:
        yield portal, HttpRegistry(portal.url, portal.token, timeout=0.3, breaker=Breaker(50), clock=clock), clock


def _dossier() -> Dossier:
    return Dossier(
        code=CODE, procedure_name="Đăng ký khai sinh", unit="UBND phường mẫu", level="commune", holder="Nguyễn V. A.",
        status=Status.PROCESSING, received_at=datetime(2026, 11, 20, 9, 0, tzinfo=HANOI), as_of=SEEN,
        due_at=datetime(2026, 11, 26, 17, 0, tzinfo=HANOI), return_place="Bộ phận Một cửa, UBND phường mẫu",
    )  # fmt: skip


def _same(runs: list[tuple[Fault, str, str, str]]) -> str:
    [text] = {after for *_, after in runs}
    return text


def _quote(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())
