"""What the sandbox around decoding costs: per file, and in throughput.

    .venv/bin/python -m bench.decoding song.mp3

Both readings are taken in turns, and the best of each is kept: another program's work on the same
machine can only make them worse.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable
from pathlib import Path

from ml.audio.cover import EDGES
from ml.audio.decoder.decode import Pass
from ml.audio.decoder.facts import facts
from ml.audio.open import open_file
from ml.audio.probe import MAX_LENGTH, examine
from ml.audio.reading import SAMPLE_RATE, blocks, probe
from ml.audio.sandbox.operations import examination
from ml.audio.types import DecodeLimits

TURNS = 7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench.decoding")
    parser.add_argument("file", type=Path, help="a recording; some minutes long tell most")
    file: Path = parser.parse_args().file
    probe(file)  # starts the decoder server
    seconds = sum(map(len, blocks(file))) / SAMPLE_RATE
    print(f"{file.name}: {seconds:,.0f} s of sound; best of {TURNS}")
    print(f"{'':10}{'within':>12}{'sandboxed':>12}{'cost':>12}")
    for name, within, sandboxed in (
        ("probe", lambda: _within(file, facts), lambda: probe(file)),
        ("examine", lambda: _within(file, _examine), lambda: examine(file)),
        ("decode", lambda: _within(file, _decode), lambda: list(blocks(file))),
    ):
        bare, behind = _best(within, sandboxed)
        print(f"{name:10}{bare:>10.1f}ms{behind:>10.1f}ms{behind - bare:>10.1f}ms", end="")
        print(f"   {bare / behind:.1%} of the throughput" if name == "decode" else "")


def _within(file: Path, work: Callable[..., object]) -> None:
    with open_file(file) as opened:
        work(opened)


def _examine(opened: object) -> None:
    examination(opened, io.BytesIO(), edges=EDGES, name="", length=MAX_LENGTH)  # type: ignore[arg-type]


def _decode(opened: object) -> None:
    for _ in Pass(opened, DecodeLimits()):  # type: ignore[arg-type]
        pass


def _best(*works: Callable[[], object]) -> list[float]:
    """Milliseconds of each, taken in turns."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(TURNS):
        for work, taken in zip(works, times, strict=True):
            began = time.perf_counter()
            work()
            taken.append((time.perf_counter() - began) * 1_000)
    return [min(taken) for taken in times]


if __name__ == "__main__":
    main()
