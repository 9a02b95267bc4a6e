"""Where the bytes of an upload go while they come in."""

from __future__ import annotations

from contextlib import suppress

from django.core.files.uploadhandler import TemporaryFileUploadHandler


class TidyUploadHandler(TemporaryFileUploadHandler):
    """Django's, but a file that cannot be written to its end is deleted at once.

    Django leaves it to the trace of the error, and on a full disk that holds on to too much.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError:
            # Closing deletes it, after another attempt to write what is still in memory.
            with suppress(OSError):
                self.file.close()
            raise
