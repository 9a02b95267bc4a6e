"""Does a recipe learn from the music? Train it on real labels and on shuffled ones.

    python -m bench.shuffled_labels DATA OUT [--recipe icassp2018-rese2] [--set section.key=value]

Both trainings are alike but for one thing: in the second, the labels of the training clips have
been dealt out among them anew, and so have those of the validation clips. Both are evaluated on the
real labels of the test split. What the second still scores above 0.5 is chance. Interrupted and
started again, it goes on.
"""

from __future__ import annotations

import argparse
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from ml.checkpoints.weights import load_model
from ml.config.callbacks import read_log
from ml.config.recipe import Recipe, read_recipe
from ml.data.magnatagatune.split import Split, open_split
from ml.evaluation.evaluate import evaluate
from ml.training.best_model import LOG
from ml.training.progress import TerminalProgress, stop_on_signal
from ml.training.trainer import Trainer
from ml.training.validation import Identity


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path, help="folder made by `magnatagatune prepare`")
    parser.add_argument("out", type=Path)
    parser.add_argument("--recipe", default="icassp2018-rese2")
    parser.add_argument("--set", action="append", default=[], dest="overrides")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    recipe = read_recipe(args.recipe, args.overrides)
    splits = {
        name: open_split(args.data, name, protocol=recipe.data.protocol)
        for name in ("train", "validation", "test")
    }
    figures = {
        "real": trained(recipe, splits, args.out / "real"),
        "shuffled": trained(recipe, with_shuffled_labels(splits), args.out / "shuffled"),
    }
    print("| labels | epochs | ROC-AUC | average precision |\n| --- | ---: | ---: | ---: |")
    for labels, (epochs, area, precision) in figures.items():
        print(f"| {labels} | {epochs} | {area:.4f} | {precision:.4f} |")
    print(f"\nReal labels: {figures['real'][1] - figures['shuffled'][1]:+.4f} ROC-AUC.")


def with_shuffled_labels(splits: dict[str, Split]) -> dict[str, Split]:
    rng = np.random.default_rng(0)

    def dealt(split: Split) -> Split:
        order = rng.permutation(len(split))
        soft = None if split.soft is None else split.soft[order]
        return replace(split, hard=split.hard[order], soft=soft)

    return splits | {name: dealt(splits[name]) for name in ("train", "validation")}


def trained(recipe: Recipe, splits: dict[str, Split], out: Path) -> tuple[int, float, float]:
    """Epochs, macro ROC-AUC and macro average precision on the test split."""
    terminal = TerminalProgress()
    stop_on_signal(terminal)
    identity = Identity(out.name, "a measurement, not for use")
    trainer = Trainer(
        recipe, splits["train"], splits["validation"], out, identity=identity, callbacks=terminal
    )
    outcome = trainer.run()
    if not outcome.finished:
        raise SystemExit(128 + signal.SIGINT)
    report, _ = evaluate(load_model(outcome.model), splits["test"], torch.device("cpu"))
    epochs = len(read_log(out / LOG))
    return epochs, report.macro_roc_auc, report.macro_average_precision


if __name__ == "__main__":
    main()
