"""What happens, and which webhooks are told of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from tagger.feedback import verdicts
from tagger.jobs import lifecycle
from tagger.libraries.manage import make_library
from tagger.library.trash import delete_track, restore_track
from tagger.models import Job, ModelVersion, Tag, Track, User, Webhook
from tagger.registry import versions
from tagger.webhooks import events as events_module
from tagger.webhooks import manage
from tests.web import rows

from .receiver import Receiver

pytestmark = pytest.mark.usefixtures("receiver")


def told(webhook: Webhook) -> list[tuple[str, dict[str, Any]]]:
    deliveries = webhook.deliveries.order_by("created_at", "pk")
    return [(row.event, json.loads(row.body)["data"]) for row in deliveries]


def running(track: Track) -> Job:
    job = rows.job(track, Job.State.RUNNING, attempts=1, lease_until=timezone.now())
    return job


def of(song: Track) -> dict[str, Any]:
    return {"library": song.library_id}


def test_a_track_that_was_tagged(webhook: Webhook, owner: User) -> None:
    song = rows.analysed(rows.track(owner), guitar=0.9)
    assert told(webhook) == [
        ("track.tagged", {"track": str(song.pk), "model": rows.active_model().name} | of(song))
    ]


def test_a_job_that_failed_and_its_track(webhook: Webhook, owner: User) -> None:
    song = rows.track(owner)
    job = running(song)
    lifecycle.fail(job, code="damaged", detail="The file is damaged.")
    ids = {"job": str(job.pk), "track": str(song.pk)} | of(song)
    assert sorted(told(webhook)) == [
        ("job.failed", ids | {"code": "damaged"}),
        ("track.failed", ids),
    ]


def test_a_track_analysed_before_does_not_fail_with_its_job(webhook: Webhook, song: Track) -> None:
    webhook.deliveries.all().delete()
    lifecycle.fail(running(song), code="damaged", detail="The file is damaged.")
    assert [event for event, _ in told(webhook)] == ["job.failed"]


def test_a_track_that_was_deleted_and_restored(webhook: Webhook, owner: User) -> None:
    song = rows.track(owner)
    delete_track(song)
    restore_track(song, trigger=Job.Trigger.API)
    name = {"track": str(song.pk)} | of(song)
    assert told(webhook) == [("track.deleted", name), ("track.restored", name)]


def test_a_verdict_given_repeated_and_withdrawn(webhook: Webhook, owner: User) -> None:
    song, tag = rows.track(owner), Tag.objects.get(slug="piano")
    for _ in range(2):
        verdicts.accept_shown(owner, song, tag)
    verdicts.withdraw_verdict(owner, song, tag)
    verdicts.withdraw_verdict(owner, song, tag)
    ids = {"track": str(song.pk), "tag": "piano"} | of(song)
    assert told(webhook) == [
        ("verdict.changed", ids | {"verdict": "accepted"}),
        ("verdict.changed", ids | {"verdict": None}),
    ]


def test_staff_are_notified_of_another_model(receiver: Any, owner: User) -> None:
    boss = rows.person("boss", is_staff=True)
    webhook = manage.make_webhook(boss, receiver.url, [Webhook.Event.MODEL_ACTIVATED])[0]
    active = rows.active_model()
    ModelVersion.objects.update(state=ModelVersion.State.RETIRED)
    versions.activate_model(active)
    assert told(webhook) == [("model.activated", {"model": active.name})]


def test_others_are_not_notified(webhook: Webhook, outsider: User) -> None:
    rows.analysed(rows.track(outsider), guitar=0.9)
    assert told(webhook) == []


def test_only_what_was_asked_for_is_told(receiver: Any, owner: User) -> None:
    webhook = manage.make_webhook(owner, receiver.url, [Webhook.Event.TRACK_DELETED])[0]
    rows.analysed(rows.track(owner), guitar=0.9)
    assert told(webhook) == []


def test_one_that_is_switched_off_misses_what_happens(webhook: Webhook, owner: User) -> None:
    manage.switch_off(webhook)
    delete_track(rows.track(owner))
    manage.switch_on(webhook)
    assert told(webhook) == []


def test_what_did_not_happen_is_not_told(webhook: Webhook, owner: User) -> None:
    song = rows.track(owner)
    with transaction.atomic():
        delete_track(song)
        transaction.set_rollback(True)
    assert told(webhook) == []


def test_an_upload_tells_nothing_without_webhooks(
    api: Client, owner: User, django_assert_num_queries: Any
) -> None:
    """One look for webhooks is all that an event costs."""
    from tagger.webhooks.events import announce

    with django_assert_num_queries(1):
        announce(owner.personal_library.pk, Webhook.Event.TRACK_TAGGED, track="x")


def test_a_limited_webhook_is_told_of_its_library_alone(owner: User, receiver: Receiver) -> None:
    shared = make_library(owner, "Station archive")
    events = [Webhook.Event.TRACK_DELETED, Webhook.Event.TRACK_TAGGED]
    limited, _ = manage.make_webhook(owner, receiver.url, events, library=shared)
    delete_track(rows.track(owner))
    assert told(limited) == []
    gone = rows.track(owner, library=shared)
    delete_track(gone)
    assert told(limited) == [("track.deleted", {"track": str(gone.pk), "library": shared.pk})]
    many = [(library.pk, {"track": "x"}) for library in (shared, owner.personal_library)]
    events_module.announce_many(Webhook.Event.TRACK_TAGGED, many)
    assert told(limited)[1:] == [("track.tagged", {"track": "x", "library": shared.pk})]
    manage.change_webhook(limited, limited.url, limited.events, library=None)
    delete_track(rows.track(owner))
    assert len(told(limited)) == 3


def test_what_belongs_to_no_library_is_not_for_a_limited_webhook(
    owner: User, receiver: Receiver
) -> None:
    owner.is_staff = True
    with pytest.raises(manage.WebhookError, match="belong to no library"):
        manage.make_webhook(
            owner,
            receiver.url,
            [Webhook.Event.MODEL_ACTIVATED],
            library=owner.personal_library,
        )
