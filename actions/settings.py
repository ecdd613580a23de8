"""Opens the services of the action server from the environment."""

from __future__ import annotations

from actions.services import Services
from knowledge_base.city import CityKnowledge
from knowledge_base.encoder import make_encoder
from knowledge_base.place import index_home
from knowledge_base.service import KnowledgeBase


def open_services() -> Services:
    """Open the knowledge index of the state directory with the encoder that ``MOTCUA_ENCODER`` names.

    Raises:
        SetupError: the index or the encoder is not there; the text says what to run.
    """
    return Services(kb=CityKnowledge(KnowledgeBase.open(index_home(), make_encoder())))
