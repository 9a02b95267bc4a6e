"""Figures as files: bars for the tags, precision against recall, curves of a training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
import numpy.typing as npt
from sklearn.metrics import precision_recall_curve

from ml.config.callbacks import EpochReport

from .metrics import Labels, Scores
from .report import Report

matplotlib.use("Agg")
from matplotlib import pyplot  # the backend must be chosen first


def plot_tags(report: Report, path: Path) -> None:
    """Bars of every tag's ROC-AUC and average precision, best first."""
    tags = sorted(report.per_tag, key=lambda one: one.average_precision)
    figure, axes = pyplot.subplots(figsize=(7, 1 + 0.2 * len(tags)), layout="constrained")
    height = np.arange(len(tags))
    axes.barh(height, [one.roc_auc for one in tags], 0.8, color="0.85", label="ROC-AUC")
    axes.barh(height, [one.average_precision for one in tags], 0.4, label="average precision")
    axes.set_yticks(height, [f"{one.tag} ({one.positives})" for one in tags], fontsize=7)
    axes.set_xlim(0, 1)
    axes.legend(loc="lower right")
    axes.set_title(f"{report.model} on {report.split}, protocol {report.protocol}", fontsize=9)
    _save(figure, path)


def plot_precision(
    report: Report, labels: Labels, scores: Scores, tags: Sequence[str], path: Path
) -> None:
    """Precision against recall for every tag that counts; all tags together in bold."""
    figure, axes = pyplot.subplots(figsize=(6, 5), layout="constrained")
    for one in report.per_tag:
        column = list(tags).index(one.tag)
        precision, recall, _ = precision_recall_curve(labels[:, column], scores[:, column])
        axes.plot(recall, precision, color="0.8", linewidth=0.7)
    precision, recall, _ = precision_recall_curve(labels.ravel(), scores.ravel())
    axes.plot(recall, precision, linewidth=2, label="all tags together")
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1))
    axes.legend()
    _save(figure, path)


def plot_training(reports: Sequence[EpochReport], path: Path) -> None:
    """Training and validation loss, and the validation's ranking figures, by epoch."""
    epochs = [one.epoch for one in reports]
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
    left.plot(epochs, [one.training_loss for one in reports], label="training")
    left.plot(epochs, [one.loss for one in reports], label="validation")
    left.set(xlabel="epoch", ylabel="loss")
    right.plot(epochs, [one.macro_roc_auc for one in reports], label="ROC-AUC")
    right.plot(epochs, [one.macro_average_precision for one in reports], label="average precision")
    right.set(xlabel="epoch", ylabel="validation")
    left.legend()
    right.legend()
    _save(figure, path)


def plot_se_gates(
    spread: Sequence[float],
    means: npt.NDArray[np.floating],
    tags: Sequence[str],
    path: Path,
    title: str = "",
) -> None:
    """`spread` `(blocks,)` over the tags, and the first block's `means` `(tags, channels)`."""
    figure, (left, right) = pyplot.subplots(
        1, 2, figsize=(11, 7), layout="constrained", width_ratios=(1, 2)
    )
    left.bar(np.arange(1, len(spread) + 1), spread)
    left.set(xlabel="block", ylabel="standard deviation over tags")
    order = np.argsort(means.mean(0))
    image = right.imshow(means[:, order], aspect="auto", cmap="cividis", interpolation="nearest")
    right.set_yticks(np.arange(len(tags)), tags, fontsize=6)
    right.set(xlabel="channels of the first block, weakest first")
    figure.colorbar(image, ax=right, label="mean SE gate")
    figure.suptitle(title, fontsize=8)
    _save(figure, path)


def _save(figure: matplotlib.figure.Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
