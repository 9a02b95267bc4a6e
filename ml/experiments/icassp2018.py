"""The table of ICASSP 2018, trained again: twelve variants, beside the published figures."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from ml.checkpoints.weights import load_model
from ml.config.blocks import PAPER_BLOCKS
from ml.config.callbacks import Callbacks, read_log
from ml.config.recipe import Recipe
from ml.data.magnatagatune.split import Split
from ml.evaluation.evaluate import evaluate
from ml.training.best_model import LOG, MODEL
from ml.training.trainer import Trainer
from ml.training.validation import Identity

LICENCE = "CC BY-NC-SA 3.0 data: non-commercial use"


@dataclass(frozen=True)
class Variant:
    """One row of the paper's table; `published` is its macro ROC-AUC on MagnaTagATune (test)."""

    name: str
    block: str
    convs: int
    multi_level: bool
    published: float


# Kim, Lee, Nam, ICASSP 2018, poster, table of building blocks: without and with multi-level.
_PUBLISHED = {
    "basic": (0.9055, 0.9077),
    "se": (0.9083, 0.9111),
    "res-1": (0.9048, 0.9037),
    "res-2": (0.9061, 0.9098),
    "rese-1": (0.9066, 0.9053),
    "rese-2": (0.9102, 0.9113),
}
VARIANTS = tuple(
    Variant(f"{name}-multi" if multi_level else name, block, convs, multi_level, published)
    for name, (block, convs) in PAPER_BLOCKS.items()
    for multi_level, published in zip((False, True), _PUBLISHED[name], strict=True)
)


@dataclass(frozen=True)
class Row:
    """What one variant reached here: test figures, epochs and mean seconds of an epoch."""

    variant: str
    published: float
    macro_roc_auc: float
    macro_average_precision: float
    epochs: int
    seconds_per_epoch: float


def select_variants(names: list[str]) -> list[Variant]:
    """The variants of these names, or all. Raises ValueError for an unknown name."""
    known = {variant.name: variant for variant in VARIANTS}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"There is no variant {unknown[0]!r}; they are {', '.join(known)}.")
    return [known[name] for name in names] if names else list(VARIANTS)


def reproduce(
    recipe: Recipe,
    variants: list[Variant],
    splits: dict[str, Split],
    out: Path,
    device: torch.device,
    callbacks: Callable[[Variant], Callbacks],
) -> Iterator[Row]:
    """Train and evaluate one variant after the other; what `out` holds already is not done again.

    Ends early, without a row, when a training is stopped.
    """
    for variant in variants:
        folder = out / variant.name
        result = folder / "result.json"
        if result.exists():
            yield Row(**json.loads(result.read_text(encoding="utf-8")))
            continue
        trainer = Trainer(
            variant_recipe(recipe, variant),
            *(splits["train"], splits["validation"], folder),
            identity=Identity(variant.name, LICENCE),
            device=device,
            callbacks=callbacks(variant),
        )
        if not trainer.run().finished:
            return
        row = _row(variant, folder, splits["test"], device)
        result.write_text(json.dumps(asdict(row), indent=2) + "\n", encoding="utf-8")
        yield row


def variant_recipe(recipe: Recipe, variant: Variant) -> Recipe:
    """`recipe` with the variant's network."""
    network = {
        **recipe.network,
        "block": variant.block,
        "convs": variant.convs,
        "multi_level": variant.multi_level,
    }
    return replace(recipe, network=network)


def table(rows: list[Row], protocol: str) -> str:
    """Markdown; times are relative to SE's where it is among the rows."""
    times = {row.variant.removesuffix("-multi"): row.seconds_per_epoch for row in rows}
    lines = [
        f"Macro figures on the test split, protocol {protocol}; published: MagnaTagATune.",
        "",
        "| variant | published ROC-AUC | ROC-AUC | average precision | epochs | s/epoch | × SE |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        relative = f"{row.seconds_per_epoch / times['se']:.2f}" if "se" in times else ""
        lines.append(
            f"| {row.variant} | {row.published:.4f} | {row.macro_roc_auc:.4f} | "
            f"{row.macro_average_precision:.4f} | {row.epochs} | {row.seconds_per_epoch:.1f} | "
            f"{relative} |"
        )
    return "\n".join(lines)


def _row(variant: Variant, folder: Path, test: Split, device: torch.device) -> Row:
    report, _ = evaluate(load_model(folder / MODEL), test, device)
    log = read_log(folder / LOG)
    return Row(
        variant.name,
        variant.published,
        report.macro_roc_auc,
        report.macro_average_precision,
        len(log),
        sum(epoch.seconds for epoch in log) / len(log),
    )
