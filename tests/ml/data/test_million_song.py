"""The Million Song Dataset in the layout its published split has: read, verified, prepared."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ml.__main__ import main
from ml.audio.reading import SEGMENT_SAMPLES
from ml.config.labels import MILLION_SONG
from ml.data.magnatagatune.annotations import DatasetError
from ml.data.magnatagatune.prepare import prepare
from ml.data.magnatagatune.protocols import members
from ml.data.magnatagatune.split import open_split
from ml.data.magnatagatune.verify import verify
from ml.data.million_song.annotations import TRAIN_CLIPS, VECTORS, read_million_song
from ml.data.million_song.pickles import read_pickle
from tests.forked import ml

from .test_magnatagatune import tone

# The names of the published list; the network's have a prefix.
TAGS = [label.name.partition(": ")[2] for label in MILLION_SONG]
# Id: split, number at 7digital, tags.
CLIPS = {
    "TRAAAAA128F0000001": ("train", "8947470", {"rock", "Mellow"}),
    "TRAAAAA128F0000002": ("train", "8947471", {"rock"}),
    "TRAAAAA128F0000003": ("validation", "8947472", {"rock"}),
    "TRAAAAA128F0000004": ("validation", "8947473", {"Mellow"}),
    "TRAAAAA128F0000005": ("test", "8947474", {"Mellow", "happy"}),
    "TRAAAAA128F0000006": ("test", "8947475", {"rock"}),
}


def path_of(number: str) -> str:
    return f"{number[0]}/{number[1]}/{number}.clip.mp3"


def python_2_list(texts: list[str]) -> bytes:
    """As Python 2's cPickle wrote the published lists, protocol 0."""
    lines = [f"S'{text}'\np{k + 2}\na" for k, text in enumerate(texts)]
    return ("(lp1\n" + "".join(lines) + ".").encode("latin1")


def python_2_vectors(vectors: dict[str, np.ndarray]) -> bytes:
    """A dictionary of arrays of doubles `(tags, 1)`, as Python 2's NumPy wrote it."""
    parts = []
    for clip_id, vector in vectors.items():
        raw = repr(vector.astype("<f8").tobytes().decode("latin1"))
        parts.append(
            f"S'{clip_id}'\ncnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR"
            f"(I1\n(I{len(vector)}\nI1\ntcnumpy\ndtype\n(S'f8'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\n"
            f"I0\ntbI00\nS{raw}\ntbs"
        )
    return ("(dp1\n" + "".join(parts) + ".").encode("latin1")


def vector_of(tags: set[str]) -> np.ndarray:
    return np.array([[float(tag in tags)] for tag in TAGS])


def write_split(folder: Path) -> None:
    absent = [f"TRX{k:07d}" for k in range(TRAIN_CLIPS - 2)]
    train, validation, test = (
        [clip_id for clip_id, (split, _, _) in CLIPS.items() if split == name]
        for name in ("train", "validation", "test")
    )
    listed = [train[0], *absent, train[1], *validation]
    (folder / "filtered_list_train.cP").write_bytes(python_2_list(listed))
    (folder / "filtered_list_test.cP").write_bytes(python_2_list([*test, "TRX9999999"]))
    (folder / "50tagList.txt").write_text("\n".join(TAGS) + "\n")
    numbers = {clip_id: number for clip_id, (_, number, _) in CLIPS.items()}
    # By Python 3, with texts; the others are by Python 2.
    (folder / "MSD_id_to_7D_id.pkl").write_bytes(pickle.dumps(numbers, protocol=2))
    paths = {number: path_of(number) for number in numbers.values()}
    (folder / "7D_id_to_path.pkl").write_bytes(pickle.dumps(paths, protocol=2))
    vectors = {clip_id: vector_of(tags) for clip_id, (_, _, tags) in CLIPS.items()}
    (folder / VECTORS).write_bytes(python_2_vectors(vectors))


