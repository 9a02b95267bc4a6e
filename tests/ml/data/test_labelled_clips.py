"""Recordings with people's answers become a split; of a long one the whole is heard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from ml.audio.reading import SAMPLE_RATE, SEGMENT_SAMPLES
from ml.data.labelled_clips import (
    EXCERPT_SEGMENTS,
    LabelledClip,
    excerpt,
    prepare_labelled_clips,
    some_of_data_set,
)
from ml.data.magnatagatune.split import open_split
from tests.audio_factory import tone, write


def at(path: Path) -> partial[nullcontext[Path]]:
    return partial(nullcontext, path)


def test_answers_are_labels_and_silence_is_no_answer(tmp_path: Path) -> None:
    song = write(tmp_path / "song.wav", tone(440, 4.0))
    clips = [
        LabelledClip("one", at(song), {"a": True, "b": False}),
        LabelledClip("two", at(song), {"b": True}),
        LabelledClip("gone", at(tmp_path / "gone.wav"), {"a": True}),
    ]
    told: list[tuple[str, int, int]] = []
    unreadable = prepare_labelled_clips(
        clips, ["a", "b"], tmp_path / "out", "train", on_progress=lambda *at: told.append(at)
    )
    split = open_split(tmp_path / "out", "train", protocol="B")
    assert unreadable == ["gone"]
    assert told[-1] == ("train", 3, 3)
    assert split.paths == ["one", "two"]
    assert split.hard.tolist() == [[1, 0], [0, 1]]
    assert split.known is not None
    assert split.known.tolist() == [[True, True], [False, True]]


def test_a_few_clips_of_a_data_set_are_there_before_it_is_prepared(tmp_path: Path) -> None:
    (tmp_path / "mp3" / "c").mkdir(parents=True)
    for k in range(5):
        write(tmp_path / "mp3" / "c" / f"{k}.wav", tone(440, 3.0))
    rows = [f"{k}\t{k % 2}\t{1 - k % 2}\tc/{k}.wav" for k in range(5)]
    table = "\n".join(["clip_id\ta\tb\tmp3_path", *rows])
    (tmp_path / "annotations_final.csv").write_text(table)
    clips, tags = some_of_data_set(tmp_path, "validation", 3)
    assert [clip.name for clip in clips] == ["c/0.wav", "c/2.wav", "c/4.wav"]
    assert prepare_labelled_clips(clips, tags, tmp_path / "out", "validation") == []
    split = open_split(tmp_path / "out", "validation", protocol="B")
    assert split.hard.tolist() == [[0, 1]] * 3
    assert split.known is not None
    assert split.known.all()
    assert some_of_data_set(tmp_path, "test", 3) == ([], ["a", "b"])


def test_an_interrupted_preparation_keeps_what_it_has(tmp_path: Path) -> None:
    song = write(tmp_path / "song.wav", tone(440, 4.0))
    clips = [LabelledClip(str(k), at(song), {"a": True}) for k in range(4)]

    def stop(split: str, done: int, total: int) -> None:
        if done == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        prepare_labelled_clips(clips, ["a"], tmp_path / "out", "train", on_progress=stop)
    told: list[int] = []
    prepare_labelled_clips(
        clips, ["a"], tmp_path / "out", "train", on_progress=lambda _, done, __: told.append(done)
    )
    assert [done for done in dict.fromkeys(told) if done > 2] == [3, 4]


def test_who_stops_waits_for_no_recording_that_is_being_decoded(tmp_path: Path) -> None:
    song = write(tmp_path / "song.wav", tone(440, 40.0))
    stopped = Event()

    @contextmanager
    def slow() -> Iterator[Path]:
        assert stopped.wait(60), "nobody looked whether to stop while the first was decoded"
        yield song

    def stop(*_: object) -> None:
        stopped.set()
        raise InterruptedError

    clips = [LabelledClip(name, slow, {"a": True}) for name in ("one", "two")]
    with pytest.raises(InterruptedError):
        prepare_labelled_clips(clips, ["a"], tmp_path / "out", "train", on_progress=stop)


def test_a_recording_is_decoded_no_further_than_to_the_stop(tmp_path: Path) -> None:
    song = write(tmp_path / "song.wav", tone(440, 40.0))
    looks = iter([False, False, True])
    assert excerpt(song, should_stop=lambda: next(looks)) is None
    assert next(looks, None) is None


def test_a_long_recording_is_heard_from_beginning_to_end(tmp_path: Path) -> None:
    rising = np.concatenate([tone(200.0 * (k + 1), 10.0) for k in range(6)], axis=1)
    sound = excerpt(write(tmp_path / "long.wav", rising))
    assert sound is not None
    assert len(sound) == EXCERPT_SEGMENTS * SEGMENT_SAMPLES
    cut = sound.reshape(EXCERPT_SEGMENTS, SEGMENT_SAMPLES)
    heard = np.abs(np.fft.rfft(cut)).argmax(1) * SAMPLE_RATE / SEGMENT_SAMPLES
    assert heard[0] == pytest.approx(200, abs=2)
    assert heard[-1] == pytest.approx(1200, abs=2)


def test_what_is_no_sound_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "text.mp3").write_text("no sound")
    assert excerpt(tmp_path / "text.mp3") is None
