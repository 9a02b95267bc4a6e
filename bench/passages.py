"""How right passages are: hours mixed from clips whose labels are known, heard clip by clip.

python -m bench.passages DATA [--split validation]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from ml.audio.reading import SAMPLE_RATE, SEGMENT_SAMPLES
from ml.checkpoints.weights import default_model_path, load_model
from ml.data.magnatagatune.split import Split, open_split
from ml.evaluation.evaluate import score_split
from ml.inference import Passage, passages

from .tables import parser, show

HOURS = 40
HOP = SEGMENT_SAMPLES / SAMPLE_RATE
MOST_IN_A_ROW = 24

Scores = npt.NDArray[np.float32]
Labels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Clip:
    """Scores `(segments, tags)`, and the labels `(tags,)` that hold in all of them."""

    source: str
    scores: Scores
    labels: Labels


def clips_of(split: Split) -> tuple[list[Clip], list[float]]:
    """The default model's scores of the split's clips; and its thresholds, in their order."""
    model = load_model(default_model_path())
    found = score_split(model, split, torch.device("cpu"))
    clips = [
        Clip(_source(path), found.segments[found.clip == k], split.hard[k])
        for k, path in enumerate(split.paths)
    ]
    return clips, [model.card.thresholds[tag] for tag in split.tags]


def _source(path: str) -> str:
    """The package or collection: what stands before the song's name."""
    return "_".join(Path(path).name.split("_")[:2])


def hour(clips: list[Clip], random: np.random.Generator) -> tuple[Scores, Labels]:
    """Scores and labels `(segments, tags)`: clips of one source in a row, then of another."""
    by_source: dict[str, list[Clip]] = {}
    for clip in clips:
        by_source.setdefault(clip.source, []).append(clip)
    sources, row = list(by_source.values()), list[Clip]()
    while sum(len(clip.scores) for clip in row) * HOP < 3600:
        members = sources[random.integers(len(sources))]
        begin, count = random.integers(len(members)), random.integers(2, MOST_IN_A_ROW)
        row += members[begin : begin + count]
    labels = [np.repeat(clip.labels[None], len(clip.scores), axis=0) for clip in row]
    return np.concatenate([clip.scores for clip in row]), np.concatenate(labels)


def in_parts(scores: Scores, thresholds: list[float]) -> Iterator[Passage]:
    """The passages of labels that are not given by the mean."""
    whole = scores.mean(axis=0) >= thresholds
    found = passages(scores, thresholds, hop_seconds=HOP, segment_seconds=HOP)
    return (passage for passage in found if not whole[passage.label])


def rightness(labels: Labels, passage: Passage) -> float:
    """The share of a passage's segments in which its label holds."""
    first, end = round(passage.start / HOP), round(passage.end / HOP)
    return float(labels[first:end, passage.label].mean())


def main() -> None:
    options = parser(__doc__)
    options.add_argument("data", type=Path, help="folder made by `magnatagatune prepare`")
    options.add_argument("--split", default="test", choices=("validation", "test"))
    args = options.parse_args()
    show({args.split: measured(*clips_of(open_split(args.data, args.split)))}, args.json)


def measured(clips: list[Clip], thresholds: list[float]) -> list[dict[str, object]]:
    """A row a figure."""
    random = np.random.default_rng(0)
    means = np.stack([clip.scores.mean(axis=0) for clip in clips]) >= thresholds
    truth = np.stack([clip.labels for clip in clips])
    right, seconds, tags, by_mean = [], [], 0, 0
    for _ in range(HOURS):
        scores, labels = hour(clips, random)
        found = list(in_parts(scores, thresholds))
        right += [rightness(labels, one) for one in found]
        seconds += [one.end - one.start for one in found]
        tags += len({one.label for one in found})
        by_mean += int((scores.mean(axis=0) >= thresholds).sum())
    shares = np.array(right)
    figures = {
        "precision of the tags of clips": float(truth[means].mean()),
        "tags of an hour by its mean": by_mean / HOURS,
        "tags of an hour in passages besides": tags / HOURS,
        "passages an hour": len(shares) / HOURS,
        "of a passage's time, right": float(np.average(shares, weights=seconds)),
        "right for half of the time or more": float((shares >= 0.5).mean()),
        "right for less than a tenth": float((shares < 0.1).mean()),
    }
    return [{"what": name, "figure": round(value, 3)} for name, value in figures.items()]


if __name__ == "__main__":
    main()
