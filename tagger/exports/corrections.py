"""What people have said of tags as a data set in MagnaTagATune's form, streamed as a zip."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath

from ml.config import LABEL_NAMES
from tagger.feedback.labelled_tracks import LabelledTrack, labelled_tracks
from tagger.models import Library, Tag, Track
from tagger.tags.effective import active_model

from .zip_stream import Entry, zip_stream

# A zip is sent while it is made: a megabyte at a time in memory, however large the files.
CHUNK = 2**20
README = """\
Corrections exported from Tonemark, in the form of MagnaTagATune.

annotations_final.csv  tab-separated: clip_id, one column a tag, mp3_path. 1: a person says that
                       the track has the tag; 0: a person says that it has not, or nobody spoke.
mask.csv               the same rows and columns. 1: a person has spoken; 0: nobody has.
mp3/                   the files as they were uploaded, in 16 folders by the first hexadecimal
                       digit of the sound's SHA-256. Folders 0 to b are for training, c for
                       validation, d to f for testing, as in MagnaTagATune.

Check it with:  python -m ml magnatagatune verify FOLDER

The recordings are those of the library it came from; their rights are unchanged.
"""


def corrections(library: Library) -> Iterator[bytes] | None:
    """The zip in pieces; None where no tag of any stored track has a verdict."""
    labels = _labels()
    storage = Track._meta.get_field("file").storage
    labelled = [row for row in labelled_tracks(labels, of=library) if storage.exists(row.file)]
    if not labelled:
        return None
    return zip_stream(_entries(labelled, labels))


def _labels() -> list[str]:
    """What the active model scores, and what people have added."""
    model = active_model()
    known = list(model.labels if model else LABEL_NAMES)
    own = Tag.objects.filter(custom=True).exclude(name__in=known).order_by("name")
    return known + list(own.values_list("name", flat=True))


def _entries(labelled: list[LabelledTrack], labels: list[str]) -> Iterator[Entry]:
    yield "README.txt", [README.encode()]
    yield "annotations_final.csv", _table(labelled, labels, lambda answer: answer is True)
    yield "mask.csv", _table(labelled, labels, lambda answer: answer is not None)
    for row in labelled:
        yield f"mp3/{_place(row)}", _content(row)


def _table(
    labelled: Iterable[LabelledTrack], labels: list[str], one: Callable[[bool | None], bool]
) -> Iterator[bytes]:
    yield _line(["clip_id", *labels, "mp3_path"])
    for row in labelled:
        marks = [str(int(one(row.answers.get(label)))) for label in labels]
        yield _line([str(row.track_id), *marks, _place(row)])


def _line(cells: list[str]) -> bytes:
    return ("\t".join(cells) + "\n").encode()


def _place(row: LabelledTrack) -> str:
    """By the sound: the same recording is in the same split wherever it is exported."""
    return f"{row.audio_sha256[0]}/{row.track_id}{PurePath(row.file).suffix}"


def _content(row: LabelledTrack) -> Iterator[bytes]:
    with Track._meta.get_field("file").storage.open(row.file, "rb") as content:
        while chunk := content.read(CHUNK):
            yield chunk