def preview(folder: Path, clip: int) -> Path:
    number = list(CLIPS.values())[clip][1]
    return folder / "mp3" / path_of(number)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six previews of three seconds, in a list of the published length."""
    folder = tmp_path / "data"
    folder.mkdir()
    write_split(folder)
    for k in range(len(CLIPS)):
        preview(folder, k).parent.mkdir(parents=True, exist_ok=True)
        preview(folder, k).write_bytes(tone(200.0 * (k + 1)))
    return folder


def test_the_published_split_is_read_with_its_tags_and_the_previews_that_are_here(
    folder: Path,
) -> None:
    found = read_million_song(folder)
    assert found.clip_ids == list(CLIPS)
    assert found.splits == [split for split, _, _ in CLIPS.values()]
    assert found.tags == [label.name for label in MILLION_SONG]
    assert [{TAGS[k] for k in np.flatnonzero(row)} for row in found.hard] == [
        tags for _, _, tags in CLIPS.values()
    ]
    preview(folder, 1).unlink()
    assert read_million_song(folder).clip_ids == [clip for k, clip in enumerate(CLIPS) if k != 1]


def test_both_protocols_are_the_same_clips(folder: Path) -> None:
    found = read_million_song(folder)
    for split in ("train", "validation", "test"):
        assert members(found, split, "A").tolist() == members(found, split, "B").tolist()


def test_a_whole_folder_verifies_and_a_flawed_one_names_its_flaws(folder: Path) -> None:
    annotations = read_million_song(folder)
    assert verify(folder, annotations=annotations).whole
    preview(folder, 0).unlink()
    preview(folder, 4).write_bytes(b"no sound")
    found = verify(folder, annotations=annotations)
    assert found.missing == ["8/9/8947470.clip.mp3"]
    assert list(found.unreadable) == ["8/9/8947474.clip.mp3"]
    assert found.counts["A"] == {"train": 2, "validation": 2, "test": 2}


def test_preparing_decodes_every_clip_and_reports_the_unreadable(
    folder: Path, tmp_path: Path
) -> None:
    preview(folder, 4).write_bytes(b"no sound")
    out = tmp_path / "out"
    unreadable = prepare(folder, out, annotations=read_million_song(folder), workers=1)
    assert unreadable == {"train": [], "validation": [], "test": ["8/9/8947474.clip.mp3"]}
    split = open_split(out, "train")
    assert split.paths == ["8/9/8947470.clip.mp3", "8/9/8947471.clip.mp3"]
    assert split.hard[:, split.tags.index("million-song: Mellow")].tolist() == [1, 0]
    assert split.segments(0).shape == (1, SEGMENT_SAMPLES)
    assert np.abs(split.segments(0)).max() > 1000


def test_an_interrupted_preparation_goes_on_and_decodes_nothing_twice(
    folder: Path, tmp_path: Path
) -> None:
    out, annotations = tmp_path / "out", read_million_song(folder)

    def stop(split: str, done: int, total: int) -> None:
        if split == "validation":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(folder, out, annotations=annotations, workers=1, on_progress=stop)
    # What is decoded is not looked at again.
    preview(folder, 0).write_bytes(b"no sound")
    assert prepare(folder, out, annotations=annotations, workers=1)["train"] == []
    assert len(open_split(out, "validation")) == 2


def test_a_folder_prepared_from_fewer_previews_is_refused(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    prepare(folder, out, annotations=read_million_song(folder), workers=1)
    preview(folder, 0).unlink()
    with pytest.raises(DatasetError, match="other clips"):
        prepare(folder, out, annotations=read_million_song(folder), workers=1)


Damage = Callable[[Path], object]


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda to: (to / VECTORS).unlink(), "cannot be read"),
        (lambda to: (to / VECTORS).write_bytes((to / VECTORS).read_bytes()[:900]), "damaged"),
        (lambda to: (to / VECTORS).write_bytes(pickle.dumps({})), "no tags for TRAAAAA128F0000001"),
        (lambda to: (to / "50tagList.txt").write_text("rock\n"), "no 1 tags"),
        (lambda to: (to / "50tagList.txt").write_text("rock\nrock\n"), "no list of tags"),
        (lambda to: (to / "filtered_list_train.cP").write_bytes(python_2_list(["a"])), "201,680"),
        (lambda to: (to / "filtered_list_test.cP").write_bytes(pickle.dumps(3)), "no list"),
        (
            lambda to: (to / "7D_id_to_path.pkl").write_bytes(
                pickle.dumps({"8947470": "../../etc/passwd"})
            ),
            "no path below",
        ),
        (lambda to: (to / "mp3").rename(to / "elsewhere"), "None of the split's previews"),
    ],
)
def test_a_folder_of_another_shape_is_refused_with_what_is_wrong(
    folder: Path, damage: Damage, sentence: str
) -> None:
    damage(folder)
    with pytest.raises(DatasetError, match=sentence):
        read_million_song(folder)


class Caller:
    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("echo called",)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_can_call_nothing(tmp_path: Path, protocol: int) -> None:
    (tmp_path / "x").write_bytes(pickle.dumps([Caller()], protocol=protocol))
    with pytest.raises(DatasetError, match=r"asks for posix\.system"):
        read_pickle(tmp_path / "x")


@pytest.mark.parametrize("protocol", range(5))
def test_what_is_data_is_read_whoever_wrote_it(tmp_path: Path, protocol: int) -> None:
    vectors = {"a": np.array([[0.0], [1.0]]), "b": np.array([1, 0], dtype=np.uint8)}
    (tmp_path / "x").write_bytes(pickle.dumps(vectors, protocol=protocol))
    found = read_pickle(tmp_path / "x")
    assert {name: value.tolist() for name, value in found.items()} == {
        "a": [[0.0], [1.0]],
        "b": [1, 0],
    }


def test_an_array_larger_than_its_values_is_refused(tmp_path: Path) -> None:
    vectors = python_2_vectors({"a": np.zeros((50, 1))}).replace(b"(I50\n", b"(I99999999999\n")
    (tmp_path / "x").write_bytes(vectors)
    with pytest.raises(DatasetError, match="damaged"):
        read_pickle(tmp_path / "x")


@pytest.mark.slow
def test_from_previews_to_a_model_by_the_commands_a_person_types(
    folder: Path, tmp_path: Path
) -> None:
    prepared = ml("million-song", "prepare", folder, tmp_path / "ready", "--workers", 1)
    assert prepared.returncode == 0, prepared.stderr
    assert "train: 2 of 201,680 previews are here." in prepared.stderr
    assert "Figures of a part are not those of the published split." in prepared.stderr
    tiny = ("network.stem_width=4", "network.widths=[4,4,4,8,8,8,8,8,8]", "training.epochs=1")
    settings = [word for one in (*tiny, "training.batch_size=2") for word in ("--set", one)]
    trained = ml("train", "msd", tmp_path / "ready", tmp_path / "run", *settings)
    assert trained.returncode == 0, trained.stderr


def test_a_folder_without_the_split_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["million-song", "prepare", str(tmp_path), str(tmp_path / "ready")]) == 1
    assert "50tagList.txt cannot be read" in capsys.readouterr().err
