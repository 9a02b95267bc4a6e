"""The cover of a recording: found, decoded, made small. Runs in the sandboxed decoder.

FFmpeg finds the picture inside of each container (ID3's APIC, FLAC's PICTURE, MP4's covr, …),
Pillow decodes and resizes it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream
from PIL import Image, ImageOps, UnidentifiedImageError

from ml.audio.open import AudioFile
from ml.audio.types import AudioError, damaged

from .container import open_audio

# What covers are in; Pillow's other readers are never asked.
READABLE = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
# Bytes and pixels: a scan of a record's sleeve at 600 dpi (7,200 × 7,200) is read, and fits into
# the memory that a decoder has.
MAX_BYTES, MAX_PIXELS = 32 * 2**20, 60_000_000
# WebP's scale of 0 to 100: no difference is seen at these sizes, at a third of PNG's bytes.
_QUALITY = 80
_FRONT = "front"


def warm_up() -> None:
    """Codecs look for what they need when they are first used, which the sandbox refuses."""
    source = io.BytesIO()
    for picture_format in ("PNG", "JPEG"):
        source = io.BytesIO()
        Image.new("RGB", (8, 8)).save(source, picture_format)
        resized(source.getvalue(), [4])


def embedded_picture(file: AudioFile) -> bytes | None:
    """The encoded picture inside of the file: the front cover, else the first there is.

    Raises AudioError where the file is not audio.
    """
    with open_audio(file) as (container, _):
        pictures = [stream for stream in container.streams.video if _is_attached(stream)]
        pictures.sort(key=lambda stream: _FRONT not in stream.metadata.get("comment", "").lower())
        return next(filter(None, (_packet(container, stream) for stream in pictures)), None)


def _is_attached(stream: VideoStream) -> bool:
    return bool(stream.disposition & Disposition.attached_pic)


def _packet(container: InputContainer, stream: VideoStream) -> bytes | None:
    """Attached pictures come before the sound: nothing further is read for them."""
    try:
        packet = next(container.demux(stream), None)
    except (av.FFmpegError, OSError):
        return None
    if packet is None or not 0 < packet.size <= MAX_BYTES:
        return None
    return bytes(packet)


def picture_file(file: AudioFile) -> bytes:
    """A file that is a picture itself. Raises AudioError for one too large."""
    file.seek(0)
    content = file.read(MAX_BYTES + 1) or b""
    if len(content) > MAX_BYTES:
        raise damaged("its picture is larger than covers are")
    return content


def resized(source: bytes, edges: Sequence[int]) -> list[bytes]:
    """WebP of the picture, within a square of each edge (pixels), largest first.

    Raises AudioError ("damaged") for what is no picture, or one of too many pixels.
    """
    try:
        picture = _decoded(source, max(edges))
        return [_encoded(picture, edge) for edge in edges]
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        if isinstance(error, AudioError):
            raise
        raise damaged("its picture cannot be decoded") from error


def _decoded(source: bytes, edge: int) -> Image.Image:
    picture = Image.open(io.BytesIO(source), formats=READABLE)
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise damaged("its picture has more pixels than covers have")
    # JPEG can be decoded at an eighth of its size: the scan of a sleeve costs no more than a cover.
    picture.draft("RGB", (2 * edge, 2 * edge))
    upright = ImageOps.exif_transpose(picture)
    if "A" in upright.getbands() or "transparency" in upright.info:
        layered = upright.convert("RGBA")
        background = Image.new("RGBA", layered.size, "white")
        upright = Image.alpha_composite(background, layered)
    return upright.convert("RGB")


def _encoded(picture: Image.Image, edge: int) -> bytes:
    small = picture.copy()
    small.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    target = io.BytesIO()
    small.save(target, "WEBP", quality=_QUALITY, method=4)
    return target.getvalue()
