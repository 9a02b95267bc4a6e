from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tagger.analysis.tempo_key import is_awaited
from tagger.exports.tagged_copy import TagsUnsupported, tagged_copy
from tagger.feedback.history import verdict_history
from tagger.feedback.ratings import rated
from tagger.libraries.members import Role
from tagger.library import tracks, trash
from tagger.library.audio_response import stored_audio
from tagger.models import Job, Track
from tagger.platform.http.range_response import RangeNotSatisfiable
from tagger.tags.track_tags import track_tags
from tagger.web.access import PageRequest, own_track, signed_in
from tagger.web.forms import TrackMetadataForm
from tagger.web.toasts import offer_undo
from tagger.web.transfers import poll_seconds, transfer


@require_safe
@signed_in
def track_page(request: PageRequest, track_id: UUID) -> HttpResponse:
    measuring = is_awaited(track_id)
    row = transfer(own_track(request, track_id))
    context = {
        "track": row.track,
        "row": row,
        "album_by": row.track.album_artist or row.track.artist,
        "poll": poll_seconds([row]),
        "tags": track_tags(row.track, request.user),
        "history": verdict_history(row.track),
        "rating": rated(request.user, row.track),
        "music_open": measuring,
        "places": row.track.places.select_related("folder"),
    }
    return render(request, "tagger/track/track.html", context)


@require_safe
@signed_in
def music(request: PageRequest, track_id: UUID) -> HttpResponse:
    """Tempo and key; the part of the page that asks for itself while they are looked for."""
    context = {"music_open": is_awaited(track_id), "track": own_track(request, track_id)}
    return render(request, "tagger/track/_music.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit_track(request: PageRequest, track_id: UUID) -> HttpResponse:
    track = own_track(request, track_id, Role.EDITOR)
    form = TrackMetadataForm(request.POST or None, instance=track)
    if form.is_valid():
        tracks.rename_track(track, **form.cleaned_data)
        return redirect("web:track", track_id=track.pk)
    context = {"track": track, "form": form}
    return render(request, "tagger/track/edit.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def delete_track(request: PageRequest, track_id: UUID) -> HttpResponse:
    track = own_track(request, track_id, Role.KEEPER)
    trash.delete_track(track)
    offer_undo(
        request, _("Deleted: %s") % track.title, reverse("web:restore-track", args=[track.pk])
    )
    return redirect("web:library")


@require_POST
@signed_in
def analyse_again(request: PageRequest, track_id: UUID) -> HttpResponse:
    """Retry after a failure, or a fresh listen with the model that is active now."""
    track = own_track(request, track_id, Role.EDITOR)
    tracks.reanalyse_track(track, trigger=Job.Trigger.WEB, by=request.user)
    return redirect("web:track", track_id=track.pk)


@require_safe
@signed_in
def download(request: PageRequest, track_id: UUID) -> HttpResponseBase:
    track = own_track(request, track_id)
    try:
        return stored_audio(request, track, attachment=True)
    except FileNotFoundError:
        return _missing(request, track)
    except RangeNotSatisfiable as error:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{error.size}"})


@require_safe
@signed_in
def download_tagged(request: PageRequest, track_id: UUID) -> HttpResponseBase:
    """A copy that carries its tags, for other players."""
    track = own_track(request, track_id)
    try:
        content = tagged_copy(track)
    except FileNotFoundError:
        return _missing(request, track)
    except TagsUnsupported as error:
        messages.error(request, str(error))
        return redirect("web:track", track_id=track.pk)
    return FileResponse(content, as_attachment=True, filename=track.file_name)


def _missing(request: PageRequest, track: Track) -> HttpResponse:
    messages.error(request, _("The stored file is missing. Ask an admin to restore it."))
    return redirect("web:track", track_id=track.pk)
