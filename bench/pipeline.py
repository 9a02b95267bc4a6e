"""From a file to its tags: ours against what a user would otherwise run, file by file in turn.

    python -m bench.pipeline FOLDER [--files 12] [--model PATH] [--json]

FOLDER holds audio files; every so many of them is taken. All run on one thread, and what counts is
the CPU time of the process and of its decoder, so "times real time" is that of one core. Needs
what requirements-bench.txt lists.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median

import torch

from bench.cpu_time import cpu_seconds
from bench.machine import facts
from bench.rivals import Pipeline, eager_loop, mel_and_small_cnn
from bench.tables import Row, parser, show
from bench.timing import ratio, slope
from ml.audio import SUFFIXES, audio_digest, probe, read
from ml.inference import Tagger
from ml.weights import default_model_path, load_model

LOOP = "librosa.load and the network in an eager loop"


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--files", type=int, default=12)
    arguments.add_argument("--model", type=Path, default=default_model_path())
    args = arguments.parse_args()
    files = chosen(args.folder, args.files)
    tagger = Tagger.load(args.model, device="cpu", threads=1)
    torch.set_num_threads(1)
    seconds = measure(pipelines(tagger, args.model), files)
    lengths = [len(read(file)) / 22_050 for file in files]
    rows = [_row(name, seconds[name], lengths, seconds[LOOP]) for name in seconds]
    found = {"machine": facts(), "backend": tagger.device_reason, "rows": rows}
    show(found | {"growth": growth(tagger, files)}, args.json)


def chosen(folder: Path, count: int) -> list[Path]:
    """`count` audio files from all over the folder."""
    every = sorted(file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES)
    if not every:
        raise SystemExit(f"{folder} holds no audio files.")
    return every[:: max(1, len(every) // count)][:count]


def pipelines(tagger: Tagger, weights: Path) -> dict[str, Pipeline]:
    return {
        LOOP: eager_loop(load_model(weights)),
        "librosa mel, small 2-D CNN in ONNX Runtime": mel_and_small_cnn(),
        "Tonemark": tagger.analyse,
        "Tonemark, decoding and resampling alone": read,
        "Tonemark, what an upload is checked for": lambda file: (probe(file), audio_digest(file)),
    }


def measure(ways: dict[str, Pipeline], files: list[Path]) -> dict[str, list[float]]:
    """CPU seconds of each way for each file; the first file once more beforehand, uncounted."""
    for way in ways.values():
        way(files[0])
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for file in files:
        for name, way in ways.items():
            seconds[name].append(_timed(way, file))
    return seconds


def growth(tagger: Tagger, files: list[Path]) -> list[Row]:
    """How time grows with the number of files."""
    counts = [max(1, len(files) * part // 4) for part in (1, 2, 4)]
    times = [sum(_timed(tagger.analyse, file) for file in files[:count]) for count in counts]
    return [{"files": "/".join(map(str, counts)), "slope": round(slope(counts, times), 2)}]


def _timed(way: Callable[[Path], object], file: Path) -> float:
    began = cpu_seconds()
    way(file)
    # The clock of other processes ticks every 10 ms.
    return max(cpu_seconds() - began, 1e-3)


def _row(name: str, seconds: list[float], lengths: list[float], base: list[float]) -> Row:
    return {
        "pipeline": name,
        "files_per_s": round(len(seconds) / sum(seconds), 2),
        "times_real_time": round(sum(lengths) / sum(seconds)),
        "ratio": round(ratio(base, seconds), 2),
        "median_ms": round(1000 * median(seconds)),
    }


if __name__ == "__main__":
    main()
