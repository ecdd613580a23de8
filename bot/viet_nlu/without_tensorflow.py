"""Lets Rasa be imported without TensorFlow, when nothing of it is used.

Rasa imports TensorFlow for its neural components whether or not the pipeline has one: 7 s and 300 MB a process. Here
``tensorflow`` and ``keras`` become empty shells from which classes may be derived (Rasa does that while importing) and
which refuse to do anything. Install it only for a pipeline that ``needs_tensorflow`` clears.
"""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final

SHELLS: Final = ("tensorflow", "keras")
NEURAL: Final = (
    "DIETClassifier", "ResponseSelector", "TEDPolicy", "UnexpecTEDIntentPolicy", "ConveRTFeaturizer",
    "LanguageModelFeaturizer",
)  # fmt: skip


def needs_tensorflow(config_text: str) -> bool:
    """Tell whether a pipeline (text of config.yml or of a model's metadata) names a neural component of Rasa."""
    return any(name in config_text for name in NEURAL)


class _Shell(type):
    """The type of everything found in a shell: has any attribute, may be a base class, a decorator, a type hint."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _shell(name)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls.__module__ != __name__:  # a class of Rasa derived from a shell: somebody wants to compute
            raise RuntimeError("TensorFlow is switched off in this process, and a neural component was asked for")
        decorated = args[0] if len(args) == 1 and not kwargs and callable(args[0]) else None
        return decorated or cls


def _shell(name: str) -> Any:
    return _Shell(name, (), {"__module__": __name__})


class _ShellModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _shell(name)


class _Finder(MetaPathFinder, Loader):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if fullname.split(".", maxsplit=1)[0] in SHELLS:
            return ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _ShellModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        module.__version__ = "0"  # type: ignore[attr-defined]


def install() -> None:
    """Put the shells in place; must run before Rasa is imported, and does nothing when TensorFlow is already there."""
    if "tensorflow" not in sys.modules:
        sys.meta_path.insert(0, _Finder())
