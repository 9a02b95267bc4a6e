"""The operations a decoder can be asked for. Runs in the sandbox."""

from __future__ import annotations

import codecs
import importlib
import io
import pkgutil
from collections.abc import Callable
from dataclasses import asdict
from typing import IO, Any

import av
import mutagen

from ml.audio.decoder.cover import embedded_picture, picture_file, resized, warm_up
from ml.audio.decoder.decode import Pass
from ml.audio.decoder.edit_tags import edit_fields, read_fields
from ml.audio.decoder.facts import digest, facts
from ml.audio.decoder.loudness import loudness
from ml.audio.decoder.read_tags import tags
from ml.audio.decoder.write_tags import write
from ml.audio.open import AudioFile
from ml.audio.types import CODE_PAGES, DecodeLimits, Loudness

from .wire import Kind, write_frame, write_json

_ENCODINGS = (
    "ascii",
    "latin-1",
    "utf-8",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "cp1252",
    *CODE_PAGES,
)


def preload_modules() -> None:
    """In the sandbox no module can be opened any more; these are otherwise loaded when needed."""
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    mutagen.File(io.BytesIO(bytes(128)), easy=True)
    for name in ("Jpeg", "Png", "WebP", "Gif", "Bmp", "Mpo", "Tiff"):
        importlib.import_module(f"PIL.{name}ImagePlugin")
    warm_up()
    for encoding in _ENCODINGS:
        codecs.lookup(encoding)


def examination(file: AudioFile, answer: IO[bytes], edges: list[int], **how: Any) -> Any:
    """NOTEs of the header, of the digest and of the tags; then as `cover`.

    The picture comes last: whatever it does to the decoder, the rest has been said.
    """
    write_json(answer, Kind.NOTE, asdict(facts(file)))
    write_json(answer, Kind.NOTE, digest(file))
    write_json(answer, Kind.NOTE, tags(file, **how))
    answer.flush()
    return cover(file, answer, edges, embedded=True)


def blocks(file: AudioFile, answer: IO[bytes], limits: dict[str, float]) -> Any:
    """A NOTE of the header, then BLOCKs; the result is the damage."""
    sound = Pass(file, DecodeLimits(**limits))
    for index, block in enumerate(sound):
        if index == 0 and sound.info:
            write_json(answer, Kind.NOTE, asdict(sound.info))
        write_frame(answer, Kind.BLOCK, block.tobytes())
    return asdict(sound.damage)


def loudness_of(file: AudioFile, answer: IO[bytes], limits: dict[str, float]) -> Any:
    """NOTEs of the seconds measured; the result is the loudness."""
    for told in loudness(file, DecodeLimits(**limits)):
        if isinstance(told, Loudness):
            return asdict(told)
        write_json(answer, Kind.NOTE, told)
    raise AssertionError("the loudness comes last")


def metadata_as(
    file: AudioFile, answer: IO[bytes], code_pages: list[str], **how: Any
) -> list[dict[str, str]]:
    return [tags(file, code_page=code_page, **how) for code_page in code_pages]


def cover(file: AudioFile, answer: IO[bytes], edges: list[int], embedded: bool) -> Any:
    """A BLOCK for each edge, WebP; the result is their number: 0 where there is no picture."""
    source = embedded_picture(file) if embedded else picture_file(file)
    pictures = resized(source, edges) if source else []
    for picture in pictures:
        write_frame(answer, Kind.BLOCK, picture)
    return len(pictures)


OPERATIONS: dict[str, Callable[..., Any]] = {
    "facts": lambda file, answer: asdict(facts(file)),
    "examination": examination,
    "blocks": blocks,
    "loudness": loudness_of,
    "cover": cover,
    "metadata": lambda file, answer, **how: tags(file, **how),
    "metadata_as": metadata_as,
    "read_fields": lambda file, answer: read_fields(file),
    "edit_fields": lambda file, answer, **how: edit_fields(file, **how),
    "write_metadata": lambda file, answer, **how: write(file, **how),
}
