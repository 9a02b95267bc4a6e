"""Every hostile file is heard or refused with a sentence: in bounded time and bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ml.audio import AudioError, probe
from tests.ml.hostile_files import CASES
from tests.ml.memory import PEAK_MEMORY

SECONDS = 20
MEGABYTES = 400

# The child does all that the product does with an upload before the network hears it.
CHILD = (
    PEAK_MEMORY
    + """
import json, sys
import ml.audio
from ml.audio import AudioError
from ml.metadata import read_metadata
def answer(work):
    try:
        work()
    except AudioError as error:
        return [error.code, str(error)]
    return ["heard", ""]
path = sys.argv[1]
answers = [answer(lambda: ml.audio.probe(path)), answer(lambda: ml.audio.audio_digest(path)),
           answer(lambda: [None for block in ml.audio.blocks(path)])]
read_metadata(path)
print(json.dumps({"answers": answers, "megabytes": peak_megabytes()}))
"""
)


def hear_in_a_child(file: Path) -> dict[str, object]:
    result = subprocess.run(
        [sys.executable, "-c", CHILD, str(file)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
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


def test_at_least_forty_hostile_files_are_tried() -> None:
    assert len(CASES) >= 40


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
