"""Opens the services of the action server from the environment."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from actions.services import Services
from dossiers.source import load_source
from knowledge_base.city import CityKnowledge
from knowledge_base.encoder import make_encoder
from knowledge_base.place import index_home
from knowledge_base.service import KnowledgeBase

if TYPE_CHECKING:
    from actions.dossier_room import DossierRoom


def open_services() -> Services:
    """Open the knowledge index of the state directory with the encoder that ``MOTCUA_ENCODER`` names.

    Raises:
        SetupError: the index or the encoder is not there, or a setting is wrong; the text says what to do.
    """
    load_source()  # a wrong setting is told now, not to the first citizen who asks
    return Services(kb=CityKnowledge(KnowledgeBase.open(index_home(), make_encoder())), dossiers=open_dossiers)


@cache
def open_dossiers() -> DossierRoom | None:
    """Return the desk over the database of ``DATABASE_URL``, or ``None`` without that setting.

    Nothing of it is loaded before somebody asks for a dossier; the database may be away then.
    """
    url = os.environ.get("DATABASE_URL", "").strip()
    if not url:
        return None
    from actions.dossier_room import open_room  # noqa: PLC0415 - 15 MB that most conversations never need

    return open_room(url, load_source())
