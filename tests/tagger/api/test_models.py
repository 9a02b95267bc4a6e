"""Models and reanalyses over the API."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ml.checkpoints.archive import write_package
from ml.checkpoints.weights import default_model_path
from tagger.models import Job, ModelVersion, Track, User
from tagger.registry.versions import activate_model
from tagger.tags.effective import active_model
from tests.tagger.conftest import token_client
from tests.tagger.registry.cards import card_of, paired
from tests.web import rows

JSON = "application/json"


@pytest.fixture
def staff(song: Track) -> Client:
    User.objects.filter(pk=rows.owner_of(song).pk).update(is_staff=True)
    return token_client(User.objects.get(pk=rows.owner_of(song).pk))


@pytest.fixture
def candidate(song: Track) -> ModelVersion:
    active = rows.active_model()
    ModelVersion.objects.filter(pk=active.pk).update(card=card_of(0.9))
    made = rows.candidate({song: {"harp": 0.9}}, paired(0.02, active.sha256))
    made.smoke = {"sounds": ["silence"], "problems": []}
    made.save()
    return made


def at(version: ModelVersion, what: str) -> str:
    return f"/api/v1/models/{version.name}/{what}/"


def test_a_model_is_made_active_and_rolled_back(staff: Client, candidate: ModelVersion) -> None:
    change = staff.post(at(candidate, "activate"), {}, JSON).json()
    assert (change["model"], change["former"]) == (candidate.name, "tonemark-test")
    assert Job.objects.get(pk=change["job"]).kind == Job.Kind.SWITCH_TAGS
    assert active_model() == candidate
    back = staff.post(at(candidate, "rollback")).json()
    assert (back["model"], back["rollback"]) == ("tonemark-test", True)
    twice = staff.post(at(candidate, "rollback"))
    assert twice.status_code == 409
    assert twice.json()["type"].endswith("/nothing-to-go-back-to/")


def test_the_gate_says_what_it_has_against_a_model(staff: Client, candidate: ModelVersion) -> None:
    candidate.card = card_of(0.8)
    candidate.save()
    refused = staff.post(at(candidate, "activate"), {}, JSON)
    assert refused.status_code == 409
    assert [concern["code"] for concern in refused.json()["concerns"]] == ["worse"]
    passed = staff.post(at(candidate, "activate"), {"reason": "A trial."}, JSON)
    assert passed.json()["reason"] == "A trial."


def test_the_same_key_makes_active_once(staff: Client, candidate: ModelVersion) -> None:
    answers = [
        staff.post(at(candidate, "activate"), {}, JSON, headers={"Idempotency-Key": "once"})
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()


def test_a_comparison_has_a_verdict_and_its_grounds(
    staff: Client, candidate: ModelVersion, song: Track
) -> None:
    comparison = staff.get(at(candidate, "comparison")).json()
    assert comparison["outcome"] == "better"
    assert comparison["split"]["roc_auc"]["value"] == pytest.approx(0.02)
    assert comparison["split"]["paired"] is True
    assert comparison["library"]["tracks"] == 1
    assert comparison["library"]["to_hear"][0]["track"] == str(song.pk)
    assert {change["tag"] for change in comparison["library"]["tags"]} == {"guitar", "harp", "rock"}
    itself = staff.get(at(rows.active_model(), "comparison"))
    assert itself.json()["type"].endswith("/nothing-to-compare/")


def test_a_model_goes_out_and_comes_in(staff: Client) -> None:
    buffer = io.BytesIO()
    write_package(default_model_path(), buffer)
    package = SimpleUploadedFile("model.zip", buffer.getvalue())
    made = staff.post("/api/v1/models/import/", {"package": package})
    assert made.status_code == 201, made.content
    name = made.json()["name"]
    body = b"".join(staff.get(f"/api/v1/models/{name}/export/").streaming_content)  # type: ignore[attr-defined]
    assert zipfile.ZipFile(io.BytesIO(body)).testzip() is None
    refused = staff.post(
        "/api/v1/models/import/", {"package": SimpleUploadedFile("model.zip", b"no")}
    )
    assert refused.status_code == 422
    assert refused.json()["type"].endswith("/package-refused/")


def test_stale_tracks_are_analysed_by_the_active_model(staff: Client, song: Track) -> None:
    nothing = staff.post("/api/v1/reanalyses/", {"selection": "stale"}, JSON)
    assert nothing.json()["type"].endswith("/nothing-to-hear/")
    activate_model(rows.candidate({}))
    run = staff.post("/api/v1/reanalyses/", {"selection": "stale"}, JSON)
    assert run.status_code == 202
    assert run["Location"].endswith(f"/api/v1/jobs/{run.json()['id']}/")
    address = f"/api/v1/reanalyses/{run.json()['id']}/"
    assert staff.get(address).json()["planned"] == 1
    assert staff.post(f"{address}cancel/").json()["job"]["state"] == "cancelled"


def test_only_own_tracks_are_chosen(staff: Client, song: Track, outsider: User) -> None:
    strange = rows.analysed(rows.track(outsider), guitar=0.9)

    def choose(*tracks: Track) -> Any:
        wish = {"selection": "chosen", "tracks": [str(track.pk) for track in tracks]}
        return staff.post("/api/v1/reanalyses/", wish, JSON)

    assert choose(song).status_code == 202
    refused = choose(song, strange)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "#/tracks"
    assert choose().status_code == 400


def test_a_sample_names_its_model(staff: Client, song: Track) -> None:
    fresh = rows.candidate({})
    assert staff.post("/api/v1/reanalyses/", {"selection": "sample"}, JSON).status_code == 400
    for name in ("nobody", "nul \x00"):
        wish = {"selection": "sample", "model": name}
        assert staff.post("/api/v1/reanalyses/", wish, JSON).status_code == 400
    wish = {"selection": "sample", "model": fresh.name}
    run = staff.post("/api/v1/reanalyses/", wish, JSON).json()
    assert (run["model"], run["planned"]) == (fresh.name, 1)


def test_a_stale_track_names_the_model_that_analysed_it(staff: Client, song: Track) -> None:
    activate_model(rows.candidate({}))
    predictions = staff.get(f"/api/v1/tracks/{song.pk}/predictions/").json()
    assert (predictions["model"], predictions["stale"]) == ("tonemark-test", True)


def test_a_model_is_put_aside_and_deleted(staff: Client, candidate: ModelVersion) -> None:
    address = f"/api/v1/models/{candidate.name}/"
    assert staff.post(f"{address}retire/").json()["state"] == "retired"
    assert staff.post(f"{address}retire/").status_code == 200
    assert staff.delete(address).status_code == 204
    assert staff.delete(address).status_code == 404
    assert not ModelVersion.objects.filter(pk=candidate.pk).exists()


def test_what_is_needed_is_neither_put_aside_nor_deleted(staff: Client, song: Track) -> None:
    active = f"/api/v1/models/{rows.active_model().name}/"
    for refused in (staff.delete(active), staff.post(f"{active}retire/")):
        assert refused.status_code == 409
        assert refused.json()["type"] == "/api/v1/problems/model-in-use/"
        assert "Promote another first." in refused.json()["detail"]
    activate_model(rows.candidate({}))
    refused = staff.delete(active)
    assert refused.status_code == 409
    assert "1 track shows the tags of tonemark-test." in refused.json()["detail"]


def test_only_staff_delete_models(api: Client, candidate: ModelVersion) -> None:
    assert api.get(f"/api/v1/models/{candidate.name}/").status_code == 200
    assert api.delete(f"/api/v1/models/{candidate.name}/").status_code == 403


def test_an_evaluation_is_asked_for_and_its_job_polled(
    staff: Client, candidate: ModelVersion, settings: Any, tmp_path: Path
) -> None:
    address = f"/api/v1/models/{candidate.name}/evaluation/"
    refused = staff.post(address, {}, JSON)
    assert refused.status_code == 409
    assert refused.json()["type"] == "/api/v1/problems/evaluation-refused/"
    settings.TRAINING_DATA = [tmp_path]
    (tmp_path / "annotations_final.csv").touch()
    assert staff.post(address, {"folder": "noise"}, JSON).status_code == 409
    begun = staff.post(address, {"folder": tmp_path.name}, JSON)
    assert (begun.status_code, begun.json()["kind"]) == (202, "evaluate")
    assert staff.get(begun["Location"]).json()["state"] == "queued"
    assert staff.post(address, {}, JSON).json()["id"] == begun.json()["id"]
