"""From files to their tags: ours against what a user would otherwise run.

    python -m bench.pipeline FOLDER [--files 24] [--model PATH] [--json]

FOLDER holds audio files; every so many of them is taken. The ways take turns, six files at a time,
as they come out of an archive. All run on one thread, and what counts is the CPU time of the
process and of its decoder, so "times real time" is that of one core. Needs what
`bin/setup bench` installs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from pathlib import Path

import torch

from ml.audio.formats import SUFFIXES
from ml.audio.probe import examine
from ml.audio.reading import read
from ml.checkpoints.weights import default_model_path, load_model
from ml.inference.tagger import Request, Tagger

from .cpu_time import cpu_seconds
from .machine import facts
from .rivals import eager_loop, mel_and_small_cnn
from .tables import Row, parser, show
from .timing import ratio, slope

LOOP = "librosa.load and the network in an eager loop"
TURN = 6

Run = Callable[[list[Path]], object]


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--files", type=int, default=24)
    arguments.add_argument("--model", type=Path, default=default_model_path())
    args = arguments.parse_args()
    files = chosen(args.folder, args.files)
    tagger = Tagger.load(args.model, device="cpu", threads=1)
    torch.set_num_threads(1)
    seconds = measure(pipelines(tagger, args.model), files)
    lengths = [sum(len(read(file)) for file in turn) / 22_050 for turn in turns(files)]
    rows = [_row(name, seconds[name], lengths, seconds[LOOP], len(files)) for name in seconds]
    results = {"machine": facts(), "backend": tagger.device_reason, "rows": rows}
    show(results | {"growth": growth(tagger, files)}, args.json)


def chosen(folder: Path, count: int) -> list[Path]:
    """`count` audio files from all over the folder."""
    every = sorted(file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES)
    if not every:
        raise SystemExit(f"{folder} holds no audio files.")
    return every[:: max(1, len(every) // count)][:count]


def pipelines(tagger: Tagger, weights: Path) -> dict[str, Run]:
    return {
        LOOP: _one_by_one(eager_loop(load_model(weights))),
        "librosa mel, small 2-D CNN in ONNX Runtime": _one_by_one(mel_and_small_cnn()),
        "Tonemark": _tags(tagger),
        "Tonemark, decoding and resampling alone": _one_by_one(read),
        "Tonemark, what an upload is checked for": _one_by_one(examine),
    }


def _tags(tagger: Tagger) -> Run:
    """As a worker does it."""
    return lambda files: list(tagger.analyse_all([Request(nullcontext(file)) for file in files]))


def _one_by_one(way: Callable[[Path], object]) -> Run:
    return lambda files: [way(file) for file in files]


def turns(files: list[Path]) -> Iterable[list[Path]]:
    return (files[start : start + TURN] for start in range(0, len(files), TURN))


def measure(ways: dict[str, Run], files: list[Path]) -> dict[str, list[float]]:
    """CPU seconds of each way for each turn; the first file once more beforehand, uncounted."""
    for way in ways.values():
        way(files[:1])
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in turns(files):
        for name, way in ways.items():
            seconds[name].append(_timed(way, turn))
    return seconds


def growth(tagger: Tagger, files: list[Path]) -> list[Row]:
    """How time grows with the number of files."""
    counts = [max(1, len(files) * part // 4) for part in (1, 2, 4)]
    times = [_timed(_tags(tagger), files[:count]) for count in counts]
    return [{"files": "/".join(map(str, counts)), "slope": round(slope(counts, times), 2)}]


def _timed(way: Run, files: list[Path]) -> float:
    began = cpu_seconds()
    way(files)
    # The clock of other processes ticks every 10 ms.
    return max(cpu_seconds() - began, 1e-3)


def _row(
    name: str, seconds: list[float], lengths: list[float], base: list[float], files: int
) -> Row:
    speeds = [length / second for length, second in zip(lengths, seconds, strict=True)]
    return {
        "pipeline": name,
        "files_per_s": round(files / sum(seconds), 2),
        "times_real_time": round(sum(lengths) / sum(seconds)),
        "best_turn": round(max(speeds)),
        "ratio": round(ratio(base, seconds), 2),
    }


if __name__ == "__main__":
    main()
