"""Files changed at random for a bounded time: each is analysed or refused, the decoder goes on.

Again: TONEMARK_FUZZ_SEED=… and the number of the file that a failure tells.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from ml.audio.probe import examine
from ml.audio.reading import AudioError, DecodeLimits, blocks, probe
from tests import audio_factory as factory

from .extent import FUZZ_SECONDS

SEED = int(os.environ.get("TONEMARK_FUZZ_SEED") or random.SystemRandom().randrange(10**6))
FIRST = int(os.environ.get("TONEMARK_FUZZ_FILE", "0"))
NASTY = (
    b"\0" * 4,
    b"\xff" * 4,
    b"\x7f\xff\xff\xff",
    b"\x80\0\0\0",
    b"\0\0\0\1",
    b"\xff\xff\xff\x7f",
)
LIMITS = DecodeLimits(max_seconds=600)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300 + FUZZ_SECONDS * 10)]


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("sources")
    metadata = {"title": "Aria", "artist": "Mira"}
    wave = factory.music(0.6, 48_000)
    return {
        suffix: factory.write(folder / f"a.{suffix}", wave, 48_000, metadata=metadata).read_bytes()
        for suffix in factory.FORMATS
    }


def mutated(sources: dict[str, bytes], chance: random.Random) -> tuple[str, bytes]:
    """Often one change, seldom twenty; most of them near the beginning, where the headers are."""
    suffix = chance.choice(sorted(sources))
    content = bytearray(sources[suffix])
    for _ in range(chance.choice((1, 1, 2, 4, 8, 20))):
        reach = chance.choice((64, 1_024, len(content)))
        at = chance.randrange(min(reach, len(content)))
        chance.choice((flip, overwrite, cut_out, double, splice))(content, at, chance, sources)
    return suffix, bytes(content) or b"\0"


def flip(content: bytearray, at: int, chance: random.Random, _: dict[str, bytes]) -> None:
    content[at] ^= 1 << chance.randrange(8)


def overwrite(content: bytearray, at: int, chance: random.Random, _: dict[str, bytes]) -> None:
    content[at : at + 4] = chance.choice(NASTY)


def cut_out(content: bytearray, at: int, chance: random.Random, _: dict[str, bytes]) -> None:
    del content[at + 1 : at + 1 + chance.randrange(512)]


def double(content: bytearray, at: int, chance: random.Random, _: dict[str, bytes]) -> None:
    content[at:at] = content[at : at + chance.randrange(2_048)]


def splice(content: bytearray, at: int, chance: random.Random, all_: dict[str, bytes]) -> None:
    other = all_[chance.choice(sorted(all_))]
    start = chance.randrange(len(other))
    content[at : at + 256] = other[start : start + 256]


def analyse(file: Path) -> str:
    """Everything the product asks of a file; how the last question ended."""
    ends: list[str] = []
    sentences: list[str] = []
    for ask in (probe, examine, lambda path: list(blocks(path, limits=LIMITS))):
        try:
            ask(file)
        except AudioError as error:
            sentences.append(str(error))
            ends.append(error.code)
        else:
            ends.append("analysed")
    assert [one for one in sentences if not one.endswith(".")] == []
    return ends[-1]


def test_files_changed_at_random_end_in_a_clear_state(
    sources: dict[str, bytes], tmp_path: Path, tell: Callable[[str], None]
) -> None:
    ends: Counter[str] = Counter()
    until = time.monotonic() + FUZZ_SECONDS
    for number in count(FIRST):
        suffix, content = mutated(sources, random.Random(f"{SEED} {number}"))
        file = tmp_path / f"{number}.{suffix}"
        file.write_bytes(content)
        try:
            ends[analyse(file)] += 1
        except Exception as error:  # noqa: BLE001 - any is a finding
            pytest.fail(f"TONEMARK_FUZZ_SEED={SEED} TONEMARK_FUZZ_FILE={number}: {error!r}")
        file.unlink()
        if time.monotonic() > until:
            break
    tell(f"seed {SEED}: {ends.total()} files changed at random: {dict(ends)}")
    assert analyse(_good(sources, tmp_path)) == "analysed"


def _good(sources: dict[str, bytes], folder: Path) -> Path:
    file = folder / "good.flac"
    file.write_bytes(sources["flac"])
    return file
