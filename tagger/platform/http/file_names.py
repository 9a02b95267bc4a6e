"""The names of uploaded files, as their senders' file systems have them."""

from __future__ import annotations

from django.http.multipartparser import MultiPartParser


def keep_file_names() -> None:
    """For every form that this process takes in, of pages and API alike.

    Django takes away what Python calls unprintable, and with it no-break and ideographic blanks and
    the joiners of emoji and Persian; and it reads `&copy;` as HTML, which no name is. It has no
    setting for that, and its parser cannot be chosen. What must not stand in a name goes where the
    file is taken in (`tagger.uploads.ingest.clean_name`).
    """
    setattr(MultiPartParser, "sanitize_file_name", _last_part)  # noqa: B010 - mypy forbids `=`


def _last_part(_parser: MultiPartParser, file_name: str) -> str | None:
    """Without the folders that some browsers send along; None where nothing is left."""
    last = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    return None if last in ("", ".", "..") else last
