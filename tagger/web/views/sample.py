from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tagger.libraries.members import Role
from tagger.models import Job
from tagger.uploads.sample import bring_sample
from tagger.web.access import PageRequest, allowed_to, signed_in


@require_POST
@signed_in
@allowed_to(Role.EDITOR)
def bring(request: PageRequest) -> HttpResponse:
    """The sample's own page, where it comes alive while it is analysed."""
    track = bring_sample(request.library, by=request.user, trigger=Job.Trigger.WEB).track
    return redirect("web:track", track_id=track.pk)
