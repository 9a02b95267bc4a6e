from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tagger.feedback.history import verdict_history
from tagger.feedback.verdicts import accept_shown, reject_shown, withdraw_shown
from tagger.libraries.members import Role
from tagger.models import Tag, Track, User
from tagger.tags.track_tags import track_tags
from tagger.tags.vocabulary import named
from tagger.web.access import PageRequest, own_track, signed_in

# More than a person types for one track.
MOST_ADDED = 50
ANSWERS: dict[str, Callable[[User, Track, Tag], None]] = {
    "accepted": accept_shown,
    "rejected": reject_shown,
    "withdrawn": withdraw_shown,
}


@require_POST
@signed_in
def verdict(request: PageRequest, track_id: UUID, slug: str) -> HttpResponse:
    """The person's word on a shown tag; answers with the tags as they are now."""
    track = own_track(request, track_id, Role.EDITOR)
    tag = get_object_or_404(Tag, slug=slug, shown_as=None)
    answer = request.POST.get("answer", "")
    if answer not in ANSWERS:
        return HttpResponseBadRequest("answer: accepted, rejected or withdrawn.")
    ANSWERS[answer](request.user, track, tag)
    return _tags_response(request, track, [tag], answer)


@require_POST
@signed_in
def add_tag(request: PageRequest, track_id: UUID) -> HttpResponse:
    """Tags that the model did not give, or was not sure of: by slug or, as one types, by name."""
    track = own_track(request, track_id, Role.EDITOR)
    asked = list(dict.fromkeys(filter(None, map(str.strip, request.POST.getlist("tag")))))
    found = named(asked[:MOST_ADDED])
    for tag in found.values():
        accept_shown(request.user, track, tag)
    unknown = [name for name in asked if name not in found]
    return _tags_response(request, track, list(found.values()), "accepted", unknown)


def _tags_response(
    request: PageRequest,
    track: Track,
    answered: list[Tag],
    answer: str,
    unknown: Sequence[str] = (),
) -> HttpResponse:
    if not request.htmx:
        if unknown:
            messages.error(request, _("There is no tag named %s.") % ", ".join(unknown))
        return redirect("web:track", track_id=track.pk)
    context = {
        "track": track,
        "tags": track_tags(track, request.user),
        "history": verdict_history(track),
        "answered_tag": answered[-1] if answered else None,
        "answered_names": ", ".join(tag.label for tag in answered),
        "answer": answer,
        "unknown_tags": unknown,
    }
    return render(request, "tagger/track/_tags.html", context)
