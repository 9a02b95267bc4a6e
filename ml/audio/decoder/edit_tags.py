"""Single fields of an opened file's metadata, read and replaced. Runs in the sandboxed decoder.

Everything else that the file says stays as its bytes are. ID3 is therefore taken apart and joined
frame by frame (mutagen would write another version of it); of Vorbis comments and MP4 atoms, which
mutagen writes, what was not to change is compared afterwards, and a difference is a refusal: the
file is a copy, which is thrown away.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import mutagen
from mutagen.flac import FLAC, VCFLACDict
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4, Atoms, MP4FreeForm
from mutagen.oggflac import OggFLAC
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis

from ml.audio.formats import taggable
from ml.audio.open import AudioFile
from ml.audio.types import AudioError
from ml.audio.write_tags import NO_PLACE, Field

from . import id3_frames
from .read_tags import name_by_content
from .write_tags import refusal

Fields = dict[str, list[str]]

COMMENTS = {
    Field.GENRE: "GENRE",
    Field.MOOD: "MOOD",
    Field.GROUPING: "GROUPING",
    Field.COMMENT: "COMMENT",
    Field.TONEMARK: "TONEMARK_TAGS",
    Field.BPM: "BPM",
    Field.KEY: "INITIALKEY",
}
_FREE = "----:com.apple.iTunes:"
ATOMS = {
    Field.GENRE: "\xa9gen",
    Field.MOOD: f"{_FREE}MOOD",
    Field.GROUPING: "\xa9grp",
    Field.COMMENT: "\xa9cmt",
    Field.TONEMARK: f"{_FREE}TONEMARK_TAGS",
    Field.BPM: "tmpo",
    Field.KEY: f"{_FREE}initialkey",
}


def read_fields(file: AudioFile) -> Fields:
    """The values of each field that this program writes. Raises AudioError (NO_PLACE, …)."""
    return _edit(file, {})


def edit_fields(file: AudioFile, changes: Fields) -> Fields:
    """Replace these fields (no value: remove) and answer what they were before."""
    return _edit(file, changes)


def _edit(file: AudioFile, changes: Fields) -> Fields:
    raw = io.FileIO(file.fileno(), "r+" if changes else "r", closefd=False)
    raw.name = name_by_content(file)
    opened: Any = io.BufferedRandom(raw) if changes else io.BufferedReader(raw)
    try:
        before = _system(opened)(opened, changes)
        if changes:
            opened.flush()
        return before
    except (mutagen.MutagenError, OSError) as error:
        raise refusal(error) from error


def _system(opened: Any) -> Callable[[Any, Fields], Fields]:
    opened.seek(0)
    file = mutagen.File(opened)
    if isinstance(file, MP3):
        return id3_frames.edit
    if isinstance(file, (FLAC, OggVorbis, OggOpus, OggFLAC)):
        return _comments
    if isinstance(file, MP4):
        return _atoms
    raise AudioError(NO_PLACE, f"Tags are written into {taggable()} files only.")


def _comments(opened: Any, changes: Fields) -> Fields:
    return _replaced(opened, changes, COMMENTS, _set_comment, _other_comments)


def _atoms(opened: Any, changes: Fields) -> Fields:
    return _replaced(opened, changes, ATOMS, _set_atom, _other_atoms)


def _replaced(
    opened: Any,
    changes: Fields,
    names: Mapping[Field, str],
    put: Callable[[Any, Field, list[str]], None],
    others: Callable[[Any, Fields], Any],
) -> Fields:
    """By mutagen. `put` changes one field of its tags; `others` is all that is not to change."""
    file, kept = _opened(opened), others(opened, changes)
    if file.tags is None:
        file.add_tags()
    before = {field.value: _strings(file.tags.get(name, [])) for field, name in names.items()}
    if changes:
        for field, values in changes.items():
            put(file.tags, Field(field), values)
        opened.seek(0)
        file.save(opened)
        if others(opened, changes) != kept:
            raise id3_frames.unusual()
    return before


def _set_comment(tags: Any, field: Field, values: list[str]) -> None:
    name = COMMENTS[field]
    if values:
        tags[name] = values
    elif name in tags:
        del tags[name]


def _other_comments(opened: Any, changes: Fields) -> Any:
    """Vendor, comments and blocks that are not to change. Raises AudioError where reading them has
    lost something: bytes that are no text."""
    names = {COMMENTS[Field(field)] for field in changes}
    file = _opened(opened)
    pairs = [(key, value) for key, value in file.tags or () if key.upper() not in names]
    if any("\ufffd" in text for pair in pairs for text in pair):
        raise id3_frames.unusual()
    blocks = [
        (block.code, block.write())
        for block in getattr(file, "metadata_blocks", ())
        if not isinstance(block, (VCFLACDict, mutagen.flac.Padding))
    ]
    return sorted(pairs), getattr(file.tags, "vendor", ""), blocks


def _set_atom(tags: Any, field: Field, values: list[str]) -> None:
    name = ATOMS[field]
    tags.pop(name, None)
    if not values:
        return
    if field is Field.BPM:
        tags[name] = [round(float(value)) for value in values]
    elif name.startswith("----"):
        tags[name] = [MP4FreeForm(value.encode()) for value in values]
    else:
        tags[name] = values


def _other_atoms(opened: Any, changes: Fields) -> list[bytes]:
    """Each atom of the list of metadata that is not to change, as its bytes are."""
    names = {ATOMS[Field(field)].encode("latin-1") for field in changes}
    opened.seek(0)
    try:
        listed = Atoms(opened)[b"moov", b"udta", b"meta", b"ilst"].children or []
    except KeyError:
        return []
    found = []
    for atom in listed:
        opened.seek(atom.offset)
        content = opened.read(atom.length)
        if (_free_name(content) if atom.name == b"----" else atom.name) not in names:
            found.append(content)
    return sorted(found)


def _free_name(content: bytes) -> bytes:
    """Of an atom that names itself: behind its head a `mean` and a `name`, each with flags."""
    texts, at = [], 8
    for _ in range(2):
        (size,) = struct.unpack_from(">I", content, at)
        texts.append(content[at + 12 : at + size])
        at += max(size, 8)
    return b"----:" + b":".join(texts)


def _opened(opened: Any) -> Any:
    opened.seek(0)
    return mutagen.File(opened)


def _strings(values: Sequence[Any]) -> list[str]:
    return [
        value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        for value in values
    ]
