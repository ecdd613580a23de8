"""VietIntentClassifier: support vectors over sparse n-grams of both spellings, and a network over sentence vectors.

Each training example is learnt with and without marks, with mistyped letters, and where a procedure is marked also with
another one's name in its place. The model is stored as plain arrays and JSON, never as a pickle.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from viet_nlu.augment import lookup_phrases
from viet_nlu.fingerprint import code_fingerprint
from viet_nlu.reader import DEFAULTS, IntentReader, Reading


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class VietIntentClassifier(IntentClassifier, GraphComponent):
    """Predicts the intent of a message from its raw text; needs no featurizer before it."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Return the components that must stand before this one: none."""
        return []

    @staticmethod
    def required_packages() -> list[str]:
        """Return the packages that must be importable."""
        return ["underthesea"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings: strength ``C``, ``views``, ``steps``, copies with other procedures, ranking length."""
        return dict(DEFAULTS)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Return what else the model hangs on: our helper modules and the segmenter's version."""
        return code_fingerprint()

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        reader: IntentReader | None = None,
    ) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._reader = reader

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> VietIntentClassifier:
        """Return an untrained component."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the intent examples of the training data and store the model."""
        phrases = lookup_phrases(training_data, "procedure")
        self._reader = IntentReader.learn(training_data.intent_examples, phrases, self._config)
        with self._storage.write_to(self._resource) as folder:
            self._reader.save(Path(folder))
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set ``intent``, ``intent_ranking`` and ``outside`` (0..1) on every message; untrained gives no intent."""
        for message in messages:
            text = message.get(TEXT)
            reading = self._reader.read(text) if self._reader and text else Reading([], 0.0)
            ranking = [{"name": name, "confidence": score} for name, score in reading.ranking]
            message.set(INTENT, ranking[0] if ranking else {"name": None, "confidence": 0.0}, add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
            message.set("outside", reading.outside, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Predict on the training examples, for the components behind this one."""
        self.process(training_data.training_examples)
        return training_data

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> VietIntentClassifier:
        """Return the trained component; a missing or broken model is an error, never a silent untrained classifier."""
        with model_storage.read_from(resource) as folder:
            reader = IntentReader.load(Path(folder), config)
        return cls(config, model_storage, resource, reader)
