"""A folder in MagnaTagATune's layout: read, split, fetched, verified and prepared."""

from __future__ import annotations

import csv
import io
import os
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from ml.audio.reading import SAMPLE_RATE, SEGMENT_SAMPLES
from ml.data.magnatagatune.annotations import DatasetError, most_frequent, read_annotations
from ml.data.magnatagatune.fetch import PARTS, fetch
from ml.data.magnatagatune.prepare import prepare
from ml.data.magnatagatune.protocols import members, split_of
from ml.data.magnatagatune.split import files, open_split
from ml.data.magnatagatune.verify import verify
from ml.evaluation.robustness import encode_mp3

STANDIN = Path(
    os.environ.get("TONEMARK_STANDIN", Path(__file__).parents[4] / "shared/data/standin")
)
CLIPS = {
    "1": ("0/one.mp3", {"rock", "loud"}),
    "2": ("b/two.mp3", {"rock"}),
    "3": ("c/three.mp3", {"rock", "rare"}),
    "4": ("d/four.mp3", {"loud"}),
    "5": ("f/five.mp3", set()),
}
TAGS = ["loud", "rare", "rock"]


def write_folder(folder: Path) -> Path:
    """The miniature: five clips of three seconds, three tags, one clip without any."""
    rows = [["clip_id", *TAGS, "mp3_path"]]
    for k, (clip_id, (path, present)) in enumerate(CLIPS.items()):
        rows.append([clip_id, *("1" if tag in present else "0" for tag in TAGS), path])
        (folder / "mp3" / path).parent.mkdir(parents=True)
        (folder / "mp3" / path).write_bytes(tone(200.0 * (k + 1)))
    with (folder / "annotations_final.csv").open("w", newline="") as stream:
        csv.writer(stream, delimiter="\t", quoting=csv.QUOTE_ALL).writerows(rows)
    return folder


def tone(hertz: float) -> bytes:
    time = np.arange(3 * 44_100) / 44_100
    return encode_mp3((0.3 * np.sin(2 * np.pi * hertz * time)).astype(np.float32), 64_000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "data")


def test_the_top_tags_are_the_most_frequent_in_their_own_order(folder: Path) -> None:
    annotations = read_annotations(folder, top=2)
    assert annotations.tags == ["loud", "rock"]
    assert annotations.hard.tolist() == [[1, 1], [0, 1], [0, 1], [1, 0], [0, 0]]


def test_of_tags_as_frequent_the_earlier_column_is_kept() -> None:
    matrix = np.array([[1, 1, 1], [0, 1, 0]], dtype=np.uint8)
    assert most_frequent(matrix, 2) == [0, 1]


def test_protocol_a_leaves_out_untagged_clips_and_b_keeps_them(folder: Path) -> None:
    annotations = read_annotations(folder)
    assert len(members(annotations, "test", "A")) == 1
    assert len(members(annotations, "test", "B")) == 2
    assert len(members(annotations, "train", "A")) == 2


def test_a_clip_outside_of_the_sixteen_folders_is_refused() -> None:
    assert split_of("b/x.mp3") == "train"
    with pytest.raises(DatasetError, match="none of the folders"):
        split_of("g/x.mp3")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["", "\r\n"])
def test_a_table_that_a_spreadsheet_has_saved_is_read(
    folder: Path, encoding: str, end: str
) -> None:
    table = folder / "annotations_final.csv"
    before = read_annotations(folder)
    table.write_text(table.read_text() + end, encoding=encoding, newline="")
    saved = read_annotations(folder)
    assert (saved.tags, saved.clip_ids, saved.paths) == (before.tags, before.clip_ids, before.paths)
    assert (saved.hard == before.hard).all()


@pytest.mark.parametrize("said", ["x", "300", "-1", "", "0.5"])
def test_a_table_that_says_neither_yes_nor_no_of_a_tag_is_refused(
    tmp_path: Path, said: str
) -> None:
    table = f"clip_id\trock\tmp3_path\n1\t{said}\t0/a.mp3\n"
    (tmp_path / "annotations_final.csv").write_text(table)
    with pytest.raises(DatasetError, match="0 or 1"):
        read_annotations(tmp_path)


