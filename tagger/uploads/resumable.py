"""Files that arrive in parts over a connection that may drop: begun, gone on with, finished, ended.

The row's offset is the truth: it moves once the bytes are surely on the disk, and reaches the
length together with the track. What a crash leaves beyond it is written over.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from tagger.libraries.members import Role, need
from tagger.models import Job, Library, ResumableUpload, User
from tagger.models.resumable_upload import parts_folder
from tagger.platform.db import return_connection

from .ingest import IngestError, SenderMetadata, clean_name, empty, ingest, no_room, too_large
from .quota import QuotaExceeded, refuse_beyond_quota

# An upload interrupted on Friday evening goes on on Sunday.
LIFETIME = timedelta(days=2)
# A folder dropped at once; each may hold a file of the largest size on the disk.
MOST_OPEN = 100
ALGORITHMS = ("sha1", "sha256")


class UploadError(Exception):
    """This part is not taken. `code` is stable; the message is for the client."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


@dataclass(frozen=True)
class Checksum:
    algorithm: str
    digest: bytes


def begin(
    owner: User, library: Library, length: int, file_name: str, metadata: SenderMetadata
) -> ResumableUpload:
    """Raises IngestError for a length that could never be taken, UploadError for one too many."""
    if length == 0:
        raise empty()
    if length > settings.MAX_UPLOAD_BYTES:
        raise too_large(length)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)
        begun = unfinished(owner)
        if begun.count() >= MOST_OPEN:
            raise UploadError("upload-limit", f"{MOST_OPEN} uploads are unfinished already.")
        try:
            refuse_beyond_quota(owner, length, begun.aggregate(sum=Sum("length"))["sum"] or 0)
        except QuotaExceeded as error:
            raise no_room(error) from error
        upload = ResumableUpload.objects.create(
            owner=owner,
            library=library,
            length=length,
            file_name=clean_name(file_name),
            words=asdict(metadata),
            expires_at=timezone.now() + LIFETIME,
        )
        upload.path.parent.mkdir(parents=True, exist_ok=True)
        upload.path.touch(exist_ok=False)
    return upload


def unfinished(owner: User) -> QuerySet[ResumableUpload]:
    return ResumableUpload.objects.filter(owner=owner, track=None, expires_at__gt=timezone.now())


def append(
    upload: ResumableUpload,
    offset: int,
    chunks: Iterable[bytes],
    *,
    trigger: Job.Trigger,
    checksum: Checksum | None = None,
) -> None:
    """Write a part; with the last one the file becomes a track. The upload is brought up to date.

    A part that ends early is kept as far as it came, unless it has a checksum. Raises UploadError,
    IngestError (then nothing of the file stays), RoleError where the person may not add to the
    library any more, and ResumableUpload.DoesNotExist.
    """
    need(upload.owner, upload.library, Role.EDITOR)
    with _locked(upload):
        upload.refresh_from_db()
        if offset != upload.offset:
            raise UploadError("upload-offset", f"The upload stands at {upload.offset}.")
        if not upload.is_complete:
            return_connection()
            arrived = _written(upload, chunks, checksum)
            if arrived == upload.length:
                _finish(upload, trigger)
            _move_on(upload, arrived)


def terminate(upload: ResumableUpload) -> None:
    """The row first: a file without one is swept up, a row without a file would promise bytes."""
    path = upload.path
    upload.delete()
    _remove(path)


def forget_expired() -> int:
    """What nobody has gone on with, and files whose row has gone."""
    expired = list(ResumableUpload.objects.filter(expires_at__lt=timezone.now()))
    for upload in expired:
        terminate(upload)
    return len(expired) + _sweep()


@contextmanager
def _locked(upload: ResumableUpload) -> Iterator[None]:
    """One request at a time; a process that dies lets go by that."""
    with _lock_file(upload.path).open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UploadError("upload-locked", "Another request holds this upload.") from None
        yield


def _lock_file(path: Path) -> Path:
    return path.with_suffix(".lock")


def _part(upload: ResumableUpload) -> BinaryIO:
    """Gone only when its process died between the making of the track and our note of it."""
    try:
        return upload.path.open("r+b")
    except FileNotFoundError:
        terminate(upload)
        raise ResumableUpload.DoesNotExist from None


def _written(upload: ResumableUpload, chunks: Iterable[bytes], checksum: Checksum | None) -> int:
    """The offset behind what has surely arrived."""
    with _part(upload) as part:
        arrived = _copied(part, upload, chunks, checksum)
        part.flush()
        os.fsync(part.fileno())
    return arrived


def _copied(
    part: BinaryIO, upload: ResumableUpload, chunks: Iterable[bytes], checksum: Checksum | None
) -> int:
    part.seek(upload.offset)
    part.truncate()
    digest = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
    arrived = upload.offset
    for chunk in chunks:
        arrived += len(chunk)
        if arrived > upload.length:
            raise UploadError("too-large", f"The upload was begun with {upload.length} bytes.")
        part.write(chunk)
        if digest:
            digest.update(chunk)
    if checksum and digest and digest.digest() != checksum.digest:
        raise UploadError("checksum-mismatch", "The part has another checksum.")
    return arrived


def _finish(upload: ResumableUpload, trigger: Job.Trigger) -> None:
    try:
        taken = ingest(
            upload.path,
            upload.file_name,
            library=upload.library,
            by=upload.owner,
            trigger=trigger,
            metadata=SenderMetadata(**upload.words),
        )
    except IngestError:
        terminate(upload)
        raise
    upload.track, upload.duplicate, upload.restored = taken.track, taken.duplicate, taken.restored


def _move_on(upload: ResumableUpload, offset: int) -> None:
    upload.offset, upload.expires_at = offset, timezone.now() + LIFETIME
    moved = ResumableUpload.objects.filter(pk=upload.pk).update(
        offset=upload.offset,
        expires_at=upload.expires_at,
        track=upload.track,
        duplicate=upload.duplicate,
        restored=upload.restored,
    )
    if not moved:
        raise ResumableUpload.DoesNotExist
    if upload.is_complete:
        _remove(upload.path)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    _lock_file(path).unlink(missing_ok=True)


def _sweep() -> int:
    folder = parts_folder()
    if not folder.is_dir():
        return 0
    before = (timezone.now() - LIFETIME).timestamp()
    old = [path for path in folder.iterdir() if path.stat().st_mtime < before]
    known = {pk.hex for pk in ResumableUpload.objects.values_list("pk", flat=True)} if old else ()
    orphans = [path for path in old if path.stem not in known]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)
