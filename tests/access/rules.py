"""Who may use which address, and by which methods. A new address needs a line here."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


class Audience(Enum):
    EVERYBODY = auto()
    PEOPLE = auto()  # whoever has signed in, each for their own
    OWNER = auto()  # of what the address names; for all others it does not exist
    STAFF = auto()


@dataclass(frozen=True)
class Rule:
    audience: Audience
    methods: str = "GET"
    # Of the methods, those that change nothing.
    reads: str = "GET HEAD"
    # Of the methods, those that are for staff whoever the others are for.
    staff: str = ""
    # Where a parameter stands for something else in tests/access/targets.py than its name says.
    values: dict[str, str] = field(default_factory=dict)
    # What the resource asks to be said in the headers.
    headers: dict[str, str] = field(default_factory=dict)
    # What a page's form holds at least.
    form: dict[str, str] = field(default_factory=dict)
    # What the address asks for behind its path.
    query: str = ""

    @property
    def allowed(self) -> set[str]:
        methods = set(self.methods.split())
        return methods | {"HEAD"} if "GET" in methods else methods

    def audience_of(self, method: str) -> Audience:
        return Audience.STAFF if method in self.staff.split() else self.audience


EVERYBODY, PEOPLE, OWNER, STAFF = Audience

WEB = {
    "web:library": Rule(PEOPLE),
    "web:albums": Rule(PEOPLE),
    "web:album": Rule(OWNER, query="album=Low+tide&artist=Mira"),
    "web:artists": Rule(PEOPLE),
    "web:folders": Rule(PEOPLE, "GET POST"),
    "web:folder": Rule(OWNER),
    "web:scan-folder": Rule(OWNER, "POST"),
    "web:change-folder": Rule(OWNER, "POST"),
    "web:remove-folder": Rule(OWNER, "POST"),
    "web:open-folder": Rule(OWNER, "POST"),
    "web:write-folder": Rule(OWNER, "GET POST"),
    "web:undo-writing": Rule(OWNER, "POST"),
    "web:artist": Rule(OWNER, query="artist=Mira"),
    "web:cover": Rule(OWNER),
    "web:list-look": Rule(PEOPLE, "POST"),
    "web:facets": Rule(PEOPLE),
    "web:tags": Rule(PEOPLE),
    "web:tag-choices": Rule(PEOPLE),
    "web:tag": Rule(PEOPLE),
    "web:track": Rule(OWNER),
    "web:edit-track": Rule(OWNER, "GET POST"),
    "web:delete-track": Rule(OWNER, "POST"),
    "web:trash": Rule(PEOPLE),
    "web:restore-track": Rule(OWNER, "POST", values={"track_id": "trashed"}),
    "web:alike": Rule(PEOPLE),
    "web:map": Rule(PEOPLE),
    "web:map-points": Rule(PEOPLE),
    "web:map-regions": Rule(PEOPLE),
    "web:map-card": Rule(OWNER),
    "web:draw-map": Rule(PEOPLE, "POST"),
    "web:review": Rule(PEOPLE, "GET POST"),
    "web:views": Rule(PEOPLE, "GET POST"),
    "web:rename-view": Rule(OWNER, "POST"),
    "web:delete-view": Rule(OWNER, "POST"),
    "web:bulk": Rule(PEOPLE, "POST"),
    "web:jobs": Rule(PEOPLE),
    "web:job": Rule(OWNER),
    "web:cancel-job": Rule(OWNER, "POST"),
    "web:retry-own-job": Rule(OWNER, "POST"),
    "web:retry-failed-jobs": Rule(PEOPLE, "POST"),
    "web:undo-bulk": Rule(OWNER, "POST", values={"job_id": "deletion"}),
    "web:hear-again": Rule(OWNER, "POST"),
    "web:download": Rule(OWNER),
    "web:tagged-copy": Rule(OWNER),
    "web:sample": Rule(PEOPLE, "POST"),
    "web:corrections": Rule(PEOPLE),
    "web:similar": Rule(OWNER),
    "web:music": Rule(OWNER),
    "web:play-queue": Rule(PEOPLE),
    "web:telling": Rule(OWNER),
    "web:add-tag": Rule(OWNER, "POST", form={"tag": "guitar"}),
    "web:verdict": Rule(OWNER, "POST"),
    "web:upload": Rule(PEOPLE, "GET POST"),
    "web:share": Rule(PEOPLE, "POST", headers={"Sec-Fetch-Site": "none"}),
    "web:manifest": Rule(EVERYBODY),
    "web:arrived": Rule(OWNER, values={"upload_id": "arrived"}),
    "web:discard-upload": Rule(OWNER, "POST"),
    "web:live": Rule(PEOPLE, "POST"),
    "web:status": Rule(STAFF),
    "web:retry-all-jobs": Rule(STAFF, "POST"),
    "web:retry-job": Rule(STAFF, "POST"),
    "web:models": Rule(STAFF),
    "web:import-model": Rule(STAFF, "GET POST"),
    "web:reanalyse": Rule(STAFF, "POST"),
    "web:cancel-reanalysis": Rule(STAFF, "POST", values={"job_id": "reanalysis"}),
    "web:go-on-switching": Rule(STAFF, "POST", values={"pk": "activation"}),
    "web:model": Rule(STAFF, values={"pk": "candidate"}),
    "web:promote-model": Rule(STAFF, "GET POST", values={"pk": "candidate"}),
    "web:roll-back": Rule(STAFF, "GET POST", values={"pk": "candidate"}),
    "web:compare-models": Rule(STAFF, values={"pk": "candidate"}),
    "web:evaluate-model": Rule(STAFF, "POST", values={"pk": "candidate"}),
    "web:cancel-evaluation": Rule(STAFF, "POST", values={"pk": "candidate"}),
    "web:hear-library": Rule(STAFF, "POST", values={"pk": "candidate"}),
    "web:export-model": Rule(STAFF, values={"pk": "candidate"}),
    "web:retire-model": Rule(STAFF, "POST", values={"pk": "candidate"}),
    "web:delete-model": Rule(STAFF, "GET POST", values={"pk": "candidate"}),
    "web:trainings": Rule(STAFF),
    "web:new-training": Rule(STAFF, "GET POST"),
    "web:switch-trainings": Rule(STAFF, "POST"),
    "web:training": Rule(STAFF),
    "web:cancel-training": Rule(STAFF, "POST"),
    "web:vocabulary": Rule(STAFF, "GET POST"),
    "web:remove-tag": Rule(STAFF, "POST"),
    "web:account": Rule(PEOPLE, "GET POST"),
    "web:revoke-token": Rule(OWNER, "POST"),
    "web:change-password": Rule(PEOPLE, "GET POST PUT"),
    "web:webhooks": Rule(PEOPLE, "GET POST"),
    "web:webhook": Rule(OWNER, "GET POST"),
    "web:webhook-log": Rule(OWNER),
    "web:rotate-webhook": Rule(OWNER, "POST"),
    "web:test-webhook": Rule(OWNER, "POST"),
    "web:switch-webhook": Rule(OWNER, "POST"),
    "web:delete-webhook": Rule(OWNER, "POST"),
    "web:resend-delivery": Rule(OWNER, "POST"),
    "web:register": Rule(EVERYBODY, "GET POST"),
    "web:sign-in": Rule(EVERYBODY, "GET POST PUT"),
    "web:sign-out": Rule(EVERYBODY, "POST"),
    "set_language": Rule(EVERYBODY, " ".join(METHODS)),
}

TUS = {"Tus-Resumable": "1.0.0"}
API = {
    "api:tracks": Rule(PEOPLE, "GET POST"),
    "api:tracks-check": Rule(PEOPLE, "POST", reads="POST"),
    "api:tracks-bulk": Rule(PEOPLE, "POST"),
    "api:track-restore": Rule(OWNER, "POST", values={"track_id": "trashed"}),
    "api:trash": Rule(PEOPLE),
    "api:trash-audio": Rule(OWNER, values={"track_id": "trashed"}),
    "api:track": Rule(OWNER, "GET PATCH DELETE"),
    "api:track-audio": Rule(OWNER),
    "api:track-cover": Rule(OWNER),
    "api:albums": Rule(PEOPLE),
    "api:artists": Rule(PEOPLE),
    "api:folders": Rule(PEOPLE, "GET POST"),
    "api:folder": Rule(OWNER, "GET PATCH DELETE"),
    "api:folder-scan": Rule(OWNER, "POST"),
    "api:folder-files": Rule(OWNER),
    "api:folder-write": Rule(OWNER, "GET POST"),
    "api:folder-write-undo": Rule(OWNER, "POST"),
    "api:track-peaks": Rule(OWNER),
    "api:track-tagged": Rule(OWNER),
    "api:track-predictions": Rule(OWNER),
    "api:track-similar": Rule(OWNER),
    "api:track-spectrogram": Rule(OWNER, "GET POST"),
    "api:track-tags": Rule(OWNER),
    "api:track-tag": Rule(OWNER, "PUT DELETE"),
    "api:track-reanalyse": Rule(OWNER, "POST"),
    "api:export-csv": Rule(PEOPLE),
    "api:export-json": Rule(PEOPLE),
    "api:export-m3u8": Rule(PEOPLE),
    "api:export-xml": Rule(PEOPLE),
    "api:export-corrections": Rule(PEOPLE),
    "api:tags": Rule(PEOPLE),
    "api:jobs": Rule(PEOPLE),
    "api:job": Rule(OWNER),
    "api:job-cancel": Rule(OWNER, "POST"),
    "api:job-retry": Rule(OWNER, "POST"),
    "api:jobs-retry": Rule(PEOPLE, "POST"),
    "api:status": Rule(STAFF),
    "api:status-jobs-retry": Rule(STAFF, "POST"),
    "api:status-job-retry": Rule(STAFF, "POST"),
    "api:models": Rule(PEOPLE),
    "api:model": Rule(PEOPLE, "GET DELETE", staff="DELETE", values={"name": "candidate_name"}),
    "api:trainings": Rule(STAFF, "GET POST"),
    "api:training": Rule(STAFF),
    "api:training-cancel": Rule(STAFF, "POST"),
    "api:vocabulary": Rule(STAFF, "GET POST"),
    "api:own-tag": Rule(STAFF, "DELETE"),
    "api:model-import": Rule(STAFF, "POST"),
    "api:model-activate": Rule(STAFF, "POST"),
    "api:model-rollback": Rule(STAFF, "POST"),
    "api:model-retire": Rule(STAFF, "POST", values={"name": "candidate_name"}),
    "api:model-export": Rule(STAFF, values={"name": "candidate_name"}),
    "api:model-comparison": Rule(STAFF, values={"name": "candidate_name"}),
    "api:model-evaluation": Rule(STAFF, "POST", values={"name": "candidate_name"}),
    "api:reanalyses": Rule(STAFF, "POST"),
    "api:reanalysis": Rule(STAFF, values={"job_id": "reanalysis"}),
    "api:reanalysis-cancel": Rule(STAFF, "POST", values={"job_id": "reanalysis"}),
    "api:training-schedule": Rule(STAFF, "GET PUT"),
    "api:review": Rule(PEOPLE),
    "api:review-skipped": Rule(PEOPLE, "POST"),
    "api:review-question": Rule(OWNER, "POST"),
    "api:map": Rule(PEOPLE, "GET POST"),
    "api:sample": Rule(PEOPLE, "POST"),
    "api:me": Rule(PEOPLE),
    "api:tokens": Rule(PEOPLE, "GET POST"),
    "api:token": Rule(OWNER, "DELETE"),
    "api:views": Rule(PEOPLE, "GET POST"),
    "api:view": Rule(OWNER, "GET PATCH DELETE"),
    "api:webhooks": Rule(PEOPLE, "GET POST"),
    "api:webhook": Rule(OWNER, "GET PATCH DELETE"),
    "api:webhook-secret": Rule(OWNER, "POST"),
    "api:webhook-test": Rule(OWNER, "POST"),
    "api:webhook-deliveries": Rule(OWNER),
    "api:webhook-delivery": Rule(OWNER),
    "api:webhook-delivery-retry": Rule(OWNER, "POST"),
    "api:uploads": Rule(PEOPLE, "GET POST", headers=TUS),
    "api:upload": Rule(OWNER, "GET PATCH DELETE", headers=TUS),
    "api:problems": Rule(EVERYBODY),
    "api:problem": Rule(EVERYBODY, values={"slug": "problem"}),
    "api:schema": Rule(EVERYBODY),
    "api:docs": Rule(EVERYBODY),
}

# /metrics has a key of its own, and its own test.
MONITORING = {
    "monitoring:livez": Rule(EVERYBODY),
    "monitoring:readyz": Rule(EVERYBODY),
    "monitoring:metrics": Rule(EVERYBODY),
}

RULES = WEB | API | MONITORING
# Every address of these names is the same: no anonymous visitor learns what exists, no person
# gets past the door.
ADMIN = "admin:"
# Answers 404 to everybody, in the API's own form.
UNNAMED = {"api/v1/"}
