from __future__ import annotations

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from . import (
    activations,
    albums,
    audio,
    bulk,
    exports,
    folders,
    jobs,
    known_files,
    libraries,
    library_map,
    me,
    meanings,
    model_comparison,
    model_files,
    models,
    predictions,
    ratings,
    reanalyses,
    review,
    samples,
    saved_views,
    similar,
    spectrograms,
    status,
    tags,
    track_tags,
    tracks,
    training_schedule,
    trainings,
    trash,
    uploads,
    vocabulary,
    webhook_deliveries,
    webhooks,
)
from .base import FirstUnlessAccepted

app_name = "api"

# Swagger UI brings styles of its own into the page; scripts stay as strict as everywhere.
documentation_page = csp_replace({"style-src": [SELF, UNSAFE_INLINE]})(
    # It is a page: what else would be answered (OPTIONS) has no template.
    SpectacularSwaggerSplitView.as_view(
        url_name="api:schema",
        http_method_names=["get", "head"],
        content_negotiation_class=FirstUnlessAccepted,
    )
)

description = SpectacularAPIView.as_view(content_negotiation_class=FirstUnlessAccepted)

urlpatterns = [
    path("tracks/", tracks.TrackList.as_view(), name="tracks"),
    path("tracks/check/", known_files.FileCheck.as_view(), name="tracks-check"),
    path("tracks/<uuid:track_id>/", tracks.TrackDetail.as_view(), name="track"),
    path("tracks/bulk/", bulk.Bulk.as_view(), name="tracks-bulk"),
    path("tracks/<uuid:track_id>/restore/", trash.TrackRestore.as_view(), name="track-restore"),
    path("trash/", trash.TrashList.as_view(), name="trash"),
    path("trash/<uuid:track_id>/audio/", audio.TrashAudio.as_view(), name="trash-audio"),
    path("tracks/<uuid:track_id>/audio/", audio.TrackAudio.as_view(), name="track-audio"),
    path("tracks/<uuid:track_id>/cover/", albums.TrackCover.as_view(), name="track-cover"),
    path("albums/", albums.AlbumList.as_view(), name="albums"),
    path("folders/", folders.FolderList.as_view(), name="folders"),
    path("folders/tree/", folders.FolderTree.as_view(), name="folder-tree"),
    path("folders/<uuid:folder_id>/", folders.FolderDetail.as_view(), name="folder"),
    path("folders/<uuid:folder_id>/scan/", folders.FolderScan.as_view(), name="folder-scan"),
    path("folders/<uuid:folder_id>/write/", folders.FolderWriting.as_view(), name="folder-write"),
    path(
        "folders/<uuid:folder_id>/write/undo/",
        folders.FolderWritingUndo.as_view(),
        name="folder-write-undo",
    ),
    path("folders/<uuid:folder_id>/files/", folders.FolderFiles.as_view(), name="folder-files"),
    path("artists/", albums.ArtistList.as_view(), name="artists"),
    path("tracks/<uuid:track_id>/tagged/", audio.TrackTaggedCopy.as_view(), name="track-tagged"),
    path("tracks/<uuid:track_id>/peaks/", audio.TrackPeaks.as_view(), name="track-peaks"),
    path(
        "tracks/<uuid:track_id>/predictions/",
        predictions.TrackPredictions.as_view(),
        name="track-predictions",
    ),
    path("tracks/<uuid:track_id>/similar/", similar.TrackSimilar.as_view(), name="track-similar"),
    path(
        "tracks/<uuid:track_id>/spectrogram/",
        spectrograms.TrackSpectrogram.as_view(),
        name="track-spectrogram",
    ),
    path("tracks/<uuid:track_id>/rating/", ratings.TrackRating.as_view(), name="track-rating"),
    path("tracks/<uuid:track_id>/tags/", track_tags.TrackTagList.as_view(), name="track-tags"),
    path(
        "tracks/<uuid:track_id>/tags/<slug:slug>/",
        track_tags.TrackTagVerdict.as_view(),
        name="track-tag",
    ),
    path(
        "tracks/<uuid:track_id>/reanalyse/",
        tracks.TrackReanalysis.as_view(),
        name="track-reanalyse",
    ),
    path("uploads/", uploads.UploadList.as_view(), name="uploads"),
    path("uploads/<uuid:upload_id>/", uploads.UploadDetail.as_view(), name="upload"),
    path("exports/tracks.csv", exports.TableExport.as_view(), name="export-csv"),
    path("exports/tracks.json", exports.JsonExport.as_view(), name="export-json"),
    path("exports/tracks.m3u8", exports.PlaylistExport.as_view(), name="export-m3u8"),
    path("exports/tracks.xml", exports.RekordboxExport.as_view(), name="export-xml"),
    path("exports/corrections.zip", exports.CorrectionsExport.as_view(), name="export-corrections"),
    path("tags/", tags.TagList.as_view(), name="tags"),
    path("jobs/", jobs.JobList.as_view(), name="jobs"),
    path("jobs/<uuid:job_id>/", jobs.JobDetail.as_view(), name="job"),
    path("jobs/<uuid:job_id>/cancel/", jobs.JobCancel.as_view(), name="job-cancel"),
    path("jobs/<uuid:job_id>/retry/", jobs.JobRetry.as_view(), name="job-retry"),
    path("jobs/retry/", jobs.FailedRetry.as_view(), name="jobs-retry"),
    path("status/", status.Status.as_view(), name="status"),
    path("status/jobs/retry/", status.FailedRetry.as_view(), name="status-jobs-retry"),
    path("status/jobs/<uuid:job_id>/retry/", status.AnyJobRetry.as_view(), name="status-job-retry"),
    path("models/import/", model_files.ModelImport.as_view(), name="model-import"),
    path("models/", models.ModelList.as_view(), name="models"),
    # No NUL: Postgres has none in text.
    re_path(r"^models/(?P<name>[^/\x00]+)/$", models.ModelDetail.as_view(), name="model"),
    path("trainings/", trainings.TrainingList.as_view(), name="trainings"),
    path(
        "trainings/schedule/",
        training_schedule.TrainingSchedule.as_view(),
        name="training-schedule",
    ),
    path("trainings/<uuid:training_id>/", trainings.TrainingDetail.as_view(), name="training"),
    path(
        "trainings/<uuid:training_id>/cancel/",
        trainings.TrainingCancel.as_view(),
        name="training-cancel",
    ),
    path("vocabulary/", vocabulary.Vocabulary.as_view(), name="vocabulary"),
    path("vocabulary/<slug:slug>/", vocabulary.OwnTagDetail.as_view(), name="own-tag"),
    re_path(
        r"^models/(?P<name>[^/\x00]+)/activate/$",
        activations.ModelActivation.as_view(),
        name="model-activate",
    ),
    re_path(
        r"^models/(?P<name>[^/\x00]+)/rollback/$",
        activations.ModelRollback.as_view(),
        name="model-rollback",
    ),
    re_path(
        r"^models/(?P<name>[^/\x00]+)/retire/$",
        models.ModelRetirement.as_view(),
        name="model-retire",
    ),
    re_path(
        r"^models/(?P<name>[^/\x00]+)/export/$",
        model_files.ModelExport.as_view(),
        name="model-export",
    ),
    re_path(
        r"^models/(?P<name>[^/\x00]+)/comparison/$",
        model_comparison.ModelComparison.as_view(),
        name="model-comparison",
    ),
    re_path(
        r"^models/(?P<name>[^/\x00]+)/evaluation/$",
        model_comparison.ModelEvaluation.as_view(),
        name="model-evaluation",
    ),
    path("reanalyses/", reanalyses.ReanalysisList.as_view(), name="reanalyses"),
    path("reanalyses/<uuid:job_id>/", reanalyses.ReanalysisDetail.as_view(), name="reanalysis"),
    path(
        "reanalyses/<uuid:job_id>/cancel/",
        reanalyses.ReanalysisCancel.as_view(),
        name="reanalysis-cancel",
    ),
    path("review/", review.Review.as_view(), name="review"),
    path("review/skipped/", review.ReviewSkipped.as_view(), name="review-skipped"),
    path("review/<int:question_id>/", review.ReviewQuestion.as_view(), name="review-question"),
    path("libraries/", libraries.LibraryList.as_view(), name="libraries"),
    path("libraries/<int:library_id>/", libraries.LibraryDetail.as_view(), name="one-library"),
    path("libraries/<int:library_id>/members/", libraries.MemberList.as_view(), name="members"),
    # No NUL: Postgres has none in text.
    re_path(
        r"^libraries/(?P<library_id>[0-9]{1,18})/members/(?P<account>[^/\x00]+)/$",
        libraries.MemberDetail.as_view(),
        name="member",
    ),
    path(
        "libraries/<int:library_id>/invitations/",
        libraries.LibraryInvitationList.as_view(),
        name="library-invitations",
    ),
    path(
        "libraries/<int:library_id>/invitations/<int:invitation_id>/",
        libraries.LibraryInvitationDetail.as_view(),
        name="library-invitation",
    ),
    path("invitations/", libraries.InvitationList.as_view(), name="invitations"),
    path(
        "invitations/<int:invitation_id>/",
        libraries.InvitationDetail.as_view(),
        name="invitation",
    ),
    path("map/", library_map.Map.as_view(), name="map"),
    path("sample/", samples.Sample.as_view(), name="sample"),
    path("me/", me.Me.as_view(), name="me"),
    path("me/tokens/", me.TokenList.as_view(), name="tokens"),
    path("me/tokens/<uuid:token_id>/", me.TokenDetail.as_view(), name="token"),
    path("views/", saved_views.ViewList.as_view(), name="views"),
    path("views/<uuid:view_id>/", saved_views.ViewDetail.as_view(), name="view"),
    path("webhooks/", webhooks.WebhookList.as_view(), name="webhooks"),
    path("webhooks/<uuid:webhook_id>/", webhooks.WebhookDetail.as_view(), name="webhook"),
    path(
        "webhooks/<uuid:webhook_id>/secret/",
        webhooks.WebhookSecret.as_view(),
        name="webhook-secret",
    ),
    path("webhooks/<uuid:webhook_id>/test/", webhooks.WebhookTest.as_view(), name="webhook-test"),
    path(
        "webhooks/<uuid:webhook_id>/deliveries/",
        webhook_deliveries.DeliveryList.as_view(),
        name="webhook-deliveries",
    ),
    path(
        "webhooks/<uuid:webhook_id>/deliveries/<uuid:delivery_id>/",
        webhook_deliveries.DeliveryDetail.as_view(),
        name="webhook-delivery",
    ),
    path(
        "webhooks/<uuid:webhook_id>/deliveries/<uuid:delivery_id>/retry/",
        webhook_deliveries.DeliveryRetry.as_view(),
        name="webhook-delivery-retry",
    ),
    path("problems/", meanings.ProblemList.as_view(), name="problems"),
    path("problems/<slug:slug>/", meanings.ProblemDetail.as_view(), name="problem"),
    path("schema/", description, name="schema"),
    path("docs/", documentation_page, name="docs"),
    re_path(r"", meanings.NoSuchAddress.as_view()),
]
