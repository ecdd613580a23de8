"""``kb tune``: train a local SentenceTransformer on the catalogue's own pairs, and measure it before and after.

Needs the extra ``sentence-transformers``, imported only when it runs: the service works without torch.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from sys import stderr
from typing import Any, Final

from core.errors import BadInput, SetupError
from core.ports import Encoder
from knowledge_base.baselines import encoder_alone
from knowledge_base.build import EncoderChoice, Progress, build
from knowledge_base.catalogue import Catalogue
from knowledge_base.encoder import make_encoder
from knowledge_base.evaluation import Question, evaluate, evaluate_baselines
from knowledge_base.pairs import Pair, held_out_questions, make_pairs, without_held_out_sayings
from knowledge_base.service import KnowledgeBase

REPORT: Final = "tuning.json"
_LIBRARIES: Final = ("sentence_transformers", "datasets", "accelerate")
_FORMS: Final = ("name", "content")
Watch = Callable[[str], Progress]


@dataclass(frozen=True)
class Settings:
    """How to tune: epochs over the pairs, the most pairs taken, pairs a step, and the share repeated without marks.

    ``rate`` is the highest learning rate, reached after a tenth of the steps and then let down to nothing.
    """

    epochs: int = 1
    max_pairs: int | None = None
    batch: int = 32
    rate: float = 2e-5
    unmarked: float = 0.3
    seed: int = 7


def tune(base: Path, out: Path, exam: Exam, settings: Settings) -> dict[str, Any]:
    """Tune the model of the folder ``base`` into the new folder ``out``; return (and keep there) the report.

    Raises:
        SetupError: the extra is missing, ``base`` holds no model, or ``out`` is taken.
        BadInput: the catalogue gives too few pairs.
    """
    _check_folders(base, out)
    need_library()
    procedures = exam.catalogue.procedures.values()
    pairs = make_pairs(procedures, unmarked=settings.unmarked, limit=settings.max_pairs, seed=settings.seed)
    if len(pairs) < settings.batch:
        raise BadInput(f"Only {len(pairs)} pairs for steps of {settings.batch}; raise --max-pairs or lower --batch.")
    with tempfile.TemporaryDirectory(prefix="motcua-tune-") as work:
        before = exam.measure(base, Path(work) / "before")
        out.parent.mkdir(parents=True, exist_ok=True)
        trained = _train(base, Path(work), pairs, settings, exam.watch("tuning"))
        after = exam.measure(Path(work) / "model", Path(work) / "after")
        report = {"base": base.resolve().name, "pairs": len(pairs), **trained, "before": before, "after": after}
        (Path(work) / "model" / REPORT).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
        _move(Path(work) / "model", out)
    return report


def need_library() -> Any:
    """Return the library with what its trainer needs.

    Raises:
        SetupError: the extra is not installed; the text says how to.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # a folder is given: nothing is to be asked of a network
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    for name in _LIBRARIES:
        try:
            import_module(name)
        except ImportError as error:
            raise SetupError(
                f"Tuning needs the extra ({name} is missing): run `uv sync --extra sentence-transformers`, or where "
                "uv is not used `pip install 'sentence-transformers[train]>=6'`."
            ) from error
    return import_module(_LIBRARIES[0])


def _check_folders(base: Path, out: Path) -> None:
    if not (base / "modules.json").is_file() and not (base / "config.json").is_file():
        raise SetupError(f"{base} is no model folder; give one that holds modules.json or config.json.")
    # Vectors are kept by the encoder's name, which is its folder: another model under an old name would not be noticed.
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise SetupError(f"{out} is there already; give --out a new folder, for indexes remember models by folder.")


def _move(model: Path, out: Path) -> None:
    """Put a finished model in its place in one step, from whatever disk it was made on."""
    staged = Path(tempfile.mkdtemp(prefix=".tuning-", dir=out.parent))
    try:
        shutil.copytree(model, staged, dirs_exist_ok=True)
        staged.chmod(0o755)
        staged.replace(out)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


