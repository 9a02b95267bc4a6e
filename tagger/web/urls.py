from __future__ import annotations

from django.contrib.auth import views as auth
from django.urls import path

from .views import (
    account,
    bulk,
    corrections,
    jobs,
    library,
    live,
    model_comparison,
    model_files,
    models,
    reanalyses,
    registration,
    sample,
    similar,
    status,
    tags,
    track,
    trash,
    upload,
    verdicts,
    webhooks,
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
    path("tracks/<uuid:track_id>/download/tagged/", track.download_tagged, name="tagged-copy"),
    path("corrections.zip", corrections.download, name="corrections"),
    path("tracks/<uuid:track_id>/similar/", similar.similar_page, name="similar"),
    path("tracks/<uuid:track_id>/music/", track.music, name="music"),
    path("tracks/<uuid:track_id>/tags/", verdicts.add_tag, name="add-tag"),
    path("tracks/<uuid:track_id>/tags/<slug:slug>/", verdicts.verdict, name="verdict"),
    path("tracks/<uuid:track_id>/restore/", trash.restore, name="restore-track"),
    path("bulk/", bulk.bulk, name="bulk"),
    path("jobs/", jobs.jobs_page, name="jobs"),
    path("jobs/retry/", jobs.retry_failed_jobs, name="retry-failed-jobs"),
    path("jobs/<uuid:job_id>/", jobs.job_page, name="job"),
    path("jobs/<uuid:job_id>/cancel/", jobs.cancel_job, name="cancel-job"),
    path("jobs/<uuid:job_id>/retry/", jobs.retry_own_job, name="retry-own-job"),
    path("jobs/<uuid:job_id>/undo/", bulk.undo_deletion, name="undo-deletion"),
    path("trash/", trash.trash_page, name="trash"),
    path("sample/", sample.bring, name="sample"),
    path("upload/", upload.upload_page, name="upload"),
    path("upload/<uuid:upload_id>/", upload.arrived, name="arrived"),
    path("upload/<uuid:upload_id>/discard/", upload.discard_upload, name="discard-upload"),
    path("live/", live.live, name="live"),
    path("status/", status.status_page, name="status"),
    path("status/jobs/<uuid:job_id>/retry/", status.retry_job, name="retry-job"),
    path("models/", models.models_page, name="models"),
    path("models/import/", model_files.bring_in, name="import-model"),
    path("models/reanalyse/", reanalyses.start, name="reanalyse"),
    path("models/reanalyse/<uuid:job_id>/cancel/", reanalyses.cancel, name="cancel-reanalysis"),
    path("models/changes/<int:pk>/go-on/", models.go_on_switching, name="go-on-switching"),
    path("models/<int:pk>/", models.model_page, name="model"),
    path("models/<int:pk>/promote/", models.promote, name="promote-model"),
    path("models/<int:pk>/rollback/", models.roll_back, name="roll-back"),
    path("models/<int:pk>/compare/", model_comparison.compare, name="compare-models"),
    path("models/<int:pk>/hear-library/", model_comparison.hear_library, name="hear-library"),
    path("models/<int:pk>/export/", model_files.export, name="export-model"),
    path("models/<int:pk>/retire/", model_files.retire, name="retire-model"),
    path("models/<int:pk>/delete/", model_files.delete, name="delete-model"),
    path("account/", account.account_page, name="account"),
    path("account/tokens/<uuid:token_id>/revoke/", account.revoke_token, name="revoke-token"),
    path("register/", registration.registration_page, name="register"),
    path("sign-in/", auth.LoginView.as_view(redirect_authenticated_user=True), name="sign-in"),
    path("sign-out/", auth.LogoutView.as_view(next_page="web:sign-in"), name="sign-out"),
    path("account/webhooks/", webhooks.webhooks_page, name="webhooks"),
    path("account/webhooks/<uuid:webhook_id>/", webhooks.webhook_page, name="webhook"),
    path("account/webhooks/<uuid:webhook_id>/log/", webhooks.webhook_log, name="webhook-log"),
    path(
        "account/webhooks/<uuid:webhook_id>/secret/", webhooks.rotate_webhook, name="rotate-webhook"
    ),
    path("account/webhooks/<uuid:webhook_id>/test/", webhooks.test_webhook, name="test-webhook"),
    path(
        "account/webhooks/<uuid:webhook_id>/switch/", webhooks.switch_webhook, name="switch-webhook"
    ),
    path(
        "account/webhooks/<uuid:webhook_id>/delete/", webhooks.delete_webhook, name="delete-webhook"
    ),
    path(
        "account/webhooks/<uuid:webhook_id>/deliveries/<uuid:delivery_id>/resend/",
        webhooks.resend_delivery,
        name="resend-delivery",
    ),
    path("account/password/", account.ChangePassword.as_view(), name="change-password"),
]
