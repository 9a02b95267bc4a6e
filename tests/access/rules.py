"""Who may use which address, and by which methods. A new address needs a line here."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


class Audience(Enum):
    EVERYBODY = auto()
    PEOPLE = auto()  # whoever has signed in, each for their own
    MEMBER = auto()  # of the library of what the address names; for all others it does not exist
    KEEPER = auto()  # of the library of what the address names; for all others it does not exist
    OWNER = auto()  # of what the address names; for all others, members too, it does not exist
    STAFF = auto()


@dataclass(frozen=True)
class Rule:
    audience: Audience
    methods: str = "GET"
    # Of the methods, those that change nothing.
    reads: str = "GET HEAD"
    # Of the methods, those that need this role in the library; the others are for listeners too.
    edits: str = ""
    keeps: str = ""
    # Whether `library` in the address names the one that is meant.
    within: bool = False
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

    def role_for(self, method: str) -> str:
        if method in self.keeps.split():
            return "keeper"
        return "editor" if method in self.edits.split() else "listener"

    def audience_of(self, method: str) -> Audience:
        return Audience.STAFF if method in self.staff.split() else self.audience


EVERYBODY, PEOPLE, MEMBER, KEEPER, OWNER, STAFF = Audience

WEB = {
    "web:library": Rule(PEOPLE, within=True),
    "web:albums": Rule(PEOPLE, within=True),
    "web:album": Rule(OWNER, query="album=Low+tide&artist=Mira", within=True),
    "web:artists": Rule(PEOPLE, within=True),
    "web:artist": Rule(OWNER, query="artist=Mira", within=True),
    "web:cover": Rule(MEMBER),
    "web:tags": Rule(PEOPLE, within=True),
    "web:tag": Rule(PEOPLE, within=True),
    "web:track": Rule(MEMBER),
    "web:edit-track": Rule(MEMBER, "GET POST", edits="GET HEAD POST"),
    "web:delete-track": Rule(MEMBER, "POST", keeps="POST"),
    "web:trash": Rule(PEOPLE, within=True),
    "web:restore-track": Rule(MEMBER, "POST", values={"track_id": "trashed"}, keeps="POST"),
    "web:libraries": Rule(PEOPLE, "GET POST"),
    "web:one-library": Rule(MEMBER, "GET POST", keeps="POST"),
    "web:choose-library": Rule(MEMBER, "POST"),
    "web:leave-library": Rule(MEMBER, "POST"),
    "web:delete-library": Rule(MEMBER, "POST", keeps="POST"),
    "web:change-member": Rule(MEMBER, "POST", keeps="POST", form={"role": "editor"}),
    "web:invite": Rule(MEMBER, "POST", keeps="POST", form={"role": "editor"}),
    "web:withdraw-invitation": Rule(
        MEMBER, "POST", keeps="POST", values={"invitation_id": "asked"}
    ),
    "web:answer-invitation": Rule(OWNER, "POST"),
    "web:alike": Rule(PEOPLE, within=True),
    "web:map": Rule(PEOPLE, within=True),
    "web:map-points": Rule(PEOPLE, within=True),
    "web:draw-map": Rule(PEOPLE, "POST", edits="POST", within=True),
    "web:review": Rule(PEOPLE, "GET POST", edits="POST", within=True),
    "web:views": Rule(PEOPLE, "GET POST", within=True),
    "web:folders": Rule(PEOPLE, "GET POST"),
    "web:folder": Rule(KEEPER),
    "web:scan-folder": Rule(KEEPER, "POST"),
    "web:change-folder": Rule(KEEPER, "POST"),
    "web:remove-folder": Rule(KEEPER, "POST"),
    "web:open-folder": Rule(KEEPER, "POST"),
    "web:write-folder": Rule(KEEPER, "GET POST"),
    "web:undo-writing": Rule(KEEPER, "POST"),
    "web:rename-view": Rule(OWNER, "POST"),
    "web:delete-view": Rule(OWNER, "POST"),
    "web:bulk": Rule(
        PEOPLE, "POST", keeps="POST", within=True, form={"action": "delete", "id": "song"}
    ),
    "web:jobs": Rule(PEOPLE, within=True),
    "web:job": Rule(MEMBER),
    "web:cancel-job": Rule(MEMBER, "POST", edits="POST"),
    "web:retry-own-job": Rule(MEMBER, "POST", edits="POST"),
    "web:retry-failed-jobs": Rule(PEOPLE, "POST", edits="POST", within=True),
    "web:undo-bulk": Rule(MEMBER, "POST", values={"job_id": "deletion"}, keeps="POST"),
    "web:hear-again": Rule(MEMBER, "POST", edits="POST"),
    "web:download": Rule(MEMBER),
    "web:tagged-copy": Rule(MEMBER),
    "web:sample": Rule(PEOPLE, "POST", edits="POST", within=True),
    "web:corrections": Rule(PEOPLE, within=True),
    "web:similar": Rule(MEMBER),
    "web:music": Rule(MEMBER),
    "web:add-tag": Rule(MEMBER, "POST", form={"tag": "guitar"}, edits="POST"),
    "web:rate-track": Rule(MEMBER, "POST", form={"stars": "4"}),
    "web:verdict": Rule(MEMBER, "POST", edits="POST"),
    "web:upload": Rule(PEOPLE, "GET POST", edits="POST", within=True),
    "web:share": Rule(
        PEOPLE, "POST", edits="POST", headers={"Sec-Fetch-Site": "none"}, within=True
    ),
    "web:list-look": Rule(PEOPLE, "POST"),
    "web:facets": Rule(PEOPLE, within=True),
    "web:folder-tree": Rule(PEOPLE, within=True),
    "web:tag-choices": Rule(PEOPLE),
    "web:map-regions": Rule(PEOPLE, within=True),
    "web:map-card": Rule(MEMBER),
    "web:play-queue": Rule(PEOPLE, within=True),
    "web:telling": Rule(MEMBER),
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
    "api:tracks": Rule(PEOPLE, "GET POST", edits="POST", within=True),
    "api:tracks-check": Rule(PEOPLE, "POST", reads="POST", within=True),
    "api:tracks-bulk": Rule(PEOPLE, "POST", within=True),
    "api:track-restore": Rule(MEMBER, "POST", values={"track_id": "trashed"}, keeps="POST"),
    "api:trash": Rule(PEOPLE, within=True),
    "api:trash-audio": Rule(MEMBER, values={"track_id": "trashed"}),
    "api:track": Rule(MEMBER, "GET PATCH DELETE", edits="PATCH", keeps="DELETE"),
    "api:track-audio": Rule(MEMBER),
    "api:track-cover": Rule(MEMBER),
    "api:albums": Rule(PEOPLE, within=True),
    "api:artists": Rule(PEOPLE, within=True),
    "api:track-peaks": Rule(MEMBER),
    "api:track-tagged": Rule(MEMBER),
    "api:track-predictions": Rule(MEMBER),
    "api:track-similar": Rule(MEMBER),
    "api:track-spectrogram": Rule(MEMBER, "GET POST"),
    "api:track-rating": Rule(MEMBER, "GET PUT DELETE"),
    "api:track-tags": Rule(MEMBER),
    "api:track-tag": Rule(MEMBER, "PUT DELETE", edits="PUT DELETE"),
    "api:track-reanalyse": Rule(MEMBER, "POST", edits="POST"),
    "api:export-csv": Rule(PEOPLE, within=True),
    "api:export-json": Rule(PEOPLE, within=True),
    "api:export-m3u8": Rule(PEOPLE, within=True),
    "api:export-corrections": Rule(PEOPLE, within=True),
    "api:tags": Rule(PEOPLE, within=True),
    "api:jobs": Rule(PEOPLE, within=True),
    "api:job": Rule(MEMBER),
    "api:job-cancel": Rule(MEMBER, "POST", edits="POST"),
    "api:job-retry": Rule(MEMBER, "POST", edits="POST"),
    "api:jobs-retry": Rule(PEOPLE, "POST", edits="POST", within=True),
    "api:folders": Rule(PEOPLE, "GET POST"),
    "api:folder-tree": Rule(PEOPLE, within=True),
    "api:folder": Rule(KEEPER, "GET PATCH DELETE"),
    "api:folder-scan": Rule(KEEPER, "POST"),
    "api:folder-files": Rule(KEEPER),
    "api:folder-write": Rule(KEEPER, "GET POST"),
    "api:folder-write-undo": Rule(KEEPER, "POST"),
    "api:export-xml": Rule(PEOPLE, within=True),
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
    "api:review": Rule(PEOPLE, within=True),
    "api:review-skipped": Rule(PEOPLE, "POST", edits="POST", within=True),
    "api:review-question": Rule(MEMBER, "POST", edits="POST"),
    "api:libraries": Rule(PEOPLE, "GET POST"),
    "api:one-library": Rule(MEMBER, "GET PATCH DELETE", keeps="PATCH DELETE"),
    "api:members": Rule(MEMBER),
    "api:member": Rule(MEMBER, "PATCH DELETE", keeps="PATCH DELETE"),
    "api:library-invitations": Rule(MEMBER, "GET POST", keeps="GET HEAD POST"),
    "api:library-invitation": Rule(
        MEMBER, "DELETE", keeps="DELETE", values={"invitation_id": "asked"}
    ),
    "api:invitations": Rule(PEOPLE),
    "api:invitation": Rule(OWNER, "POST"),
    "api:map": Rule(PEOPLE, "GET POST", edits="POST", within=True),
    "api:sample": Rule(PEOPLE, "POST", edits="POST", within=True),
    "api:me": Rule(PEOPLE),
    "api:tokens": Rule(PEOPLE, "GET POST"),
    "api:token": Rule(OWNER, "DELETE"),
    "api:views": Rule(PEOPLE, "GET POST", within=True),
    "api:view": Rule(OWNER, "GET PATCH DELETE"),
    "api:webhooks": Rule(PEOPLE, "GET POST"),
    "api:webhook": Rule(OWNER, "GET PATCH DELETE"),
    "api:webhook-secret": Rule(OWNER, "POST"),
    "api:webhook-test": Rule(OWNER, "POST"),
    "api:webhook-deliveries": Rule(OWNER),
    "api:webhook-delivery": Rule(OWNER),
    "api:webhook-delivery-retry": Rule(OWNER, "POST"),
    "api:uploads": Rule(PEOPLE, "GET POST", headers=TUS, edits="POST", within=True),
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
