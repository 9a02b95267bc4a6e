from __future__ import annotations

from django.contrib.auth import views as auth
from django.urls import path

from .views import (
    account,
    library,
    live,
    registration,
    similar,
    status,
    tags,
    track,
    trash,
    upload,
    verdicts,
)

app_name = "web"

urlpatterns = [
    path("", library.library_page, name="library"),
    path("tags/", tags.tags_page, name="tags"),
    path("tags/<slug:slug>/", tags.tag_page, name="tag"),
    path("tracks/<uuid:track_id>/", track.track_page, name="track"),
    path("tracks/<uuid:track_id>/edit/", track.edit_track, name="edit-track"),
    path("tracks/<uuid:track_id>/delete/", track.delete_track, name="delete-track"),
    path("tracks/<uuid:track_id>/again/", track.hear_again, name="hear-again"),
    path("tracks/<uuid:track_id>/download/", track.download, name="download"),
    path("tracks/<uuid:track_id>/similar/", similar.similar_page, name="similar"),
    path("tracks/<uuid:track_id>/music/", track.music, name="music"),
    path("tracks/<uuid:track_id>/tags/", verdicts.add_tag, name="add-tag"),
    path("tracks/<uuid:track_id>/tags/<slug:slug>/", verdicts.verdict, name="verdict"),
    path("tracks/<uuid:track_id>/restore/", trash.restore, name="restore-track"),
    path("tracks/<uuid:track_id>/purge/", trash.purge, name="purge-track"),
    path("trash/", trash.trash_page, name="trash"),
    path("upload/", upload.upload_page, name="upload"),
    path("live/", live.live, name="live"),
    path("status/", status.status_page, name="status"),
    path("status/jobs/<uuid:job_id>/retry/", status.retry_job, name="retry-job"),
    path("account/", account.account_page, name="account"),
    path("account/tokens/<uuid:token_id>/revoke/", account.revoke_token, name="revoke-token"),
    path("register/", registration.registration_page, name="register"),
    path("sign-in/", auth.LoginView.as_view(redirect_authenticated_user=True), name="sign-in"),
    path("sign-out/", auth.LogoutView.as_view(next_page="web:sign-in"), name="sign-out"),
    path("account/password/", account.ChangePassword.as_view(), name="change-password"),
]
