"""Errors of the assistant.

    AssistantError                      anything we raise on purpose
    ├── BadInput                        the caller sent something we cannot use (HTTP 400)
    │   ├── BadSignature                a webhook or payload whose signature does not fit (403)
    │   └── TooLarge                    a body over the cap (413)
    ├── NotAllowed                      missing or wrong token (401)
    ├── Unavailable                     a part is down for now; try again (503)
    │   ├── BotUnavailable              Rasa did not answer, or answered with nothing
    │   └── StorageUnavailable          the database did not take the write
    ├── KnowledgeError                  the knowledge base holds something it must not hold
    │   └── UnknownProcedure            no procedure has this code on this date
    └── SetupError                      the machine or the settings are not ready; the text says what to do

Each maps once to a status code (``status``) and once to a citizen's sentence (``citizen_text``).
"""

from __future__ import annotations

from typing import ClassVar


class AssistantError(Exception):
    """Anything the assistant raises on purpose; never carries citizens' text or secrets."""

    status: ClassVar[int] = 500
    citizen_text: ClassVar[str] = (
        "Xin lỗi Anh/Chị, hệ thống đang gặp trục trặc. Anh/Chị vui lòng thử lại sau ít phút "
        "hoặc gọi 19001009 để được cán bộ hỗ trợ."
    )


class BadInput(AssistantError):
    """The caller sent something that cannot be used."""

    status = 400
    citizen_text = "Xin lỗi Anh/Chị, tôi chưa đọc được tin nhắn này. Anh/Chị vui lòng gửi lại bằng chữ."


class BadSignature(BadInput):
    """A webhook or a button payload whose signature does not fit."""

    status = 403


class TooLarge(BadInput):
    """A body or a message over its cap."""

    status = 413
    citizen_text = "Tin nhắn của Anh/Chị hơi dài. Anh/Chị vui lòng chia thành các câu hỏi ngắn hơn."


class NotAllowed(AssistantError):
    """A missing or wrong token."""

    status = 401


class Unavailable(AssistantError):
    """A part is down for now; the same call may succeed later."""

    status = 503


class BotUnavailable(Unavailable):
    """Rasa did not answer in time, or answered with nothing."""


class StorageUnavailable(Unavailable):
    """The database did not take the write."""


class KnowledgeError(AssistantError):
    """The knowledge base holds something that it must not hold."""


class UnknownProcedure(KnowledgeError):
    """No procedure has this code on this date."""

    status = 404


class SetupError(AssistantError):
    """The machine or the settings are not ready; the message says in one sentence what to do."""
