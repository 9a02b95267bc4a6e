"""To look at: a strip with what each beat was called, beats under each other, gates by class."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
import torch
from torch import nn

from ml.ecg import NOTICE
from ml.ecg.aami import CLASSES, LabelledBeats, N
from ml.ecg.beats import Array, View
from ml.ecg.monitor import Call, clock
from ml.ecg.protocols import Beats
from ml.ecg.records import RATE, Record
from ml.evaluation.plots import plot_se_gates
from ml.evaluation.se_gates import recorded_gates, spread
from ml.nn.network import SampleCNN

matplotlib.use("Agg")
from matplotlib import pyplot  # the backend must be chosen first

STRIP_SECONDS = 10
# Of each class, told apart by the colour-blind as well (Okabe and Ito, 2008).
COLOURS = ("#444444", "#0072B2", "#D55E00", "#CC79A7", "#009E73")
MOST_LINES = 25


def plot_strip(
    record: Record, calls: Sequence[Call], labels: LabelledBeats | None, path: Path
) -> None:
    """Ten seconds around the first abnormal beat called, or the first ten that were judged."""
    about = next((call for call in calls if call.abnormal), calls[0]).position
    begin = max(0, about - STRIP_SECONDS * RATE // 3)
    end = min(len(record.signal), begin + STRIP_SECONDS * RATE)
    figure, axes = pyplot.subplots(figsize=(11, 3), layout="constrained")
    axes.plot(np.arange(begin, end) / RATE, record.signal[begin:end], color="0.2", linewidth=0.8)
    depth, height = float(record.signal[begin:end].min()), float(record.signal[begin:end].max())
    for call in calls:
        if begin <= call.position < end:
            text = f"{CLASSES[call.name]}\n{call.score:.2f}"
            axes.annotate(
                text,
                (call.position / RATE, height),
                xytext=(0, 4),
                textcoords="offset points",
                ha="center",
                fontsize=8,
                color=COLOURS[call.name],
            )
    if labels is not None:
        _annotate_actual(axes, labels, begin, end, depth)
    room = 0.25 * (height - depth)
    axes.set(xlim=(begin / RATE, end / RATE), ylim=(depth - room, height + room))
    axes.set(xlabel="seconds", ylabel="mV")
    axes.set_title(
        f"Record {record.name}, lead {record.lead}, {clock(begin)}. {NOTICE}", fontsize=9
    )
    _save(figure, path)


def _annotate_actual(
    axes: matplotlib.axes.Axes, labels: LabelledBeats, begin: int, end: int, depth: float
) -> None:
    """What each beat is, below the signal."""
    for position, name in zip(labels.positions.tolist(), labels.classes.tolist(), strict=True):
        if begin <= position < end:
            axes.annotate(
                CLASSES[name],
                (position / RATE, depth),
                xytext=(0, -12),
                textcoords="offset points",
                ha="center",
                fontsize=8,
                color=COLOURS[name],
            )


def plot_beats(beats: Beats, made: Beats, view: View, path: Path) -> None:
    """A person's normal beats, their real abnormal ones and those `made` for them.

    The shapes of the view side by side, as the network is shown them.
    """
    rows = {
        "normal": beats.where(beats.classes == N),
        "abnormal, real": beats.where(beats.classes != N),
        "abnormal, synthesised": made.where(made.classes != N),
    }
    figure, axes = pyplot.subplots(
        3, len(view.shapes), figsize=(9, 7), sharex=True, layout="constrained", squeeze=False
    )
    for line, (title, some) in zip(axes, rows.items(), strict=True):
        for column, shown in zip(line, view.shapes, strict=True):
            column.set_title(f"{title}: {shown} ({len(some)})", fontsize=9)
            column.set_yticks([])
        _draw(line, some)
    names = [(CLASSES[k], COLOURS[k]) for k in range(len(CLASSES))]
    handles = [matplotlib.lines.Line2D([], [], color=c, label=name) for name, c in names]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(CLASSES), fontsize=8)
    figure.suptitle(NOTICE, fontsize=8)
    _save(figure, path)


def _draw(line: Sequence[matplotlib.axes.Axes], beats: Beats) -> None:
    chosen = np.random.default_rng(0).permutation(len(beats))[:MOST_LINES]
    for k in chosen:
        for channel, axes in enumerate(line):
            colour = COLOURS[beats.classes[k]]
            axes.plot(beats.inputs[k, channel], color=colour, linewidth=0.6, alpha=0.5)


def plot_gates(network: SampleCNN, beats: Beats, path: Path) -> None:
    """What the squeeze-and-excitation gates do by class, as for the tags of music."""
    blocks = gates_of(network, beats.inputs)
    present = [k for k in range(len(CLASSES)) if (beats.classes == k).any()]
    means = [np.stack([block[beats.classes == k].mean(0) for k in present]) for block in blocks]
    spreads, names = [spread(mean) for mean in means], [CLASSES[k] for k in present]
    plot_se_gates(spreads, means[0], names, path, title=NOTICE)


def gates_of(network: nn.Module, inputs: Array) -> list[Array]:
    """The gates of every beat, one array `(beats, width)` a block."""
    with torch.inference_mode(), recorded_gates(network) as gates:
        network(torch.from_numpy(np.ascontiguousarray(inputs)))
    return [block.numpy() for block in gates]


def _save(figure: matplotlib.figure.Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
