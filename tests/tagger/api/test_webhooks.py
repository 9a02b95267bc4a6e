from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from standardwebhooks import Webhook as Signer

from tagger.models import User, Webhook
from tagger.webhooks import manage
from tagger.webhooks.delivery import deliver_due
from tests.tagger.conftest import token_client
from tests.tagger.webhooks.receiver import receiving
from tests.web import rows

from .test_errors import problem

WEBHOOKS = "/api/v1/webhooks/"
WISH = {"url": "https://example.org/hook", "events": ["track.tagged", "track.deleted"]}


def make(api: Client, **values: Any) -> Any:
    return api.post(WEBHOOKS, WISH | values, "application/json")


def test_the_secret_is_in_the_first_answer_only(api: Client) -> None:
    response = make(api)
    assert response.status_code == 201
    made = response.json()
    assert made["secret"].startswith("whsec_")
    shown = api.get(f"{WEBHOOKS}{made['id']}/").json()
    assert shown == {name: value for name, value in made.items() if name != "secret"}
    assert api.get(WEBHOOKS).json() == [shown]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"url": "http://127.0.0.1/"}, "#/url"),
        ({"url": "nonsense"}, "#/url"),
        ({"events": []}, "#/events"),
        ({"events": ["track.sung"]}, "#/events/0"),
        ({"events": ["model.activated"]}, "#/events"),
    ],
)
def test_a_bad_wish_is_pointed_at(api: Client, wrong: dict[str, Any], pointer: str) -> None:
    body = problem(make(api, **wrong), 400, "invalid")
    assert body["errors"][0]["pointer"] == pointer


@pytest.mark.django_db
def test_staff_may_be_notified_of_models() -> None:
    boss = token_client(rows.person("boss", is_staff=True))
    assert make(boss, events=["model.activated"]).status_code == 201


def test_there_are_no_more_than_twenty(api: Client, owner: User) -> None:
    for _ in range(manage.MOST):
        make(api)
    problem(make(api), 409, "webhook-state")


def test_it_can_be_changed_switched_off_and_deleted(api: Client) -> None:
    address = f"{WEBHOOKS}{make(api).json()['id']}/"
    change = {"events": ["job.failed"], "active": False}
    body = api.patch(address, change, "application/json").json()
    assert (body["events"], body["active"]) == (["job.failed"], False)
    assert body["disabled_reason"] == "by_hand"
    problem(api.post(f"{address}test/"), 409, "webhook-state")
    body = api.patch(address, {"active": True}, "application/json").json()
    assert (body["active"], body["disabled_at"]) == (True, None)
    assert api.delete(address).status_code == 204
    problem(api.get(address), 404, "not-found")


def test_a_test_event_is_sent_logged_and_sent_again(api: Client, settings: Any) -> None:
    settings.WEBHOOK_PRIVATE_ADDRESSES = True
    with receiving() as receiver:
        made = make(api, url=receiver.url).json()
        address = f"{WEBHOOKS}{made['id']}/"
        response = api.post(f"{address}test/")
        assert response.status_code == 202
        deliver_due()
        seen = Signer(made["secret"]).verify(receiver.calls[0].body, receiver.calls[0].headers)
        assert seen["type"] == "webhook.test"
        logged = api.get(f"{address}deliveries/", {"state": "delivered"}).json()["results"][0]
        assert logged["id"] == response.json()["id"]
        assert logged["payload"].encode() == receiver.calls[0].body
        assert logged["attempts"][0]["status"] == 204
        again = api.post(f"{address}deliveries/{logged['id']}/retry/")
        assert (again.status_code, again.json()["state"]) == (202, "pending")
        deliver_due()
        assert len(receiver.calls) == 2
        shown = api.get(f"{address}deliveries/{logged['id']}/").json()
        assert len(shown["attempts"]) == 2


def test_a_new_secret_replaces_the_old_one(api: Client) -> None:
    made = make(api).json()
    fresh = api.post(f"{WEBHOOKS}{made['id']}/secret/").json()
    assert fresh["id"] == made["id"]
    assert fresh["secret"] != made["secret"]


def test_webhooks_are_their_owners_alone(
    api: Client, reader: Client, stranger: Client, client: Client
) -> None:
    made = make(api).json()
    address = f"{WEBHOOKS}{made['id']}/"
    delivery = api.post(f"{address}test/").json()["id"]
    for path in ("", "deliveries/", f"deliveries/{delivery}/"):
        answers = [who.get(address + path).status_code for who in (reader, stranger, client)]
        assert answers == [200, 404, 401], path
    for path in ("test/", "secret/", f"deliveries/{delivery}/retry/"):
        answers = [who.post(address + path).status_code for who in (reader, stranger, client)]
        assert answers == [403, 404, 401], path
    assert stranger.delete(address).status_code == 404
    assert stranger.get(WEBHOOKS).json() == []
    assert Webhook.objects.get().is_active


def test_the_log_takes_the_same_queries_whatever_its_length(
    api: Client, owner: User, django_assert_max_num_queries: Any
) -> None:
    webhook = manage.make_webhook(owner, WISH["url"], WISH["events"])[0]  # type: ignore[arg-type]
    for _ in range(12):
        manage.send_test(webhook)
    with django_assert_max_num_queries(6):
        page = api.get(f"{WEBHOOKS}{webhook.pk}/deliveries/").json()
    assert len(page["results"]) == 12
