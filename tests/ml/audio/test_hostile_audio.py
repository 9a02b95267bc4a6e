"""Every hostile file is heard or refused with a sentence: in bounded time and bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ml.audio.reading import AudioError, probe
from ml.audio.write_tags import TagsUnsupported, TrackMetadata, write_metadata

from .hostile_corpus import CASES, hostile_file

SECONDS = 20
MEGABYTES = 400
METADATA = TrackMetadata(title="Blue hour", tags=("guitar", "rock"), genres=("rock",), bpm=120.0)

# What a decoder of the product does with an upload, behind the same sandbox and forked from a
# process that has its libraries ready, and its peak memory.
HEARER = """
import json, os, sys
from pathlib import Path
from ml.audio.decoder.decode import Pass
from ml.audio.types import AudioError, damaged
from ml.audio.decoder.facts import digest, facts
from ml.audio.open import open_file
from ml.audio.types import DecodeLimits
from ml.audio.sandbox.confine import Sandbox
from ml.audio.sandbox.operations import preload_modules
from ml.audio.decoder.read_tags import tags
def answer(work, file):
    try:
        work(file)
    except AudioError as error:
        return [error.code, str(error)]
    except MemoryError:  # as the sandbox itself says it
        return ["damaged", str(damaged("reading it takes more memory than any recording needs"))]
    return ["heard", ""]
def hear(path):
    try:
        file = open_file(Path(path))
    except AudioError as error:
        print(json.dumps({"answers": [[error.code, str(error)]] * 3, "megabytes": 0}), flush=True)
        return
    status = open("/proc/self/status")
    sandbox.enter(int(sys.argv[1]))
    works = facts, digest, lambda file: list(Pass(file, DecodeLimits()))
    answers = [answer(work, file) for work in works]
    answer(lambda file: tags(file, 300), file)
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) // 1024
    print(json.dumps({"answers": answers, "megabytes": peak}), flush=True)
preload_modules()
sandbox = Sandbox()
for path in map(json.loads, iter(sys.stdin.readline, "")):
    if not (child := os.fork()):
        hear(path)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status:
        print(json.dumps({"died": status}), flush=True)
"""


@pytest.fixture(scope="module")
def hearer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    said = tmp_path_factory.mktemp("hearer") / "said"
    with (
        said.open("w") as errors,
        subprocess.Popen(
            [sys.executable, "-c", HEARER, str(SECONDS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        yield process
    assert said.read_text() == ""


def heard(hearer: subprocess.Popen[str], file: Path) -> dict[str, object]:
    assert hearer.stdin
    assert hearer.stdout
    hearer.stdin.write(json.dumps(str(file)) + "\n")
    hearer.stdin.flush()
    report = dict(json.loads(hearer.stdout.readline()))
    assert "died" not in report, report
    return report


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_file_ends_in_a_clear_state(
    name: str, tmp_path: Path, hearer: subprocess.Popen[str]
) -> None:
    codes = CASES[name][1]
    file = hostile_file(name, tmp_path)
    size = file.stat().st_size
    report = heard(hearer, file)
    answers = report["answers"]
    assert isinstance(answers, list)
    code, sentence = answers[2]
    assert code in codes, sentence
    assert all(code == "heard" or text.endswith(".") for code, text in answers)
    assert isinstance(report["megabytes"], int)
    assert report["megabytes"] < MEGABYTES
    told = tagged(file)
    assert told == "written" or told.endswith(".")
    assert file.stat().st_size <= 1.02 * size + 2**20


def tagged(file: Path) -> str:
    """What comes of writing words into it."""
    try:
        write_metadata(file, METADATA)
    except TagsUnsupported as error:
        return str(error)
    return "written"


def test_at_least_sixty_hostile_files_are_tried() -> None:
    assert len(CASES) >= 60


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.wav", tmp_path, Path("a\0b.wav")):
        with pytest.raises(AudioError) as caught:
            probe(path)
        assert caught.value.code == "missing"


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    import os

    pipe = tmp_path / "a.wav"
    os.mkfifo(pipe)
    with pytest.raises(AudioError) as caught:
        probe(pipe)
    assert caught.value.code == "missing"
