"""Whatever can be done on the pages can be done by the API."""

from __future__ import annotations

from tests.access.addresses import addresses
from tests.access.rules import API, WEB

# Each page and the resources that do its work. A new page needs a line, and a resource.
TWINS = {
    "library": "tracks tags",
    "albums": "albums",
    "album": "tracks",
    "artists": "artists",
    "folders": "folders",
    "folder": "folder folder-files",
    "folder-tree": "folder-tree",
    "scan-folder": "folder-scan",
    "change-folder": "folder",
    "remove-folder": "folder",
    "open-folder": "folder",
    "write-folder": "folder-write",
    "undo-writing": "folder-write-undo",
    "artist": "albums tracks",
    "cover": "track-cover",
    "facets": "tags",
    "tags": "tags",
    "tag-choices": "tags",
    "tag": "tracks",
    "track": "track track-tags track-predictions track-peaks track-spectrogram track-similar",
    "edit-track": "track",
    "delete-track": "track",
    "hear-again": "track-reanalyse",
    "download": "track-audio",
    "tagged-copy": "track-tagged",
    "corrections": "export-corrections",
    "similar": "track-similar",
    "music": "track",
    "play-queue": "tracks",
    "telling": "track-predictions",
    "add-tag": "track-tag",
    "rate-track": "track-rating",
    "verdict": "track-tag",
    "restore-track": "track-restore",
    "libraries": "libraries invitations",
    "one-library": "one-library members library-invitations",
    "leave-library": "member",
    "delete-library": "one-library",
    "change-member": "member",
    "invite": "library-invitations",
    "withdraw-invitation": "library-invitation",
    "answer-invitation": "invitation",
    "alike": "track-similar",
    "map": "map",
    "map-points": "map",
    "map-regions": "map",
    "map-card": "track",
    "draw-map": "map",
    "review": "review review-question review-skipped",
    "views": "views",
    "rename-view": "view",
    "delete-view": "view",
    "bulk": "tracks-bulk",
    "jobs": "jobs",
    "retry-failed-jobs": "jobs-retry",
    "job": "job",
    "cancel-job": "job-cancel",
    "retry-own-job": "job-retry",
    "undo-bulk": "tracks-bulk",
    "trash": "trash",
    "sample": "sample",
    "upload": "tracks uploads tracks-check",
    "share": "tracks",
    "arrived": "upload",
    "discard-upload": "upload",
    "live": "jobs",
    "status": "status",
    "retry-all-jobs": "status-jobs-retry",
    "retry-job": "status-job-retry",
    "models": "models",
    "import-model": "model-import",
    "reanalyse": "reanalyses",
    "cancel-reanalysis": "reanalysis-cancel",
    "model": "model",
    "promote-model": "model-activate",
    "roll-back": "model-rollback",
    "compare-models": "model-comparison",
    "hear-library": "reanalyses",
    "export-model": "model-export",
    "retire-model": "model-retire",
    "delete-model": "model",
    "evaluate-model": "model-evaluation",
    "cancel-evaluation": "job-cancel",
    "trainings": "trainings",
    "new-training": "trainings",
    "switch-trainings": "training-schedule",
    "training": "training",
    "cancel-training": "training-cancel",
    "vocabulary": "vocabulary",
    "remove-tag": "own-tag",
    "account": "me tokens",
    "revoke-token": "token",
    "webhooks": "webhooks",
    "webhook": "webhook",
    "webhook-log": "webhook-deliveries webhook-delivery",
    "rotate-webhook": "webhook-secret",
    "test-webhook": "webhook-test",
    "switch-webhook": "webhook",
    "delete-webhook": "webhook",
    "resend-delivery": "webhook-delivery-retry",
}
# Only for people: who one is, by what password, and which library stands open.
PEOPLE_ONLY = {"register", "sign-in", "sign-out", "change-password", "choose-library"}
# How a page looks in one browser.
OF_THIS_BROWSER = {"list-look"}
# Speaks to browsers, of the pages themselves.
BROWSERS_ONLY = {"manifest"}
# Mends what a fault has left.
REPAIRS = {"go-on-switching"}


def test_each_page_has_resources_that_do_the_same() -> None:
    pages = {address.name.removeprefix("web:") for address in addresses() if at_page(address.name)}
    elsewhere = PEOPLE_ONLY | OF_THIS_BROWSER | BROWSERS_ONLY | REPAIRS
    assert pages - elsewhere == TWINS.keys()


def at_page(name: str) -> bool:
    return name.startswith("web:")


def test_the_resources_are_there_and_change_what_the_page_changes() -> None:
    wrong = []
    for page, twins in TWINS.items():
        methods = {
            method for twin in twins.split() for method in API[f"api:{twin}"].methods.split()
        }
        if "POST" in WEB[f"web:{page}"].methods and not methods - {"GET"}:
            wrong.append(page)
    assert wrong == ["live"], "it only asks, with a list that is too long for an address"
