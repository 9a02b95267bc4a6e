from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tagger.exports.corrections import corrections
from tagger.web.access import PageRequest, signed_in


@require_safe
@signed_in
def download(request: PageRequest) -> HttpResponseBase:
    """Everything this person has said of tags, with the sound, as a data set."""
    pieces = corrections(request.library)
    if pieces is None:
        messages.info(request, _("You have judged no tag yet. Accept or reject some first."))
        return redirect("web:library")
    return StreamingHttpResponse(
        pieces,
        content_type="application/zip",
        headers={
            "Content-Disposition": 'attachment; filename="corrections.zip"',
            "Cache-Control": "private, no-store",
        },
    )
