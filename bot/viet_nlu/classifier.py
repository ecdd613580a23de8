"""VietIntentClassifier: multinomial logistic regression over sparse n-grams of both spellings of a text.

Each training example is learnt twice, with and without marks, and examples with a marked procedure also with other
procedures' names in its place. The model is stored as plain arrays and JSON, never as a pickle.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from viet_nlu.augment import lookup_phrases, training_pairs
from viet_nlu.features import ALL_VIEWS, FeatureMaker
from viet_nlu.fingerprint import code_fingerprint
from viet_nlu.linear import LinearModel
from viet_nlu.mentions import Lexicon
from viet_nlu.teencode import ALL_STEPS


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
        return {
            "C": 16.0,
            "min_count": 1,
            "iterations": 40,
            "views": list(ALL_VIEWS),
            "steps": list(ALL_STEPS),
            "unmarked_copy": True,
            "swaps": 1,
            "ranking_length": 10,
        }

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Return what else the model hangs on: our helper modules and the segmenter's version."""
        return code_fingerprint()

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._phrases: list[str] = []
        self._maker = self._feature_maker()
        self.model: LinearModel | None = None

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

    def _feature_maker(self) -> FeatureMaker:
        return FeatureMaker(Lexicon(self._phrases), self._config["views"], self._config["steps"])

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the intent examples of the training data and store the model."""
        self._phrases = lookup_phrases(training_data, "procedure")
        self._maker = self._feature_maker()
        pairs = training_pairs(
            training_data.intent_examples,
            self._phrases,
            int(self._config["swaps"]),
            bool(self._config["unmarked_copy"]),
        )
        rows = [self._maker.features(text) for text, _ in pairs]
        self.model = LinearModel.fit(
            rows,
            [intent for _, intent in pairs],
            float(self._config["C"]),
            int(self._config["min_count"]),
            int(self._config["iterations"]),
        )
        self._persist()
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set ``intent`` and ``intent_ranking`` on every message; an untrained component gives no intent."""
        for message in messages:
            ranking = self._rank(message.get(TEXT))
            message.set(INTENT, ranking[0] if ranking else {"name": None, "confidence": 0.0}, add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def _rank(self, text: str | None) -> list[dict[str, Any]]:
        if self.model is None or not text:
            return []
        scores = self.model.probabilities(self._maker.features(text))
        best = np.argsort(scores)[::-1][: int(self._config["ranking_length"])]
        return [{"name": self.model.labels[at], "confidence": float(scores[at])} for at in best]

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Predict on the training examples, for the components behind this one."""
        self.process(training_data.training_examples)
        return training_data

    def _persist(self) -> None:
        if self.model is None:
            return
        with self._storage.write_to(self._resource) as folder:
            self.model.save(folder / "intents")
            (folder / "phrases.json").write_text(json.dumps(self._phrases, ensure_ascii=False), encoding="utf-8")

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
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._phrases = json.loads((folder / "phrases.json").read_text(encoding="utf-8"))
            component.model = LinearModel.load(folder / "intents")
        component._maker = component._feature_maker()
        return component
