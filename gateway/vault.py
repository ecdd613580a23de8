"""Between worker and bot: dossier codes, personal numbers and phones go as references (``dossiers.vault``)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from viet_nlu.text import fold

from core.message import Incoming, Reply
from dossiers.vault import ASKED, LENT, Private, Vault
from gateway.bot_client import BotClient
from gateway.payload import PayloadSigner, looks_signed
from gateway.spoken import Spoken, spoken_numbers

GONE = "Nội dung trả lời này đã hết thời hạn hiển thị. Anh/Chị vui lòng hỏi lại giúp tôi ạ."
_LEAST_DIGITS = 4
_LONG_DIGITS = 9
_GAP = r"[\s.,\-–—_]{0,3}"
# Looser than any reader of codes: what only looks like one is hidden too.
_CODE = re.compile(
    rf"(?<![^\W_])(?P<unit>(?:\d{{3}}{_GAP}\d{{2}}{_GAP}\d{{2}}{_GAP})?[GH]\s?\d{{2}}(?:[\s.]{{1,2}}\d{{1,3}}(?!\d)){{0,3}})"
    rf"{_GAP}(?P<day>\d{{6}}){_GAP}(?P<count>\d{{4,}})",
    re.IGNORECASE,
)
# Numbers of procedures are no secret, and the bot must read them.
_PROCEDURE = re.compile(r"(?<![\w.])(?<!\d[ .\-])[1-9]\.\d{6}(?:\.000\.00\.00\.[GH]\d{2})?(?!\w|\.\d)", re.IGNORECASE)
# Personal numbers (12, formerly 9 digits) and phones (10, 11, with +84), in any groups.
_LONG = re.compile(rf"\+?\d(?:{_GAP}\d){{8,}}")
_SHORT = re.compile(rf"\d(?:{_GAP}\d){{3,}}")
_MONEY = re.compile(r"\s*(?:đ|vn|trieu|triệu)", re.IGNORECASE)
_CUE = re.compile(
    r"\b(?:so cuoi|chu so cuoi|pin|dinh danh|cccd|cmnd|cmt|can cuoc so|so can cuoc|sdt|so dt|so dien thoai|so duoi"
    r"|duoi (?:so|sdt|dt|dien thoai|la))\b"
)
# A message of nothing but a number and these words is an answer of one's own, whoever asked for it and when.
_POLITE = frozenset({
    "a", "ah", "anh", "ban", "cam", "chi", "cua", "da", "day", "dung", "duoc", "em", "gui", "ha", "het", "la", "ma",
    "me", "minh", "mk", "na", "nao", "nay", "ne", "nha", "nhe", "nhi", "o", "oi", "ok", "on", "roi", "so", "t",
    "tao", "the", "thi", "thoi", "toi", "tui", "u", "ua", "va", "vang", "vay", "ve", "x", "xin",
})  # fmt: skip


@dataclass(frozen=True)
class Veil:
    """Hides what is private before the bot reads a message, and puts lent texts into what it answers."""

    vault: Vault

    def hide(self, message: Incoming) -> Incoming:
        """Return the message as the bot may see it; handled again, it is the same.

        Raises:
            DossierUnavailable: it holds something to hide and the database is away.
        """
        text = _visible(message.text)
        if message.payload is not None or looks_signed(text.strip()):
            return message
        if _digits(text) < _LEAST_DIGITS and not _said(text, _LEAST_DIGITS):
            return message
        number = f"{message.channel}:{message.event_id}"
        known = self.vault.hidden(message.conversation, number)
        if known is None:
            asked = self.vault.note(message.conversation, ASKED) is not None
            parts = private_parts(text, asked=asked)
            known = self.vault.hide(message.conversation, number, text, parts) if parts else text
        return message.model_copy(update={"text": known})

    def fill(self, conversation: str, replies: Sequence[Reply]) -> list[Reply]:
        """Return replies with the texts that the bot only carried references to."""
        return [self._filled(conversation, reply) if LENT.search(reply.text) else reply for reply in replies]

    def _filled(self, conversation: str, reply: Reply) -> Reply:
        text = self.vault.repaid(conversation, reply.text)
        return reply.model_copy(update={"text": GONE if LENT.search(text) else text})


def private_parts(text: str, *, asked: bool = False) -> list[Private]:
    """Return what the bot must not see, from left to right without overlap.

    ``asked``: we asked for a code or a second fact, so that short numbers (four digits and more) are one. They are one
    too beside a code, where words say so ("4 số cuối", "PIN"), and where they are all that is said. Digits said in
    words count as well ("năm sáu bảy tám").
    """
    parts = [Private(f.start(), f.end(), "code", _tidy_code(f)) for f in _CODE.finditer(text)]
    short = bool(asked or parts or _CUE.search(fold(text)) or _is_bare(text))
    parts += _spoken(text, parts, _LEAST_DIGITS if short else _LONG_DIGITS)
    shape = _SHORT if short else _LONG
    for start, end in _open_spans(text, [(part.start, part.end) for part in parts]):
        for found in shape.finditer(text, start, end):
            if shape is _SHORT or not _is_money(text, found):
                parts.append(Private(found.start(), found.end(), "number", _ascii(found.group())))
    return sorted(parts, key=lambda part: part.start)


def _is_bare(text: str) -> bool:
    """Tell whether a text is a number of four digits or more, in digits or words, with at most polite words around."""
    said = [one for one in _said(text) if set(one.digits) != {"0"}]  # "không không không không" says no
    spans = [found.span() for found in _SHORT.finditer(text)] + [(one.start, one.end) for one in said]
    if not spans or _PROCEDURE.search(text):
        return False
    rest = list(text)
    for start, end in spans:
        rest[start:end] = " " * (end - start)
    return set(re.findall(r"[^\W_]+", fold("".join(rest)))) <= _POLITE


def _said(text: str, least: int = _LEAST_DIGITS) -> list[Spoken]:
    """The numbers of so many digits of which at least one is said in words."""
    return [one for one in spoken_numbers(text) if one.words and len(one.digits) >= least]


def _spoken(text: str, codes: Sequence[Private], least: int) -> list[Private]:
    taken = [(code.start, code.end) for code in codes]
    return [
        Private(one.start, one.end, "number", one.digits)
        for one in _said(text, least)
        if all(one.end <= start or one.start >= end for start, end in taken)
    ]


def _open_spans(text: str, taken: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The stretches of a text outside codes of dossiers and procedures."""
    free = [found.span() for found in _PROCEDURE.finditer(text)]
    at = 0
    for start, end in sorted([*taken, *free]):
        if at < start:
            yield at, start
        at = max(at, end)
    yield at, len(text)


