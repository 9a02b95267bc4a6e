"""What may be asked next: OpenAPI links from an answer to the operations that take its ids.

Readers of the description see where an id leads, and programs that walk it follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

BODY = "$response.body#"


@dataclass(frozen=True)
class Link:
    """From the answer with this status to operations, with their parameters' values in it."""

    operation: str
    status: int
    targets: str
    parameters: dict[str, str]


OF_A_TRACK = (
    "tracks_retrieve tracks_partial_update tracks_audio_retrieve tracks_peaks_retrieve "
    "tracks_predictions_retrieve tracks_similar_retrieve tracks_tags_list tracks_reanalyse_create "
    "tracks_spectrogram_create"
)
OF_A_JOB = "jobs_retrieve jobs_cancel_create"
OF_A_MODEL = "models_retrieve models_comparison_retrieve models_export_retrieve"
OF_A_WEBHOOK = (
    "webhooks_retrieve webhooks_partial_update webhooks_test_create webhooks_deliveries_list"
)
OF_A_DELIVERY = "webhooks_deliveries_retrieve webhooks_deliveries_retry_create"
SAME_TRACK = {"track_id": "$request.path.track_id"}
SAME_WEBHOOK = {"webhook_id": "$request.path.webhook_id"}

LINKS = (
    Link("tracks_list", 200, OF_A_TRACK, {"track_id": f"{BODY}/results/0/id"}),
    Link("tracks_create", 200, OF_A_TRACK, {"track_id": f"{BODY}/track/id"}),
    Link("tracks_create", 202, OF_A_TRACK, {"track_id": f"{BODY}/track/id"}),
    Link("tracks_create", 202, OF_A_JOB, {"job_id": f"{BODY}/job/id"}),
    Link(
        "tracks_tags_list",
        200,
        "tracks_tags_update tracks_tags_destroy",
        SAME_TRACK | {"slug": f"{BODY}/0/slug"},
    ),
    Link("tracks_tags_update", 200, "tracks_tags_destroy", SAME_TRACK | {"slug": f"{BODY}/slug"}),
    Link("tracks_destroy", 204, "tracks_restore_create", SAME_TRACK),
    Link("trash_list", 200, "tracks_restore_create", {"track_id": f"{BODY}/results/0/id"}),
    Link("tracks_reanalyse_create", 202, OF_A_JOB, {"job_id": f"{BODY}/id"}),
    Link("tracks_spectrogram_create", 202, OF_A_JOB, {"job_id": f"{BODY}/id"}),
    Link("tracks_bulk_create", 202, OF_A_JOB, {"job_id": f"{BODY}/id"}),
    Link("jobs_list", 200, f"{OF_A_JOB} jobs_retry_create", {"job_id": f"{BODY}/results/0/id"}),
    Link("jobs_retrieve", 200, "tracks_retrieve", {"track_id": f"{BODY}/track"}),
    Link("jobs_retry_create", 202, OF_A_JOB, {"job_id": f"{BODY}/id"}),
    Link(
        "uploads_create",
        201,
        "uploads_retrieve uploads_partial_update uploads_destroy",
        {"upload_id": f"{BODY}/id"},
    ),
    Link("models_list", 200, OF_A_MODEL, {"name": f"{BODY}/0/name"}),
    Link("models_import_create", 201, OF_A_MODEL, {"name": f"{BODY}/name"}),
    Link(
        "trainings_create",
        202,
        "trainings_retrieve trainings_cancel_create",
        {"training_id": f"{BODY}/id"},
    ),
    Link("trainings_create", 202, OF_A_JOB, {"job_id": f"{BODY}/job"}),
    Link("trainings_list", 200, "trainings_retrieve", {"training_id": f"{BODY}/results/0/id"}),
    Link("trainings_retrieve", 200, OF_A_MODEL, {"name": f"{BODY}/model"}),
    Link(
        "reanalyses_create",
        202,
        "reanalyses_retrieve reanalyses_cancel_create",
        {"job_id": f"{BODY}/id"},
    ),
    Link("vocabulary_create", 201, "vocabulary_destroy", {"slug": f"{BODY}/slug"}),
    Link("webhooks_create", 201, OF_A_WEBHOOK, {"webhook_id": f"{BODY}/id"}),
    Link("webhooks_list", 200, OF_A_WEBHOOK, {"webhook_id": f"{BODY}/0/id"}),
    Link("webhooks_test_create", 202, OF_A_DELIVERY, SAME_WEBHOOK | {"delivery_id": f"{BODY}/id"}),
    Link(
        "webhooks_deliveries_list",
        200,
        OF_A_DELIVERY,
        SAME_WEBHOOK | {"delivery_id": f"{BODY}/results/0/id"},
    ),
    Link("me_tokens_create", 201, "me_tokens_destroy", {"token_id": f"{BODY}/id"}),
)


def add_links(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """A hook of drf-spectacular, after all operations are described."""
    described = {
        operation["operationId"]: operation
        for methods in result["paths"].values()
        for operation in methods.values()
    }
    for link in LINKS:
        response = described[link.operation]["responses"][str(link.status)]
        for target in link.targets.split():
            openapi_link = {"operationId": target, "parameters": link.parameters}
            response.setdefault("links", {})[target] = openapi_link
    return result
