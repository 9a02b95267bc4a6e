"""Every hostile file is heard or refused with a sentence: in bounded time and bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ml.audio import AudioError, probe
from ml.tagged_copy import NoPlaceForTags, Words, write_words
from tests.ml.hostile_corpus import CASES

SECONDS = 20
MEGABYTES = 400
WORDS = Words(title="Blue hour", tags=("guitar", "rock"), genres=("rock",), bpm=120.0)

# What a decoder of the product does with an upload, behind the same fence, and its peak memory.
CHILD = """
import json, sys
from pathlib import Path
from ml.audio_decoding import Pass
from ml.audio_errors import AudioError, damaged
from ml.audio_facts import digest, facts
from ml.audio_file import open_file
from ml.audio_terms import DecodeLimits
from ml.fence.confine import Fence
from ml.fence.work import load_what_comes_late
from ml.metadata_tags import tags
def answer(work):
    try:
        work(file)
    except AudioError as error:
        return [error.code, str(error)]
    except MemoryError:  # as the fence itself says it
        return ["damaged", str(damaged("reading it takes more memory than any recording needs"))]
    return ["heard", ""]
load_what_comes_late()
try:
    file = open_file(Path(sys.argv[1]))
except AudioError as error:
    print(json.dumps({"answers": [[error.code, str(error)]] * 3, "megabytes": 0}))
    sys.exit()
status = open("/proc/self/status")
Fence().enter(int(sys.argv[2]))
answers = [answer(facts), answer(digest), answer(lambda file: list(Pass(file, DecodeLimits())))]
answer(lambda file: tags(file, sys.argv[1], 300))
peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) // 1024
print(json.dumps({"answers": answers, "megabytes": peak}))
"""


def hear_in_a_child(file: Path) -> dict[str, object]:
    result = subprocess.run(
        [sys.executable, "-c", CHILD, str(file), str(SECONDS)],
        capture_output=True,
        text=True,
        timeout=10 * SECONDS,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    return dict(json.loads(result.stdout))


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_file_ends_in_a_clear_state(name: str, tmp_path: Path) -> None:
    maker, codes = CASES[name]
    workshop = tmp_path / "workshop"
    workshop.mkdir()
    file_name, content = maker(workshop)
    file = tmp_path / file_name
    file.write_bytes(content)
    report = hear_in_a_child(file)
    answers = report["answers"]
    assert isinstance(answers, list)
    code, sentence = answers[2]
    assert code in codes, sentence
    assert all(code == "heard" or text.endswith(".") for code, text in answers)
    assert isinstance(report["megabytes"], int)
    assert report["megabytes"] < MEGABYTES
    told = tagged(file)
    assert told == "written" or told.endswith(".")
    assert file.stat().st_size <= 1.02 * len(content) + 2**20


def tagged(file: Path) -> str:
    """What comes of writing words into it."""
    try:
        write_words(file, WORDS)
    except NoPlaceForTags as error:
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