def _is_money(text: str, found: re.Match[str]) -> bool:
    """``1.500.000.000 đồng`` is an amount; a personal number or phone begins with 0 or +."""
    return found.group()[0] not in "0+" and _MONEY.match(text, found.end()) is not None


def _tidy_code(found: re.Match[str]) -> str:
    """The code as a receipt prints it, whatever stood between its parts."""
    unit = re.sub(r"(?<=[GH])\s+", "", _ascii(found["unit"]).upper())
    unit = re.sub(r"[^0-9GH]+", ".", unit)
    return f"{unit}-{_ascii(found['day'])}-{_ascii(found['count'])}"


def _ascii(text: str) -> str:
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def _visible(text: str) -> str:
    """Letters whole (NFC), without characters of no width, which would part a number and be dropped later."""
    return "".join(char for char in unicodedata.normalize("NFC", text) if unicodedata.category(char) != "Cf")


def _digits(text: str) -> int:
    return sum(char.isdecimal() for char in text)


class VeiledBot(BotClient):
    """The bot, which sees references only."""

    def __init__(  # noqa: PLR0913 - the bot's own words and the veil
        self, veil: Veil, url: str, token: str, signer: PayloadSigner, seconds: float, *, needs: str = ""
    ) -> None:
        super().__init__(url, token, signer, seconds, needs)
        self._veil = veil

    def handle(self, message: Incoming) -> list[Reply]:
        """Answer one message; see ``BotClient.handle``.

        Raises:
            DossierUnavailable: what it holds cannot be hidden or shown, as the database is away.
        """
        return self._veil.fill(message.conversation, super().handle(self._veil.hide(message)))
