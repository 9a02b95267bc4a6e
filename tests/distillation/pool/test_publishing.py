"""The tables that the student's trainer reads."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from distillation.clips import read_labels
from distillation.pool.publishing import TAGS, VOCABULARIES, publish, rendered_rules
from distillation.pool.rules import KEYS
from distillation.pool.store import Origin, Writer
from ml.config.labels import LABEL_NAMES

OLD, SONGS = 64, 1


@pytest.fixture
def more(tmp_path: Path) -> Path:
    folder = tmp_path / "songs"
    folder.mkdir()
    head = "file\ttitle\tauthor\tlicence\trepo or package\tpath\tstyle\n"
    lines = ["a.mp3\tA\tB\tCC0\tsomewhere\tx\tjazz\n", "vocadito.mp3\tA\tB\tCC0\tx\tx\tx\n"]
    (folder / "manifest.tsv").write_text(head + "".join(lines))
    return folder


@pytest.fixture
def pool(tmp_path: Path, standin: Path, more: Path) -> Path:
    folder = tmp_path / "pool"
    sound = np.zeros(round(8.1 * 16_000), np.float32)
    rules = {"*": (0.0, 0.05), "slow": None, "flute": (0.9, 1.0)}
    Writer(folder).add("a", "instrument", sound, Origin("font", "MIT"), rules, weight=0.5)
    publish(folder, standin, more)
    return folder


def rows(pool: Path) -> list[dict[str, str]]:
    with (pool / "current" / "clips.tsv").open() as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def test_old_clips_keep_their_split_and_everything_new_is_trained_on(pool: Path) -> None:
    table = rows(pool)
    assert len(table) == OLD + SONGS + 1
    splits = [row["split"] for row in table]
    assert {split: splits.count(split) for split in set(splits)} == {
        "train": 48 + SONGS + 1, "validation": 4, "test": 12
    }  # fmt: skip
    assert [row["kind"] for row in table[OLD:]] == ["more", "instrument"]


def test_every_path_leads_somewhere_from_the_pool(pool: Path) -> None:
    table = rows(pool)
    assert all((pool / row["path"]).exists() for row in table[:OLD])
    assert (pool / table[-1]["path"]).exists()


def test_the_stand_ins_scores_are_there_and_what_no_teacher_said_is_missing(
    pool: Path, standin: Path
) -> None:
    _, soft = read_labels(standin)
    with np.load(pool / "current" / "labels.npz") as labels:
        scores = labels["scores"]
    first = len(LABEL_NAMES)
    assert (scores[:OLD, :, :first] == soft).all()
    assert np.isnan(scores[:OLD, :, first:]).all()
    assert np.isnan(scores[OLD:]).all()


def test_there_is_a_label_where_a_segment_exists_and_something_is_known(pool: Path) -> None:
    with np.load(pool / "current" / "labels.npz") as labels:
        mask, segments = labels["mask"], labels["segments"]
        lowest, highest = labels["lowest"][-1], labels["highest"][-1]
        weight = labels["weight"][-1]
    assert segments.tolist() == [10] * (OLD + SONGS) + [3]
    assert mask[:-1].all()
    assert not mask[-1, 3:].any()
    assert mask[-1, 0].sum() == len(KEYS) - 1
    assert lowest[KEYS.index("flute")] == pytest.approx(0.9, abs=0.001)
    assert highest[KEYS.index("violin")] == pytest.approx(0.05, abs=0.001)
    assert weight == pytest.approx(0.5)


def test_publishing_again_leaves_the_old_tables_and_points_to_the_new(
    pool: Path, standin: Path, more: Path
) -> None:
    Writer(pool).add("b", "noise", np.zeros(200_000, np.float32), Origin("x", "CC0"), {})
    publish(pool, standin, more)
    assert len(rows(pool)) == OLD + SONGS + 2
    assert sorted(path.name for path in pool.glob("snapshot-*")) == ["snapshot-01", "snapshot-02"]
    assert (pool / "current").resolve().name == "snapshot-02"


def test_a_rendered_clip_has_rules_for_the_second_vocabulary_alone() -> None:
    rules = rendered_rules()
    names = "cello flute guitar harp harpsichord piano sitar strings synth violin"
    assert set(names.split()) <= set(rules)
    assert all(key.startswith("msd:") for key in rules["guitar"])
    assert rules["guitar"]["msd:guitar"] == (0.4, 1.0)
    assert rules["flute"]["msd:metal"] == (0.0, 0.05)


def test_tags_are_named_with_their_vocabulary() -> None:
    assert len(TAGS) == len(VOCABULARIES) == len(KEYS) == 100
    assert len(set(zip(TAGS, VOCABULARIES, strict=True))) == 100
