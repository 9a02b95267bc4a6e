"""The uploaded file of a track, to whoever may have it: whether they may is asked before."""

from __future__ import annotations

from mimetypes import guess_type
from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header

from tagger.models import Track
from tagger.platform.http.range_response import ranged_response
from tagger.platform.storage.in_place import is_in_place

# As in webapp/proxy/nginx.conf.template.
PROTECTED = "/protected/"


def stored_audio(
    request: HttpRequest, track: Track, *, attachment: bool = False
) -> HttpResponseBase:
    """The whole or a range of it. Raises FileNotFoundError and RangeNotSatisfiable."""
    content = track.file.open("rb")
    disposition = content_disposition_header(attachment, track.file_name) or "inline"
    # The proxy does not see people's folders.
    stored = not is_in_place(track.file.name)
    if settings.X_ACCEL and stored and isinstance(track.file.storage, FileSystemStorage):
        content.close()
        return _left_to_the_proxy(track, disposition)
    return ranged_response(
        request,
        content,
        content_type=media_type(track),
        disposition=disposition,
        etag=track.file_sha256,
    )


def _left_to_the_proxy(track: Track, disposition: str) -> HttpResponse:
    """It reads the file and answers ranges; nobody can ask it for that address directly."""
    response = HttpResponse(content_type=media_type(track))
    response["X-Accel-Redirect"] = PROTECTED + quote(str(track.file.name))
    response["Content-Disposition"] = disposition
    response["Cache-Control"] = "private, no-cache"
    return response


def media_type(track: Track) -> str:
    """Only ever sound or plain bytes: a file must not become a page of this site."""
    guessed = (guess_type(str(track.file.name))[0] or "").replace("video/", "audio/")
    return guessed if guessed.startswith("audio/") else "application/octet-stream"
