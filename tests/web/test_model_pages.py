"""Models, for staff: what there is, comparing, promoting, going back."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ml.checkpoints.archive import CARD, WEIGHTS, write_package
from ml.checkpoints.card import card_path
from ml.checkpoints.weights import default_model_path
from tagger.feedback.verdicts import give_verdict
from tagger.models import Job, ModelVersion, Reanalysis, Tag, Track, User, Verdict
from tagger.registry.versions import activate_model
from tagger.tags.effective import active_model
from tests.ml.second_network import facts
from tests.tagger.conftest import scratch_media, sent
from tests.tagger.registry.cards import card_of, paired

from . import rows

__all__ = ["scratch_media", "sent"]


@pytest.fixture
def boss(song: Track) -> User:
    return rows.person("boss", is_staff=True)


@pytest.fixture
def staff(boss: User) -> Client:
    client = Client()
    client.force_login(boss)
    return client


@pytest.fixture
def candidate(song: Track) -> ModelVersion:
    """It predicts a harp where the active one predicts guitar and rock, and passed all tests."""
    active = rows.active_model()
    ModelVersion.objects.filter(pk=active.pk).update(card=card_of(0.9))
    made = rows.candidate({song: {"harp": 0.9}}, paired(0.02, active.sha256))
    made.smoke = {"sounds": ["silence"], "problems": []}
    made.save()
    return made


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_the_list_names_each_version_with_its_figures(
    staff: Client, candidate: ModelVersion
) -> None:
    page = text(staff.get("/models/"))
    assert "tonemark-test" in page
    assert candidate.name in page
    assert ".900" in page
    assert ".920" in page
    assert "The active model has not been changed yet." in page


def test_the_list_takes_the_same_queries_whatever_its_length(
    staff: Client, candidate: ModelVersion, django_assert_num_queries: Any
) -> None:
    staff.get("/models/")
    with django_assert_num_queries(15):
        staff.get("/models/")
    for _ in range(5):
        rows.candidate({})
    with django_assert_num_queries(15):
        staff.get("/models/")


def test_the_card_page_shows_tags_and_what_the_smoke_test_found(
    staff: Client, candidate: ModelVersion
) -> None:
    page = text(staff.get(f"/models/{candidate.pk}/"))
    assert "Passed the smoke test (silence)." in page
    assert "too few clips to tell" in page
    candidate.smoke = {"sounds": [], "problems": ["It hums."]}
    candidate.save()
    assert "It hums." in text(staff.get(f"/models/{candidate.pk}/"))


def test_the_card_page_says_which_network_says_what(staff: Client, candidate: ModelVersion) -> None:
    assert "Said by" not in text(staff.get(f"/models/{candidate.pk}/"))
    candidate.card |= {"second": facts(["guitar", "rock"], {"rock": 1.0, "guitar": 0.5})}
    candidate.save()
    page = text(staff.get(f"/models/{candidate.pk}/"))
    assert "ear (ISC), has a say in 2 tags" in page
    assert "<td>rock</td> <td>ear</td>" in page
    assert "<td>guitar</td> <td>both</td>" in page
    assert "<td>harp</td> <td>sample-level</td>" in page


def test_a_better_model_is_promoted_after_asking(staff: Client, candidate: ModelVersion) -> None:
    address = f"/models/{candidate.pk}/promote/"
    assert "tonemark-test is in use now" in text(staff.get(address))
    page = text(staff.post(address, follow=True))
    assert f"{candidate.name} is now the active model." in page
    assert "tags are being switched" in page
    assert active_model() == candidate


def test_a_worse_one_only_with_a_reason(staff: Client, candidate: ModelVersion) -> None:
    candidate.card = card_of(0.8)
    candidate.save()
    address = f"/models/{candidate.pk}/promote/"
    refused = staff.post(address)
    assert refused.status_code == 422
    assert "Say why" in text(refused)
    assert active_model() != candidate
    page = text(staff.post(address, {"reason": "A trial."}, follow=True))
    assert "A trial." in page
    assert "Against:" in page


def test_rolling_back_is_one_press_and_a_question(
    staff: Client, candidate: ModelVersion, song: Track
) -> None:
    activate_model(candidate)
    rows.work_off(Job.Kind.SWITCH_TAGS)
    assert "Roll back to tonemark-test" in text(staff.get("/models/"))
    address = f"/models/{candidate.pk}/rollback/"
    assert "Go back to tonemark-test?" in text(staff.get(address))
    assert "tonemark-test is the active model again." in text(staff.post(address, follow=True))
    rows.work_off(Job.Kind.SWITCH_TAGS)
    assert {row.tag.name for row in song.track_tags.all()} == {"guitar", "rock"}
    assert "not the active model any more" in text(staff.post(address, follow=True))


def test_lists_say_that_they_are_being_switched(page: Client, candidate: ModelVersion) -> None:
    activate_model(candidate)
    for address in ("/", "/tags/", "/tags/guitar/"):
        assert "tags in lists and counts are being switched" in text(page.get(address))
    rows.work_off(Job.Kind.SWITCH_TAGS)
    assert "being switched" not in text(page.get("/"))


def test_a_stopped_switch_can_go_on(staff: Client, candidate: ModelVersion) -> None:
    change = activate_model(candidate)
    Job.objects.update(state=Job.State.CANCELLED)
    assert "It stopped: go on" in text(staff.get("/models/"))
    staff.post(f"/models/changes/{change.pk}/go-on/")
    rows.work_off(Job.Kind.SWITCH_TAGS)
    assert "being switched" not in text(staff.get("/models/"))


def test_a_track_says_that_another_model_has_analysed_it(page: Client, song: Track) -> None:
    activate_model(rows.candidate({}))
    shown = text(page.get(f"/tracks/{song.pk}/"))
    assert "The active model has not heard this track yet." in shown
    assert "tonemark-test" in shown
    assert "guitar" in shown


def test_stale_tracks_are_counted_and_analysed(staff: Client, song: Track) -> None:
    newer = rows.candidate({})
    activate_model(newer)
    assert "1 track of 1 shows the tags of an older model." in text(staff.get("/models/"))
    staff.post("/models/reanalyse/")
    run = Reanalysis.objects.get()
    assert (run.model, run.scope) == (newer, "stale")
    shown = text(staff.get("/models/"))
    assert f"{newer.name} hears what the active model has not heard." in shown
    staff.post(f"/models/reanalyse/{run.pk}/cancel/")
    assert Job.objects.get(pk=run.pk).state == Job.State.CANCELLED


def test_comparing_shows_what_the_library_would_gain_and_lose(
    page: Client, candidate: ModelVersion, song: Track, owner: User
) -> None:
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    give_verdict(owner, song, Tag.objects.get(name="rock"), Verdict.Answer.REJECTED)
    shown = text(page.get(f"/models/{candidate.pk}/compare/"))
    assert "Better than the active model. It ranks the test clips better (ROC-AUC +0.020," in shown
    assert (
        "It agrees with listeners about as often. It says the same as 100 % of 1 verdict, the "
        "active model as 0 %."
    ) in shown
    assert "1 track heard by both; 0 keeps its tags." in shown
    assert "each compared with itself" in shown
    for change in ("+harp", "−guitar", "−rock"):
        assert change in shown
    assert song.title in shown


def test_tags_are_compared_by_the_figure_and_in_the_order_that_is_asked_for(
    staff: Client, candidate: ModelVersion
) -> None:
    candidate.card = spread(rows.active_model().sha256)
    candidate.save()
    address = f"/models/{candidate.pk}/compare/"
    assert tags_of(staff.get(address)) == ["piano", "guitar", "harp"]
    assert "Beyond chance: 1 gained, 1 lost." in text(staff.get(address))
    assert tags_of(staff.get(f"{address}?order=gain")) == ["guitar", "harp", "piano"]
    assert tags_of(staff.get(f"{address}?order=tag")) == ["guitar", "harp", "piano"]
    assert tags_of(staff.get(f"{address}?order=clips")) == ["harp", "guitar", "piano"]
    by_area = staff.get(f"{address}?figure=roc-auc&order=none")
    assert "Beyond chance: 0 gained, 0 lost." in text(by_area)
    assert tags_of(by_area) == ["harp", "guitar", "piano"]


def spread(sha256: str) -> dict[str, Any]:
    """By average precision guitar gains, piano loses more, and harp is within chance."""
    card = paired(0.02, sha256)
    changes = [("guitar", 20, 0.05, 0.01), ("piano", 10, -0.09, 0.02), ("harp", 30, 0.03, 0.2)]
    card["metrics"]["active"]["test"]["paired"]["per_tag"] = [
        {
            "tag": tag,
            "positives": clips,
            "roc_auc": change_of(clips / 1000, 0.5),
            "average_precision": change_of(gain, half),
        }
        for tag, clips, gain, half in changes
    ]
    return card


def change_of(gain: float, half: float) -> dict[str, Any]:
    interval = [gain - half, gain + half]
    return {"first": 0.5 + gain, "second": 0.5, "difference": gain, "interval": interval}


def tags_of(response: Any) -> list[str]:
    table = text(response).split('class="list wide tag-by-tag"')[1].split("</table>")[0]
    return re.findall(r"<tr>\s*<td>(\w+)</td>", table)


def test_both_are_evaluated_on_the_same_clips_when_asked(
    staff: Client, song: Track, settings: Any, tmp_path: Path
) -> None:
    fresh = rows.candidate({})
    address = f"/models/{fresh.pk}/compare/"
    assert "To judge both on a test split, name a data set in TONEMARK_TRAINING_DATA" in text(
        staff.get(address)
    )
    settings.TRAINING_DATA = [tmp_path]
    (tmp_path / "annotations_final.csv").touch()
    assert f"Judge both on {tmp_path.name}" in text(staff.get(address))
    shown = text(staff.post(f"/models/{fresh.pk}/evaluate/", follow=True))
    assert "It waits for the training worker." in shown
    shown = text(staff.post(f"/models/{fresh.pk}/evaluate/cancel/", follow=True))
    assert f"Judge both on {tmp_path.name}" in shown
    Job.objects.update(state=Job.State.FAILED, error_detail="The disk is full.")
    assert "The disk is full." in text(staff.get(address))
    refused = staff.post(f"/models/{fresh.pk}/evaluate/", {"data": "noise"}, follow=True)
    assert "There is no data set noise." in text(refused)


def test_nobody_elses_tracks_are_named(staff: Client, candidate: ModelVersion, song: Track) -> None:
    shown = text(staff.get(f"/models/{candidate.pk}/compare/"))
    assert song.title not in shown
    assert "None of the tracks that change is yours" in shown


def test_a_candidate_that_has_analysed_nothing_is_offered_a_sample(
    staff: Client, song: Track
) -> None:
    fresh = rows.candidate({})
    shown = text(staff.get(f"/models/{fresh.pk}/compare/"))
    assert "There is nothing to compare the two by yet." in shown
    assert "Its card holds no figures of the test split." in shown
    staff.post(f"/models/{fresh.pk}/hear-library/")
    assert Reanalysis.objects.get().scope == "sample"
    assert "tags the library to be compared" in text(staff.get(f"/models/{fresh.pk}/compare/"))


def test_the_active_model_is_not_compared_with_itself(staff: Client, song: Track) -> None:
    shown = staff.get(f"/models/{rows.active_model().pk}/compare/", follow=True)
    assert "Choose a model that is not the active one" in text(shown)


def test_a_model_goes_out_and_comes_in(staff: Client, song: Track) -> None:
    buffer = io.BytesIO()
    write_package(default_model_path(), buffer)
    package = SimpleUploadedFile("model.zip", buffer.getvalue())
    shown = staff.post("/models/import/", {"package": package}, follow=True)
    version = ModelVersion.objects.get(state="candidate")
    assert f"Brought in as a candidate: {version}" in text(shown)
    assert "The smoke test has not run yet" in text(shown)
    answer = staff.get(f"/models/{version.pk}/export/")
    body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    taken = zipfile.ZipFile(io.BytesIO(body))
    assert taken.read(CARD) == card_path(default_model_path()).read_bytes()
    assert taken.namelist() == [CARD, WEIGHTS]


def test_a_file_that_is_no_package_is_refused(staff: Client, song: Track) -> None:
    package = SimpleUploadedFile("model.zip", b"not a zip")
    refused = staff.post("/models/import/", {"package": package})
    assert refused.status_code == 422
    assert "no package of a model" in text(refused)


def test_missing_files_are_said(staff: Client, candidate: ModelVersion) -> None:
    shown = staff.get(f"/models/{candidate.pk}/export/", follow=True)
    assert "The files of this model are missing." in text(shown)


def test_versions_are_retired_and_deleted(staff: Client, candidate: ModelVersion) -> None:
    staff.post(f"/models/{candidate.pk}/retire/")
    candidate.refresh_from_db()
    assert candidate.state == "retired"
    assert "gone for good" in text(staff.get(f"/models/{candidate.pk}/delete/"))
    staff.post(f"/models/{candidate.pk}/delete/")
    assert not ModelVersion.objects.filter(pk=candidate.pk).exists()
    active = rows.active_model()
    assert "is the active model" in text(staff.get(f"/models/{active.pk}/delete/"))
    assert "is the active model" in text(staff.post(f"/models/{active.pk}/delete/", follow=True))
