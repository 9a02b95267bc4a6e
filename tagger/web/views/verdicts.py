from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from tagger.feedback.history import verdict_history
from tagger.feedback.verdicts import accept_shown, reject_shown, withdraw_shown
from tagger.libraries.members import Role
from tagger.models import Tag, Track, User
from tagger.tags.track_tags import track_tags
from tagger.tags.vocabulary import shown_tags
from tagger.web.access import PageRequest, own_track, signed_in

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
    return _tags_response(request, track, tag, answer)


@require_POST
@signed_in
def add_tag(request: PageRequest, track_id: UUID) -> HttpResponse:
    """A tag the model did not give, or was not sure of."""
    track = own_track(request, track_id, Role.EDITOR)
    offered = {tag.slug: tag for tag in shown_tags()}
    tag = offered.get(request.POST.get("tag", ""))
    if tag is None:
        raise Http404
    accept_shown(request.user, track, tag)
    return _tags_response(request, track, tag, "accepted")


def _tags_response(request: PageRequest, track: Track, tag: Tag, answer: str) -> HttpResponse:
    if not request.htmx:
        return redirect("web:track", track_id=track.pk)
    context = {
        "track": track,
        "tags": track_tags(track, request.user),
        "history": verdict_history(track),
        "answered_tag": tag,
        "answer": answer,
    }
    return render(request, "tagger/track/_tags.html", context)
