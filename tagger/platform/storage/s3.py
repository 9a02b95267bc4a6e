"""Uploads in an S3-compatible store (django-storages): private, read in ranges, never by address.

Bytes go through the web server, so that who may have them is asked each time, and a page needs
to reach no other host than its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

from .in_place import is_in_place
from .local import BinaryFile, InPlace, StorageError

# Other makers' stores know the checksums of newer Amazon clients not all: only where they must be.
CLIENT = Config(
    signature_version="s3v4",
    s3={"addressing_style": "path"},
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
    connect_timeout=5,
    read_timeout=60,
    retries={"mode": "standard", "max_attempts": 4},
)


class StoredObject(BinaryFile):
    """An object as a file to read from: nothing is fetched before it is read, and then in order.

    A range of a long recording costs that range, not the recording.
    """

    def __init__(self, stored: Any, name: str) -> None:
        super().__init__(None, name)
        self.stored = stored
        self.position = 0
        self.body: Any = None

    @property
    def size(self) -> int:
        return int(self.stored.content_length)

    @property
    def closed(self) -> bool:
        return False

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self.position, os.SEEK_END: self.size}[whence]
        if start + offset != self.position:
            self._let_go()
        self.position = start + offset
        return self.position

    def read(self, size: int = -1) -> bytes:
        if self.position >= self.size:
            return b""
        if self.body is None:
            self.body = self.stored.get(Range=f"bytes={self.position}-")["Body"]
        read: bytes = self.body.read(None if size < 0 else size)
        self.position += len(read)
        return read

    def readinto(self, buffer: memoryview) -> int:
        read = self.read(len(buffer))
        buffer[: len(read)] = read
        return len(read)

    def close(self) -> None:
        self._let_go()

    def _let_go(self) -> None:
        if self.body is not None:
            self.body.close()
            self.body = None


class ObjectStorage(InPlace, S3Storage):
    def get_default_settings(self) -> dict[str, Any]:
        settings: dict[str, Any] = super().get_default_settings()
        return settings | {"client_config": CLIENT, "default_acl": None}

    def need_answer(self) -> None:
        """Raises StorageError when the bucket cannot be asked."""
        try:
            self.exists("ready")
        except (BotoCoreError, ClientError) as error:
            raise StorageError(f"The bucket {self.bucket_name} cannot be used: {error}") from error

    def objects_in(self, folder: str) -> Iterator[tuple[str, datetime]]:
        """Names and times of the objects below a folder, a thousand to a request."""
        top = self._normalize_name("")
        for stored in self.bucket.objects.filter(Prefix=self._normalize_name(f"{folder}/")):
            yield stored.key.removeprefix(top), stored.last_modified

    def _open(self, name: str, mode: str = "rb") -> Any:
        if is_in_place(name):
            return super()._open(name, mode)
        stored = self.bucket.Object(self._normalize_name(name))
        try:
            stored.load()
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.NOT_FOUND:
                raise FileNotFoundError(f"The store has no object {name}.") from error
            raise
        return StoredObject(stored, name)
