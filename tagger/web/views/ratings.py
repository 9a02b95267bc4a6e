from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tagger.feedback.ratings import rate
from tagger.models import Rating
from tagger.web.access import PageRequest, own_track, signed_in

STARS = {str(count): count for count in range(1, Rating.MOST + 1)}
NONE = "0"


@require_POST
@signed_in
def rate_track(request: PageRequest, track_id: UUID) -> HttpResponse:
    """The person's stars, or with 0 none; answers with the stars as they are now."""
    track = own_track(request, track_id)
    stars = request.POST.get("stars", "")
    if stars not in STARS and stars != NONE:
        return HttpResponseBadRequest("stars: 0 to 5.")
    standing = rate(request.user, track, STARS.get(stars))
    if not request.htmx:
        return redirect("web:track", track_id=track.pk)
    return render(request, "tagger/track/_rating.html", {"track": track, "rating": standing})
