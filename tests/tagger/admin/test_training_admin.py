"""The admin asks what a training is to learn from, starts it, shows it and stops it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from tagger.models import Job, ModelVersion, Training, User, Verdict
from tagger.operations.bootstrap import ensure_vocabulary
from tests.tagger.training.training_rows import labelled, small_model
from tests.web import rows

ADD = "/admin/tagger/training/add/"

pytestmark = pytest.mark.usefixtures("sent")


@pytest.fixture
def admin(db: None) -> Client:
    ensure_vocabulary()
    browser = Client()
    browser.force_login(rows.person("root", is_staff=True, is_superuser=True))
    return browser


@pytest.fixture
def base(admin: Client, tmp_path: Path) -> ModelVersion:
    version = small_model(tmp_path)
    for answer in Verdict.Answer:
        labelled(User.objects.get(), "harp", answer, 12)
    return version


def test_the_action_on_a_model_asks_and_then_starts(admin: Client, base: ModelVersion) -> None:
    chosen = {"action": "train", "_selected_action": [base.pk]}
    asked = admin.post("/admin/tagger/modelversion/", chosen, follow=True)
    assert asked.redirect_chain[-1][0] == f"{ADD}?base={base.pk}"
    assert "nothing changes before you make it the active model" in asked.content.decode()
    assert not Training.objects.exists()
    started = admin.post(ADD, {"base": base.pk, "verdicts": "on", "device": "auto"}, follow=True)
    assert started.status_code == 200
    training = Training.objects.get()
    assert (training.base, training.job.trigger) == (base, Job.Trigger.ADMIN)


def test_a_refusal_stands_in_the_form_and_a_second_leads_to_the_first(
    admin: Client, base: ModelVersion
) -> None:
    refused = admin.post(ADD, {"base": base.pk, "device": "auto"})
    assert "Choose what to learn from" in refused.content.decode()
    wish = {"base": base.pk, "verdicts": "on", "device": "auto"}
    admin.post(ADD, wish)
    second = admin.post(ADD, wish, follow=True)
    assert "A training is under way" in second.content.decode()
    assert Training.objects.count() == 1


def test_it_is_cancelled_from_the_list(admin: Client, base: ModelVersion) -> None:
    admin.post(ADD, {"base": base.pk, "verdicts": "on", "device": "auto"})
    chosen = {"action": "cancel", "_selected_action": [str(Training.objects.get().pk)]}
    said = admin.post("/admin/tagger/training/", chosen, follow=True)
    assert "1 training is told to stop." in said.content.decode()
    assert Training.objects.get().job.state == Job.State.CANCELLED


def test_staff_without_the_right_start_nothing(admin: Client, base: ModelVersion) -> None:
    helper = Client()
    helper.force_login(rows.person("helper", is_staff=True))
    wish = {"base": base.pk, "verdicts": "on", "device": "auto"}
    assert helper.post(ADD, wish).status_code == 403
    assert not Training.objects.exists()
