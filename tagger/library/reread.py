"""The words of files that say Latin-1 and mean another code page: read again, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from ml.audio import AudioError, DecoderLost, Metadata, read_metadata_as
from tagger.models import Job, Track
from tagger.platform.storage.local import on_this_machine

from .tracks import held

AS_DECLARED = ""
MISSING = "The stored file is missing. Ask an admin to restore it."
WORDS = ("title", "artist", "album", "album_artist", "genre")


class CodePage(TextChoices):
    CYRILLIC = "cp1251", _("Cyrillic (Windows)")
    KOI8 = "koi8-r", _("Cyrillic (KOI8-R)")
    CENTRAL_EUROPEAN = "cp1250", _("Central European")
    GREEK = "cp1253", _("Greek")
    TURKISH = "cp1254", _("Turkish")
    HEBREW = "cp1255", _("Hebrew")
    ARABIC = "cp1256", _("Arabic")
    JAPANESE = "cp932", _("Japanese (Shift JIS)")
    SIMPLIFIED_CHINESE = "gbk", _("Chinese, simplified (GBK)")
    TRADITIONAL_CHINESE = "big5", _("Chinese, traditional (Big5)")
    KOREAN = "euc-kr", _("Korean")


class UnreadableError(Exception):
    """The words of this track cannot be read again; the message says why."""


@dataclass(frozen=True)
class Sample:
    """What a track would be called."""

    track: Track
    title: str
    artist: str
    album: str


def reread(track: Track, code_page: str, job: Job) -> bool:
    """Whether that changes a word. Those that a person has written stay.

    Raises UnreadableError, and Track.DoesNotExist.
    """
    said, meant = _read(track, (AS_DECLARED, code_page))
    return _replace(track, said, meant, job)


def reread_as_declared(track: Track, code_page: str) -> bool:
    """Undoes `reread`. What a person has written since stays."""
    said, meant = _read(track, (AS_DECLARED, code_page))
    return _replace(track, meant, said, None)


def samples(tracks: Sequence[Track], code_pages: Sequence[str]) -> dict[str, list[Sample]]:
    """By code page, what these tracks would be called. Files that cannot be read say nothing."""
    found: dict[str, list[Sample]] = {code_page: [] for code_page in code_pages}
    for track in tracks:
        try:
            said, *meant = _read(track, (AS_DECLARED, *code_pages))
        except UnreadableError:
            continue
        for code_page, metadata in zip(code_pages, meant, strict=True):
            words = {name: getattr(track, name) for name in ("title", "artist", "album")}
            changed = {
                name: word
                for name, word in _changed(track, said, metadata).items()
                if name in words
            }
            found[code_page].append(Sample(track, **words | changed))
    return found


def _read(track: Track, code_pages: Sequence[str]) -> list[Metadata]:
    try:
        with on_this_machine(track.file) as path:
            return read_metadata_as(path, code_pages)
    except FileNotFoundError as error:
        raise UnreadableError(MISSING) from error
    except AudioError as error:
        raise UnreadableError(MISSING if error.code == "missing" else str(error)) from error
    except DecoderLost as error:
        raise UnreadableError(str(error)) from error


def _replace(track: Track, before: Metadata, after: Metadata, job: Job | None) -> bool:
    with held(track):
        current = Track.objects.get(pk=track.pk)
        changed = _changed(current, before, after)
        for name, word in changed.items():
            setattr(current, name, word)
        if changed:
            current.reread_by = job
            current.save(update_fields=[*changed, "reread_by", "updated_at"])
    return bool(changed)


def _changed(track: Track, before: Metadata, after: Metadata) -> dict[str, str]:
    """The words that are still as they were read before, and are read otherwise now."""
    words = {name: (_cut(before, name), _cut(after, name)) for name in WORDS}
    return {
        name: now
        for name, (then, now) in words.items()
        if then != now and getattr(track, name) == then
    }


def _cut(metadata: Metadata, name: str) -> str:
    """As much as a row holds."""
    return str(getattr(metadata, name))[:255]