@pytest.mark.parametrize("text", ["", "clip\trock\tpath\n", '"clip_id"\t"rock"\t"mp3_path"\n1\t0'])
def test_a_table_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "annotations_final.csv").write_text(text)
    with pytest.raises(DatasetError):
        read_annotations(tmp_path)


def test_a_whole_folder_verifies_and_a_flawed_one_names_its_flaws(folder: Path) -> None:
    assert verify(folder).whole
    (folder / "mp3/0/one.mp3").unlink()
    (folder / "mp3/b/two.mp3").write_bytes(b"no sound")
    found = verify(folder)
    assert found.missing == ["0/one.mp3"]
    assert list(found.unreadable) == ["b/two.mp3"]
    assert found.counts["B"] == {"train": 2, "validation": 1, "test": 2}


def test_preparing_decodes_every_clip_and_reports_the_unreadable(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "mp3/b/two.mp3").write_bytes(b"no sound")
    out = tmp_path / "out"
    assert prepare(folder, out, workers=1)["train"] == ["b/two.mp3"]
    split = open_split(out, "train")
    assert split.paths == ["0/one.mp3"]
    assert split.unreadable == 1
    sound = split.segments(0)
    assert sound.shape == (1, SEGMENT_SAMPLES)
    spectrum = np.abs(np.fft.rfft(sound[0]))
    assert spectrum.argmax() * SAMPLE_RATE / SEGMENT_SAMPLES == pytest.approx(200, abs=1)


