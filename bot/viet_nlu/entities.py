"""VietEntityExtractor: patterns for codes and numbers, a small CRF and name lists for procedures and places."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from viet_nlu.augment import lookup_phrases
from viet_nlu.fingerprint import code_fingerprint
from viet_nlu.patterns import Found, find_patterns
from viet_nlu.places import PLACES
from viet_nlu.tagger import CRF, LEARNT, Tagger, tag_examples

VIETNAM: Final = timezone(timedelta(hours=7))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class VietEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Extracts codes, numbers, money, dates and ordinals by shape, procedure and place by learning."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings: strength of the regularisation and the number of passes of the CRF."""
        return dict(CRF)

    @staticmethod
    def required_packages() -> list[str]:
        """Return none: Rasa wants names that are module and distribution at once (see ``code_fingerprint``)."""
        return []

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Return what else the model hangs on: our helper modules."""
        return code_fingerprint()

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, tagger: Tagger | None = None
    ) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._tagger = tagger

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> VietEntityExtractor:
        """Return an untrained component."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the spans of procedures and places and store the CRF with the name lists."""
        names = {entity: lookup_phrases(training_data, entity) for entity in LEARNT}
        names["place"] = sorted({*names["place"], *PLACES})
        with self._storage.write_to(self._resource) as folder:
            (folder / "names.json").write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")
            examples = tag_examples(training_data.nlu_examples)
            self._tagger = Tagger.train(examples, names, folder / "tagger.crfsuite", self._config)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities found to every message."""
        for message in messages:
            text = message.get(TEXT)
            if text:
                found = self.add_extractor_name([_entity(text, one) for one in self._find(text)])
                message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages

    def _find(self, text: str) -> list[Found]:
        shaped = find_patterns(text, datetime.now(VIETNAM).date())
        learnt = self._tagger.find(text) if self._tagger else []
        return shaped + [
            one for one in learnt if all(one.end <= other.start or other.end <= one.start for other in shaped)
        ]

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> VietEntityExtractor:
        """Return the trained component; a missing model is an error."""
        with model_storage.read_from(resource) as folder:
            names = json.loads((folder / "names.json").read_text(encoding="utf-8"))
            tagger = Tagger.load(Path(folder) / "tagger.crfsuite", names)
        return cls(config, model_storage, resource, tagger)


def _entity(text: str, found: Found) -> dict[str, Any]:
    return {"entity": found.entity, "start": found.start, "end": found.end, "value": found.value}
