"""Pages and answers of the API go out compressed; a library's page is a sixth of its size then.

Sound is never touched: it is answered in ranges, whose bytes are those of the file. Django pads
each page by a random number of bytes, so that its length betrays nothing of what is secret in it.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

COMPRESSED = {"text/html", "application/json"}


class CompressionMiddleware(GZipMiddleware):
    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if response.streaming or kind not in COMPRESSED:
            return response
        return super().process_response(request, response)