@dataclass(frozen=True)
class Exam:
    """What an encoder is measured with, the same before and after: the aliases held out, and questions ``asked``.

    ``watch`` is called with what begins and gives the function that shows its progress.
    """

    catalogue: Catalogue
    asked: Sequence[Question]
    watch: Watch

    def measure(self, model: Path, work: Path) -> dict[str, Any]:
        """Return the figures of the model in a folder by set of questions: the whole search, and the encoder alone."""
        name = f"sentence-transformers:{model}"
        encoder = make_encoder(name)
        choice = EncoderChoice(encoder, name, work / "vectors")
        held_out = held_out_questions(self.catalogue.procedures.values())
        bare = without_held_out_sayings(self.catalogue)
        figures = {"held_out_aliases": self._figures(bare, held_out, choice, work / "bare")}
        if self.asked:
            figures["questions"] = self._figures(self.catalogue, self.asked, choice, work / "whole")
        return figures

    def _figures(
        self, source: Catalogue, asked: Sequence[Question], choice: EncoderChoice, home: Path
    ) -> dict[str, Any]:
        done = build(source, home, choice, self.watch("encoding names"))
        base = KnowledgeBase.open(home, choice.encoder)
        size = sum(path.stat().st_size for path in (home / done.version).iterdir())
        report = evaluate(base, asked, size)
        encoder: Encoder | None = choice.encoder
        if encoder is not None:
            alone = {"encoder": encoder_alone(base.codes(), base.index.meta["names"], encoder)}
            report["baselines"] = evaluate_baselines(alone, asked)
        return report


def _train(base: Path, work: Path, pairs: Sequence[Pair], settings: Settings, progress: Progress) -> dict[str, Any]:
    """Train with the library's own trainer and loss, and write the model into ``work / "model"``."""
    started = time.perf_counter()
    library = need_library()
    model = library.SentenceTransformer(str(base), local_files_only=True)
    trainer = library.SentenceTransformerTrainer(
        model=model,
        args=_arguments(model, work, len(pairs), settings),
        train_dataset=_datasets(pairs),
        loss=import_module("sentence_transformers.sentence_transformer.losses").MultipleNegativesRankingLoss(model),
        callbacks=[_watcher(progress)],
    )
    trainer.remove_callback(import_module("transformers").PrinterCallback)
    with redirect_stdout(stderr):  # standard output stays for the report
        done = trainer.train()
    model.save_pretrained(str(work / "model"), create_model_card=False)
    seconds = round(time.perf_counter() - started, 1)
    return {"steps": int(done.global_step), "loss": round(float(done.training_loss), 4), "seconds": seconds}


def _arguments(model: Any, work: Path, pairs: int, settings: Settings) -> Any:
    steps = settings.epochs * max(pairs // settings.batch, 1)
    return need_library().SentenceTransformerTrainingArguments(
        output_dir=str(work / "trainer"),
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=settings.batch,
        learning_rate=settings.rate,
        warmup_steps=max(steps // 10, 1),
        batch_sampler="no_duplicates",  # a procedure twice in a batch would count as wrong beside itself
        prompts=_prompts(model),
        seed=settings.seed,
        save_strategy="no",
        logging_strategy="no",
        report_to="none",
        disable_tqdm=True,
        dataloader_pin_memory=False,  # it only warns where there is no GPU
    )


def _prompts(model: Any) -> dict[str, str]:
    """Return the model's own prompts by column, chosen as ``encode_query`` and ``encode_document`` choose them."""
    own: dict[str, str] = {name: text for name, text in model.prompts.items() if text}
    written = next((own[name] for name in ("document", "passage", "corpus") if name in own), "")
    columns = {"anchor": own.get("query", ""), "positive": written, "negative": written}
    return {column: text for column, text in columns.items() if text}


def _datasets(pairs: Iterable[Pair]) -> Any:
    """Return one dataset a form, so that the trainer never mixes two forms in a batch."""
    dataset = import_module("datasets").Dataset
    rows = {form: [pair for pair in pairs if pair.form == form] for form in _FORMS}
    columns = ("anchor", "positive", "negative")
    return import_module("datasets").DatasetDict({
        form: dataset.from_dict({column: [getattr(pair, column) for pair in found] for column in columns})
        for form, found in rows.items() if found
    })  # fmt: skip


def _watcher(progress: Progress) -> Any:
    """Return the trainer's callback that moves our bar."""
    parent: Any = import_module("transformers").TrainerCallback

    class Watcher(parent):  # type: ignore[misc]
        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            progress(state.global_step, state.max_steps)

    return Watcher()
