"""The new clips' hard labels, their side, and what is left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from distillation.assembly import assemble, hard_labels, threshold, train_path, usable
from distillation.clips import MP3, NewClip, append, read_new
from ml.config.labels import LABEL_NAMES
from ml.data.magnatagatune.annotations import read_annotations
from ml.data.magnatagatune.protocols import split_of


def new_clip(file: str, **more: Any) -> NewClip:
    scores = np.full((10, len(LABEL_NAMES)), 0.1, np.float32)
    scores[:, [3, 7]] = 0.8, 0.3
    return NewClip(file, "pingus-data", "recorded", scores)._replace(**more)


def test_a_tag_is_there_from_its_own_threshold_on() -> None:
    labels = hard_labels(np.array([0.5, 0.2, 0.3, 0.1]), np.array([0.5, 0.1, 0.2, 0.2]))
    assert labels.tolist() == [1, 1, 1, 0]


def test_a_clip_has_at_least_the_two_tags_nearest_to_their_thresholds() -> None:
    labels = hard_labels(np.array([0.2, 0.09, 0.3, 0.1]), np.array([0.5, 0.1, 0.9, 0.15]))
    assert labels.tolist() == [0, 1, 0, 1]


def test_a_threshold_is_low_among_the_clips_that_have_the_tag() -> None:
    means = np.arange(100) / 100
    has = means >= 0.5
    assert threshold(means, has) == pytest.approx(np.quantile(means[has], 0.2))


def test_a_rare_tag_goes_to_the_best_hundredth() -> None:
    means = np.arange(100) / 100
    assert (means >= threshold(means, means == 0.3)).sum() == 1


def test_every_new_clip_is_on_the_train_side_and_a_song_in_one_folder() -> None:
    paths = [train_path(k, new_clip(f"{k}.mp3", song=f"song {k % 40}")) for k in range(200)]
    assert {split_of(path) for path in paths} == {"train"}
    assert {path[0] for path in paths} == set("0123456789ab")
    assert all(path[0] == paths[k % 40][0] for k, path in enumerate(paths))


def test_what_was_made_of_a_clip_that_is_left_out_is_left_out_too() -> None:
    clips = [new_clip("a.mp3"), new_clip("b.mp3"), new_clip("m.mp3", made_of=("a.mp3", "b.mp3"))]
    assert [clip.file for clip in usable(clips, {"a.mp3"})] == ["b.mp3"]


def test_the_new_data_set_is_the_old_one_and_more_to_train_on(
    standin: Path, tmp_path: Path
) -> None:
    made, out = tmp_path / "made", tmp_path / "out"
    (made / MP3).mkdir(parents=True)
    for clip in (new_clip("x.mp3", song="s", offset_s=3.5), new_clip("y.mp3", kind="mixed")):
        (made / MP3 / clip.file).write_text("new")
        append(made, clip)
    assemble(standin, made, out, None)
    old, new = read_annotations(standin), read_annotations(out)
    assert new.paths[:64] == old.paths
    assert (new.hard[:64] == old.hard).all()
    assert old.soft is not None
    assert new.soft is not None
    assert (new.soft[:64] == old.soft).all()
    assert [split_of(path) for path in new.paths[64:]] == ["train", "train"]
    assert new.kinds[64:] == ["recorded", "mixed"]
    assert np.abs(new.soft[64] - read_new(made)[0].scores).max() < 0.001
    assert [(out / MP3 / path).read_text() for path in new.paths[62:]] == ["old"] * 2 + ["new"] * 2
    assert "pingus-data\t1\tDebian package" in (out / "sources.tsv").read_text()
