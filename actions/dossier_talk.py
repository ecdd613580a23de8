"""One turn about dossiers at the desk.

The bot sees references in place of codes and facts, and carries a reference in place of what is said about a dossier
(``dossiers.vault``): neither is in the tracker.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from viet_nlu.text import fold

from actions.dossier import WHERE
from actions.dossier_room import DossierRoom
from actions.dossier_texts import (
    BUTTONS,
    FOLLOWED,
    FOLLOWS,
    FORGOTTEN,
    HERE,
    NONE_FOLLOWED,
    NOTICES,
    OTHER,
    PACES,
    WHICH,
    more,
)
from actions.dossier_words import WISHES, Wish, asks_about_notices, is_stop, question_of, wish_of
from actions.misses import HUMAN
from actions.services import Services
from actions.turn import Turn, payload
from core.dossier import Dossier, Status
from core.errors import UnknownProcedure
from core.facts import Paper
from core.message import Button, Reply, ReplyKind
from dossiers.code import masked
from dossiers.lookup import Locked, NotMatched, Shown
from dossiers.service import Heard, NotOurs, hear
from dossiers.service import Outcome as Found
from dossiers.vault import ASKED, SAID
from dossiers.wording import QUESTIONS, Question

_SHOWN = 3  # as many dossiers to choose from
Pending = tuple[Wish | None, str | None]

_THIS = re.compile(r"\bho so nay\b")


@dataclass(frozen=True)
class Talk:
    """One turn at the desk. Texts about a dossier are lent, so that the bot carries only their references."""

    services: Services
    room: DossierRoom
    turn: Turn

    @property
    def person(self) -> str:
        """The conversation, which is the person of the desk."""
        return self.turn.conversation

    def reply(self) -> Reply:
        """Do what is wished, or look the dossier up and answer the question about it."""
        if self.turn.intent == "repeat":
            return self._again()
        heard = hear(self.room.vault.reveal(self.person, self.turn.text))
        wish = self._wish()
        if not heard.code and wish in (None, "follow") and asks_about_notices(self.turn.text):
            return self._notices()
        if wish in ("unfollow", "followed", "digest", "each", "forget") or (wish == "other" and not heard.code):
            return self._done(wish, heard.code)
        pending = self._pending()
        if not heard.code and not pending and self._is_howto():
            return _reply(ReplyKind.STATUS, f"{WHERE}\n{HERE}", HUMAN)
        wish = wish or (pending[0] if pending and heard.fact else None)
        return self._looked_up(heard, pending, wish)

    def is_open(self) -> bool:
        """Tell whether this conversation is verified for a dossier now."""
        return bool(self.room.desk.lookup.verified_codes(self.person))

    def _wish(self) -> Wish | None:
        pressed = self.turn.entity("wish")
        if pressed is not None:
            return next((wish for wish in WISHES if wish == pressed), None)
        if self.turn.intent == "manage_dossier":
            return wish_of(self.turn.text)
        # Elsewhere "theo dõi", "báo" and the like are part of a question ("có báo khi xong không").
        return "unfollow" if is_stop(self.turn.text) else None

    def _pending(self) -> Pending | None:
        """What was asked for last: the wish behind it and the code that lacks its fact; ``None`` when nothing was."""
        note = self.room.vault.note(self.person, ASKED)
        if note is None:
            return None
        wished, _, code = note.partition("|")
        return next((wish for wish in WISHES if wish == wished), None), code or None

    def _is_howto(self) -> bool:
        """A question of how, which is about no dossier of one's own: there is none, or it does not ask of one."""
        if self.turn.intent != "ask_dossier_howto":
            return False
        return question_of(self.turn.text) is None or not self.room.desk.lookup.verified_codes(self.person)

    def _notices(self) -> Reply:
        """Yes, one is told: how, and the button where a dossier is at hand."""
        if self.is_open():
            return _reply(ReplyKind.STATUS, NOTICES, BUTTONS["follow"])
        return _reply(ReplyKind.STATUS, f"{NOTICES}\n{HERE}", HUMAN)

    def _again(self) -> Reply:
        """Tell what was told last, read anew: what the tracker does not hold it cannot repeat."""
        said, _, code = (self.room.vault.note(self.person, SAID) or "").partition("|")
        if said == "followed":
            return self._followed()
        found = self.room.desk.look_up(self.person, code or None, None)
        if not isinstance(found, Shown):
            return self._not_shown(found, code or None, None)
        asked: Question = next((question for question in QUESTIONS if question == said), "status")
        return self._told(found.dossier, asked)

    def _spoken_of(self) -> str | None:
        """The code of the dossier told of last, when this turn goes on about it: a question, a button, "hồ sơ này"."""
        if not self.turn.slots.get("dossier_said"):
            return None
        goes_on = self.turn.entity("wish") or question_of(self.turn.text) or _THIS.search(fold(self.turn.text))
        note = self.room.vault.note(self.person, SAID) if goes_on else None
        return (note or "").partition("|")[2] or None

    def _looked_up(self, heard: Heard, pending: Pending | None, wish: Wish | None) -> Reply:
        fact = heard.fact if heard.code or pending else None
        code = heard.code or (pending[1] if pending and (fact or not self._verified_alone()) else None)
        if code is None and fact is not None:
            fact = None  # a fact of no dossier: the code is asked for first
        code = code or self._spoken_of()
        found = self.room.desk.look_up(self.person, code, fact)
        if isinstance(found, Shown):
            self.room.vault.drop_note(self.person, ASKED)
            return self._shown(found.dossier, wish)
        return self._not_shown(found, code, wish)

    def _verified_alone(self) -> bool:
        return len(self.room.desk.lookup.verified_codes(self.person)) == 1

    def _not_shown(self, found: Found, code: str | None, wish: Wish | None) -> Reply:
        """Say what is needed; what was asked for is noted, so that short numbers of the next message are hidden."""
        text = self.room.desk.say(found)
        if isinstance(found, Locked | NotOurs):
            self.room.vault.drop_note(self.person, ASKED)
            return _reply(ReplyKind.HANDOFF if isinstance(found, Locked) else ReplyKind.STATUS, text, HUMAN)
        known = getattr(found, "known", ())
        self.room.vault.set_note(self.person, ASKED, f"{wish or ''}|{code or ''}")
        if known:
            return self._which(known[:_SHOWN])
        return _reply(ReplyKind.FORM, text, HUMAN) if isinstance(found, NotMatched) else _reply(ReplyKind.FORM, text)

    def _which(self, codes: Sequence[str]) -> Reply:
        """Ask which of the verified dossiers is meant: the codes are lent, the buttons carry references."""
        self.room.vault.drop_note(self.person, SAID)
        lines = [f"{number}. {code}" for number, code in enumerate(codes, 1)]
        references = [self.room.vault.code_reference(self.person, code) for code in codes]
        buttons = [
            Button(title=f"Hồ sơ {number}", payload=payload("inform_dossier_code", dossier_code=reference))
            for number, reference in enumerate(references, 1)
        ]
        return _reply(ReplyKind.FORM, self._lent("\n".join([WHICH, *lines])), *buttons)

    def _shown(self, dossier: Dossier, wish: Wish | None) -> Reply:
        if wish == "follow":
            text = FOLLOWS if self.room.desk.subscribe(self.person, dossier) else FOLLOWED
            return _reply(ReplyKind.STATUS, text, *more("follow", "where"))
        return self._told(dossier, self._question(dossier))

    def _told(self, dossier: Dossier, question: Question) -> Reply:
        self.room.vault.set_note(self.person, SAID, f"{question}|{dossier.code}")
        text = self.room.desk.explain(dossier, question, self._papers(dossier))
        asked = {"supplement"} if dossier.status is not Status.SUPPLEMENT else set()
        return _reply(ReplyKind.STATUS, self._lent(text), *more("status", question, *asked), HUMAN)

    def _question(self, dossier: Dossier) -> Question:
        pressed = self.turn.entity("wish")
        if pressed in BUTTONS and pressed not in WISHES:
            return pressed  # type: ignore[return-value]  # the other keys are questions
        return question_of(self.turn.text) or "status"

    def _papers(self, dossier: Dossier) -> Sequence[Paper]:
        """The papers of the dossier's procedure, of all its cases; none when the knowledge base does not hold it."""
        try:
            procedure = self.services.kb.get(dossier.procedure_code or "", self.services.today())
        except UnknownProcedure:
            return ()
        return tuple({paper.name: paper for case in procedure.cases for paper in case.papers}.values())

    def _done(self, wish: Wish, code: str | None) -> Reply:
        desk = self.room.desk
        match wish:
            case "unfollow":
                count = desk.unsubscribe(self.person, code)
                return _reply(ReplyKind.STATUS, f"Đã ngừng theo dõi {count} hồ sơ." if count else NONE_FOLLOWED)
            case "followed":
                return self._followed()
            case "digest" | "each":
                desk.prefer(self.person, wish)
                return _reply(ReplyKind.STATUS, PACES[wish])
            case "forget":
                desk.forget(self.person)
                self.room.vault.forget(self.person)
                return _reply(ReplyKind.STATUS, FORGOTTEN)
            case _:
                self.room.vault.set_note(self.person, ASKED, "|")
                return _reply(ReplyKind.FORM, OTHER)

    def _followed(self) -> Reply:
        followed = self.room.desk.followed(self.person)
        if not followed:
            return _reply(ReplyKind.STATUS, NONE_FOLLOWED)
        self.room.vault.set_note(self.person, SAID, "followed|")
        lines = [f"• {one.procedure_name} ({masked(one.code)})" for one in followed]
        text = f"Anh/Chị đang theo dõi {len(followed)} hồ sơ:\n" + "\n".join(lines)
        return _reply(ReplyKind.STATUS, self._lent(text), BUTTONS["unfollow"])

    def _lent(self, text: str) -> str:
        return self.room.vault.lend(self.person, text)


def _reply(kind: ReplyKind, text: str, *options: Button) -> Reply:
    return Reply(kind=kind, text=text, options=options)