def test_an_interrupted_preparation_goes_on_and_decodes_nothing_twice(
    folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    prepare(folder, out, workers=1)
    lengths = np.load(files(out, "train")[1], mmap_mode="r+")
    lengths[1] = 0
    lengths.flush()
    with pytest.raises(DatasetError, match="only partly"):
        open_split(out, "train")
    (folder / "mp3/0/one.mp3").unlink()
    assert prepare(folder, out, workers=1)["train"] == []
    assert len(open_split(out, "train")) == 2


def test_a_folder_prepared_from_other_clips_is_refused(folder: Path, tmp_path: Path) -> None:
    prepare(folder, tmp_path / "out", workers=1)
    table = folder / "annotations_final.csv"
    table.write_text(table.read_text().replace("0/one", "0/uno"))
    with pytest.raises(DatasetError, match="other clips"):
        prepare(folder, tmp_path / "out", workers=1)


class Mirror(BaseHTTPRequestHandler):
    """Serves `files` with ranges; cuts the answer named by `cut` short once."""

    files: dict[str, bytes] = {}
    cut: str | None = None
    ranges: list[str] = []
    tells_length = True

    def do_GET(self) -> None:
        content = self.files.get(self.path.rpartition("/")[2])
        if content is None:
            self.send_error(404)
            return
        first = int((self.headers.get("Range") or "bytes=0-")[6:-1])
        if first:
            self.ranges.append(self.path)
        self.send_response(206 if first else 200)
        if self.tells_length:
            self.send_header("Content-Length", str(len(content) - first))
        self.end_headers()
        if self.path.endswith(str(self.cut)):
            type(self).cut = None
            self.wfile.write(content[first : first + 100])
            return
        self.wfile.write(content[first:])

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def mirror(folder: Path) -> Iterator[str]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, _ in CLIPS.values():
            archive.write(folder / "mp3" / path, path)
    size = len(packed.getvalue()) // 3 + 1
    Mirror.files = {
        name: packed.getvalue()[k * size : (k + 1) * size] for k, name in enumerate(PARTS)
    }
    Mirror.files["annotations_final.csv"] = (folder / "annotations_final.csv").read_bytes()
    Mirror.cut, Mirror.ranges, Mirror.tells_length = None, [], True
    server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/data"
    server.shutdown()
    server.server_close()


def test_fetching_joins_the_parts_and_unpacks_every_clip(mirror: str, tmp_path: Path) -> None:
    fetch(tmp_path / "new", source=mirror)
    assert verify(tmp_path / "new").whole


def test_a_download_cut_short_goes_on_from_where_it_stopped(mirror: str, tmp_path: Path) -> None:
    Mirror.cut = PARTS[1]
    with pytest.raises(DatasetError, match="run it again"):
        fetch(tmp_path / "new", source=mirror)
    fetch(tmp_path / "new", source=mirror)
    assert Mirror.ranges == [f"/data/{PARTS[1]}"]
    assert verify(tmp_path / "new").whole


def test_a_server_that_does_not_say_how_long_a_file_is_will_do(mirror: str, tmp_path: Path) -> None:
    Mirror.tells_length = False
    fetch(tmp_path / "new", source=mirror)
    assert verify(tmp_path / "new").whole


def test_a_web_page_in_a_files_place_is_refused_and_recovered_from(
    mirror: str, tmp_path: Path
) -> None:
    whole = Mirror.files[PARTS[1]]
    Mirror.files[PARTS[1]] = b"<!DOCTYPE html><title>Moved</title>" + b" " * len(whole)
    with pytest.raises(DatasetError, match="answers with a web page"):
        fetch(tmp_path / "new", source=mirror)
    # As an earlier version of this program stored it.
    (tmp_path / "new" / PARTS[1]).write_bytes(Mirror.files[PARTS[1]])
    (tmp_path / "new" / f"{PARTS[2]}.part").write_bytes(b"<html>")
    Mirror.files[PARTS[1]] = whole
    fetch(tmp_path / "new", source=mirror)
    assert verify(tmp_path / "new").whole


@pytest.mark.parametrize(
    "harm",
    [
        lambda content: content[:-500],
        # As long as before: a block that a disk gives back as zeros.
        lambda content: content[:100] + bytes(50) + content[150:],
    ],
)
def test_a_part_that_has_changed_since_is_fetched_again(
    mirror: str, tmp_path: Path, harm: Callable[[bytes], bytes]
) -> None:
    missing = Mirror.files.pop(PARTS[2])
    with pytest.raises(DatasetError, match="404"):
        fetch(tmp_path / "new", source=mirror)
    part = tmp_path / "new" / PARTS[1]
    part.write_bytes(harm(part.read_bytes()))
    Mirror.files[PARTS[2]] = missing
    fetch(tmp_path / "new", source=mirror)
    assert verify(tmp_path / "new").whole


def test_a_middle_part_that_came_cut_off_is_said(mirror: str, tmp_path: Path) -> None:
    Mirror.files[PARTS[1]] = Mirror.files[PARTS[1]][: len(Mirror.files[PARTS[1]]) // 2]
    with pytest.raises(DatasetError, match=r"cut off or damaged: .*bytes"):
        fetch(tmp_path / "new", source=mirror)
    assert not list((tmp_path / "new").glob("mp3*/"))


def test_a_clip_cut_off_behind_its_beginning_is_found_when_all_is_decoded(folder: Path) -> None:
    name = next(path for path, _ in CLIPS.values())
    file = folder / "mp3" / name
    content = file.read_bytes()
    try:
        file.write_bytes(content[: len(content) // 2])
        assert verify(folder).whole
        assert list(verify(folder, deep=True).unreadable) == [name]
    finally:
        file.write_bytes(content)


def test_a_mirror_without_the_files_is_named(mirror: str, tmp_path: Path) -> None:
    del Mirror.files[PARTS[2]]
    with pytest.raises(DatasetError, match="404"):
        fetch(tmp_path / "new", source=mirror)


def test_damaged_parts_are_refused_and_leave_no_half_unpacked_clips(
    mirror: str, tmp_path: Path
) -> None:
    Mirror.files[PARTS[2]] = b"x" * len(Mirror.files[PARTS[2]])
    with pytest.raises(DatasetError, match="no valid zip"):
        fetch(tmp_path / "new", source=mirror)
    assert not (tmp_path / "new" / "mp3").exists()


@pytest.mark.skipif(not STANDIN.is_dir(), reason="the stand-in data set is not here")
def test_the_stand_in_has_the_counts_its_description_names() -> None:
    annotations = read_annotations(STANDIN)
    counts = {split: len(members(annotations, split, "A")) for split in ("train", "validation")}
    assert counts == {"train": 1247, "validation": 172}
    assert annotations.soft is not None
    assert annotations.soft.shape == (1760, 10, 50)
    assert annotations.kinds.count("rendered") == 214
