"""Staff start, follow and cancel trainings on pages; everybody is told what went wrong and why."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tagger.jobs import lifecycle
from tagger.models import Job, ModelVersion, Training, User, Verdict
from tagger.training.manage import expect_end, note, record_epoch, start_training
from tagger.training.options import default_choices
from tagger.training.schedule import schedule
from tests.tagger.conftest import scratch_media, sent
from tests.tagger.training.test_manage import report
from tests.tagger.training.training_rows import labelled, small_model

from . import rows

__all__ = ["scratch_media", "sent"]
NEW = "/trainings/new/"

pytestmark = pytest.mark.usefixtures("sent")


@pytest.fixture
def boss(owner: User) -> User:
    return rows.person("boss", is_staff=True)


@pytest.fixture
def staff(boss: User) -> Client:
    browser = Client()
    browser.force_login(boss)
    return browser


@pytest.fixture
def base(boss: User, tmp_path: Path) -> ModelVersion:
    version = small_model(tmp_path)
    for answer in Verdict.Answer:
        labelled(boss, "harp", answer, 12)
    return version


@pytest.fixture
def training(boss: User, base: ModelVersion) -> Training:
    return start_training(default_choices(), by=boss, trigger=Job.Trigger.WEB)


def text(staff: Client, address: str) -> str:
    response = staff.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_before_the_first_one_the_page_says_what_it_is_for(staff: Client) -> None:
    page = text(staff, "/trainings/")
    assert "No training yet" in page
    assert "every 2s" not in page


def test_the_form_is_filled_in_and_says_what_can_be_learnt(
    staff: Client, base: ModelVersion
) -> None:
    response = staff.get(NEW)
    assert response.context["form"].initial["base"] == base
    assert "24 tracks can teach" in response.content.decode()


def test_a_tag_that_was_only_ever_accepted_is_named_with_what_it_needs(
    staff: Client, boss: User, base: ModelVersion
) -> None:
    assert "Not enough yet" not in text(staff, NEW)
    labelled(boss, "flute", Verdict.Answer.ACCEPTED, 4)
    response = staff.get(NEW)
    assert [(tag, sides.accepted) for tag, sides in response.context["one_sided"]] == [("flute", 4)]
    assert [tag for tag, _ in response.context["learnable"]] == ["harp"]
    assert "tracks that have it and tracks that lack it" in response.content.decode()


def test_it_starts_as_it_was_filled_in(staff: Client, base: ModelVersion) -> None:
    wish = {"base": base.pk, "verdicts": "on", "epochs": 4, "device": "cpu", "seed": 5}
    response = staff.post(NEW, wish)
    training = Training.objects.get()
    assert response["Location"] == f"/trainings/{training.pk}/"
    assert (training.base, training.epochs, training.seed) == (base, 4, 5)
    assert (training.wanted_device, training.folder) == ("cpu", "")


def test_a_refusal_stands_in_the_form(staff: Client, base: ModelVersion) -> None:
    response = staff.post(NEW, {"base": base.pk, "device": "auto"})
    assert response.status_code == 422
    assert "Choose what to learn from" in response.content.decode()
    response = staff.post(NEW, {"base": base.pk, "device": "auto", "epochs": "-3"})
    assert response.status_code == 422
    assert '<details id="more-settings" open>' in response.content.decode()


def test_only_recipes_and_data_that_can_train_here_are_offered(
    staff: Client, base: ModelVersion, settings: Any, tmp_path: Path
) -> None:
    settings.TRAINING_DATA = [tmp_path / "unplugged"]
    form = staff.get(NEW).context["form"]
    offered = [name for name, _ in form.fields["preset"].choices]
    assert offered == ["", "default", "fine-tune", "icassp2018-rese2", "modern"]
    assert form.fields["folder"].choices[1] == ("unplugged", "unplugged (missing)")
    response = staff.post(NEW, {"verdicts": "on", "device": "auto", "preset": "msd"})
    assert response.status_code == 422
    assert not Training.objects.exists()


def test_a_second_press_leads_to_the_one_that_runs(staff: Client, training: Training) -> None:
    response = staff.post(NEW, {"verdicts": "on", "device": "auto"}, follow=True)
    assert response.redirect_chain[-1][0] == f"/trainings/{training.pk}/"
    assert "A training is under way" in response.content.decode()
    assert "Look at it" in text(staff, NEW)


def test_another_one_like_it_is_filled_in_like_it(staff: Client, training: Training) -> None:
    Training.objects.filter(pk=training.pk).update(epochs=17, seed=23)
    form = staff.get(NEW, {"like": str(training.pk)}).context["form"]
    assert (form.initial["epochs"], form.initial["seed"]) == (17, 23)
    assert staff.get(NEW, {"like": "nonsense"}).status_code == 200


def test_while_it_runs_the_page_follows_and_shows_all_there_is(
    staff: Client, training: Training
) -> None:
    address = f"/trainings/{training.pk}/"
    assert "waits for the training worker" in text(staff, address)
    job = lifecycle.claim(str(training.job_id))
    assert job is not None
    lifecycle.report(job, stage="training", done=30, total=120, unit="updates")
    note(training, "on cpu: no GPU is used")
    record_epoch(training, report(1, loss=0.4321))
    first = {"model": "small", "clips": 24, "roc_auc": 0.9312, "average_precision": 0.5127}
    Training.objects.filter(pk=training.pk).update(data={"first_look": first})
    Training.objects.filter(pk=training.pk).update(device="cpu", device_reason="no GPU is used")
    page = text(staff, address)
    for shown in (
        "every 2s",
        "30 of 120",
        "On cpu: no GPU is used.",
        "0.4321",
        "on 24 clips that are held out small reaches ROC-AUC .931, average precision .513.",
        'data-epochs="1"',
    ):
        assert shown in page
    assert staff.post(f"{address}cancel/")["Location"] == address
    assert "stopping…" in text(staff, address)


def test_a_step_that_goes_on_behind_its_last_clip_counts_no_more(
    staff: Client, training: Training
) -> None:
    job = lifecycle.claim(str(training.job_id))
    assert job is not None
    address = f"/trainings/{training.pk}/"
    lifecycle.report(job, stage="preparing", done=581, total=582, unit="clips")
    assert "581 of 582" in text(staff, address)
    expect_end(training, timezone.now() + timedelta(minutes=3, seconds=30))
    assert "in 3\xa0minutes); learning follows." in text(staff, address)
    expect_end(training, timezone.now() + timedelta(seconds=30))
    assert "in less than a minute); learning follows." in text(staff, address)
    lifecycle.report(job, stage="preparing", done=582, total=582, unit="clips")
    page = text(staff, address)
    assert "preparing the clips" in page
    assert "582 of 582" not in page
    assert 'value="1.000"' not in page


def test_a_failed_one_says_why_and_offers_another(staff: Client, training: Training) -> None:
    job = lifecycle.claim(str(training.job_id))
    assert job is not None
    lifecycle.fail(job, code="training-failed", detail="The disk is full.")
    page = text(staff, f"/trainings/{training.pk}/")
    assert "The disk is full." in page
    assert "Another one like it" in page
    assert "every 2s" not in page


def test_what_came_of_it_is_shown_beside_the_active_model(
    staff: Client, training: Training, base: ModelVersion
) -> None:
    figures = {"tag": "harp", "positives": 6, "roc_auc": 0.9}
    card = {
        "metrics": {
            "validation": {"clips": 9, "per_tag": [figures | {"average_precision": 0.875}]},
            "active": {
                "name": "small",
                "validation": {"per_tag": [figures | {"average_precision": 0.5}]},
            },
        }
    }
    ModelVersion.objects.filter(pk=base.pk).update(card=card)
    Training.objects.filter(pk=training.pk).update(model=base, base=None)
    page = re.sub(r"\s*([<>])\s*", r"\1", text(staff, f"/trainings/{training.pk}/"))
    assert "It learnt nothing that can be shown: 9 clips are too few" in page
    for shown in (">.875<", ">.500<", ">+.375<", "of small", "held out"):
        assert shown in page


def test_when_nothing_better_was_found_it_says_that_and_offers_no_comparison(
    staff: Client, training: Training, base: ModelVersion
) -> None:
    Training.objects.filter(pk=training.pk).update(model=base)
    page = text(staff, f"/trainings/{training.pk}/")
    assert "nothing was better than the model it began with" in page
    assert "Compare with the active model" not in page


def test_many_trainings_cost_as_few_queries_as_one(
    staff: Client, training: Training, django_assert_max_num_queries: Any
) -> None:
    lifecycle.cancel(training.job)
    for _ in range(3):
        again = start_training(default_choices(), by=None, trigger=Job.Trigger.COMMAND)
        lifecycle.cancel(again.job)
    with django_assert_max_num_queries(9):
        assert "small" in text(staff, "/trainings/")


def test_the_schedule_is_switched_on_and_off(staff: Client) -> None:
    assert "It is switched off." in text(staff, "/trainings/")
    staff.post("/trainings/schedule/", {"enabled": "1"})
    assert schedule().enabled
    assert "It is switched on." in text(staff, "/trainings/")
    staff.post("/trainings/schedule/", {"enabled": "0"})
    assert not schedule().enabled


def test_staff_add_tags_of_their_own_and_take_them_back(staff: Client, boss: User) -> None:
    added = staff.post("/vocabulary/", {"name": "chiptune", "group": "genre"}, follow=True)
    assert "chiptune can be given to tracks now." in added.content.decode()
    assert "0 of 30 verdicts" in added.content.decode()
    assert "only people give it so far" in text(staff, "/tags/chiptune/")
    refused = staff.post("/vocabulary/", {"name": "Chiptune", "group": "genre"})
    assert refused.status_code == 422
    assert "There is a tag chiptune already." in refused.content.decode()
    staff.post("/vocabulary/chiptune/remove/")
    assert "None yet." in text(staff, "/vocabulary/")
    answer = staff.post("/vocabulary/harp/remove/", follow=True).content.decode()
    assert "Only tags that were added here" in answer
