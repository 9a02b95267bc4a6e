"""Things of the owner that an address may name, and ids that nobody has."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from uuid import uuid4

from django.core.files.base import ContentFile
from django.utils import timezone

from ml.audio import Cover
from ml.checkpoints.weights import default_model_path
from tagger.accounts.tokens import make_token
from tagger.albums.covers import keep
from tagger.analysis.reanalysis import analyse_sample
from tagger.jobs.lifecycle import cancel, create_job
from tagger.libraries.invitations import invite
from tagger.libraries.manage import make_library
from tagger.libraries.members import Role
from tagger.library.bulk import BulkRequest, start
from tagger.library.bulk_actions import BulkAction
from tagger.library.saved_views import save_view
from tagger.library.trash import delete_track
from tagger.models import (
    Activation,
    ApiToken,
    Folder,
    Job,
    Library,
    Membership,
    ModelVersion,
    ResumableUpload,
    Track,
    Training,
    User,
    Webhook,
    WebhookDelivery,
)
from tests.web import rows

# Nothing else is called this: no example, no other page.
IS_ID = re.compile(r"[0-9a-f-]{36}")
TITLE = "Nocturne of the seventh lighthouse"


def targets(song: Track) -> dict[str, str]:
    """What a parameter of an address stands for, by its name."""
    cover = keep(Cover(b"large", b"small"))
    Track.objects.filter(pk=song.pk).update(title=TITLE, album="Low tide", cover=cover)
    other = rows.track(rows.owner_of(song), f"{TITLE}, second take")
    trashed = rows.track(rows.owner_of(song), f"{TITLE}, third take")
    delete_track(trashed)
    delivery = webhook_delivery(rows.owner_of(song))
    # A network of which is known how it was made, as of every real one.
    card = json.loads(default_model_path().with_suffix(".json").read_text())
    ModelVersion.objects.update(card=card)
    candidate = rows.candidate({other: {"harp": 0.9}})
    for suffix in ("safetensors", "json"):
        name = str(candidate.weights.name).replace("safetensors", suffix)
        candidate.weights.storage.save(name, ContentFile(b"weights"))
    sample = analyse_sample(candidate, by=None, trigger=Job.Trigger.WEB)
    change = Activation.objects.create(model=candidate, trigger=Job.Trigger.WEB)
    library, owner = song.library, rows.owner_of(song)
    elsewhere = make_library(rows.person(), "Station archive")
    host = elsewhere.memberships.get().person
    return {
        "library_id": str(library.pk),
        "person_id": str(_member(library).pk),
        "account": _member(library).username,
        "asked": str(invite(library, rows.person().username, Role.EDITOR, by=owner).pk),
        "invitation_id": str(invite(elsewhere, owner.username, Role.EDITOR, by=host).pk),
        "track_id": str(song.pk),
        "folder_id": str(_folder(song).pk),
        "cover_id": str(cover.pk),
        "size": "small",
        "job_id": str(rows.job(other, Job.State.FAILED).pk),
        "trashed": str(trashed.pk),
        "deletion": str(_deletion(song).pk),
        "training_id": str(_training(song).pk),
        "token_id": str(make_token(rows.owner_of(song), "sync", ApiToken.Scope.READ)[0].pk),
        "webhook_id": str(delivery.webhook_id),
        "delivery_id": str(delivery.pk),
        "upload_id": str(_upload(rows.owner_of(song)).pk),
        "arrived": str(_upload(rows.owner_of(song), song).pk),
        "slug": "guitar",
        "question_id": str(song.questions.latest("pk").pk),
        "view_id": str(save_view(rows.owner_of(song), song.library, TITLE, "tag=guitar").pk),
        "problem": "invalid",
        "candidate_name": candidate.name,
        "candidate": str(candidate.pk),
        "reanalysis": str(sample.pk),
        "activation": str(change.pk),
        "name": rows.active_model().name,
    }


def _folder(song: Track) -> Folder:
    """Opened for writing, so that everything can be asked of it."""
    opened = {"writable": True, "fields": ["genre"]}
    return song.library.folders.get_or_create(path=f"/srv/{TITLE}", defaults=opened)[0]


def _training(song: Track) -> Training:
    job = cancel(create_job(Job.Kind.TRAIN, owner=rows.owner_of(song), trigger=Job.Trigger.WEB))
    return Training.objects.create(
        job=job, name=TITLE, from_scratch=True, verdicts=True, epochs=1, seed=0, recipe={}
    )


def _deletion(song: Track) -> Job:
    """A job that has deleted a track."""
    gone = rows.track(rows.owner_of(song), f"{TITLE}, fourth take")
    asked = BulkRequest(BulkAction.DELETE, f"id={gone.pk}")
    return start(rows.owner_of(song), song.library, asked, trigger=Job.Trigger.WEB)


def _member(library: Library) -> User:
    """One of the crowd who does not ask."""
    return Membership.objects.get_or_create(
        library=library,
        person=User.objects.filter(username="silent").first() or rows.person("silent"),
        defaults={"role": Role.LISTENER},
    )[0].person


def _upload(owner: User, track: Track | None = None) -> ResumableUpload:
    """One that comes in parts; with a track, one that is whole."""
    tomorrow = timezone.now() + timedelta(days=1)
    return ResumableUpload.objects.create(
        owner=owner,
        library=owner.personal_library,
        file_name="long.wav",
        length=1000,
        track=track,
        expires_at=tomorrow,
    )


def webhook_delivery(owner: User) -> WebhookDelivery:
    """One that did not arrive, so that it may be sent again."""
    webhook = Webhook.objects.create(
        owner=owner, url="https://example.org/hook", events=["track.tagged"], salt="s" * 43
    )
    return webhook.deliveries.create(event="track.tagged", body="{}", state="failed")


def guessed(values: dict[str, str]) -> dict[str, str]:
    """The same with ids that could exist."""
    return {name: _guess(at) for name, at in values.items()}


def _guess(at: str) -> str:
    if IS_ID.fullmatch(at):
        return str(uuid4())
    return str(int(at) + 10**9) if at.isdigit() else at
