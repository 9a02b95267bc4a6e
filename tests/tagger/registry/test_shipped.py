"""What becomes of an installation's models when a release brings another one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from tagger.models import Activation, Job, ModelVersion, Track, User
from tagger.operations import bootstrap
from tagger.registry import retention
from tagger.registry.promotion import promote, roll_back
from tests.tagger.training.training_rows import small_weights
from tests.web import rows

WEB = Job.Trigger.WEB
DAY = "2026-01-02T10:00:00+00:00"

pytestmark = pytest.mark.usefixtures("sent", "db")

Release = Callable[[int], ModelVersion]


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Release:
    """Starts the installation with the weights of this release; answers with its version."""

    def start(number: int) -> ModelVersion:
        path = small_weights(tmp_path, f"release-{number}", number, created=DAY)
        for module in (bootstrap, retention):
            monkeypatch.setattr(module, "default_model_path", lambda: path)
        call_command("bootstrap", verbosity=0)
        return ModelVersion.objects.order_by("pk").last() or pytest.fail("nothing was installed")

    return start


@pytest.fixture
def page(owner: User) -> Client:
    client = Client()
    client.force_login(rows.person("boss", is_staff=True))
    return client


def shown(page: Client) -> str:
    return " ".join(page.get("/models/").content.decode().split())


def active() -> ModelVersion:
    return ModelVersion.objects.get(state="active")


def test_the_first_one_is_active_and_starting_again_changes_nothing(release: Release) -> None:
    first = release(1)
    assert (active(), first.shipped, first.name) == (first, True, "Tonemark rese 2026-01-02")
    release(1)
    assert Activation.objects.get().trigger == "release"
    assert not Job.objects.filter(kind=Job.Kind.CHECK_MODEL).exists()


def test_it_follows_the_release_where_nobody_has_chosen(
    release: Release, owner: User, page: Client
) -> None:
    first = release(1)
    track = rows.analysed(rows.track(owner), guitar=0.9)
    second = release(2)
    assert active() == second
    assert second.name == f"Tonemark rese 2026-01-02 {second.sha256[:8]}"
    assert Job.objects.filter(kind=Job.Kind.CHECK_MODEL, model=second).exists()
    text = shown(page)
    assert f"took the place of {first.name}" in text
    assert f"Hear them with {second.name}" in text
    assert f"Roll back to {first.name}" in text
    assert {tag.tag.name for tag in track.track_tags.all()} == {"guitar"}
    record_analysed(second, track)
    assert "took the place of" not in shown(page)


def record_analysed(version: ModelVersion, track: Track) -> None:
    from tagger.analysis.record import record_analysis

    record_analysis(track, version, rows.prediction(version, {"guitar": 0.9}))


def test_who_went_back_is_not_overruled_by_the_next_start_or_release(
    release: Release, owner: User, page: Client
) -> None:
    first, second = release(1), release(2)
    roll_back(second, by=owner, trigger=WEB)
    release(2)
    assert active() == first
    third = release(3)
    assert (active(), third.state) == (first, "candidate")
    assert f"came with the last upgrade: {third.name}, trained on 2026-01-02" in shown(page)
    page.post(f"/models/{third.pk}/retire/")
    assert "came with the last upgrade" not in shown(page)


def test_a_model_somebody_promoted_stays(release: Release, owner: User) -> None:
    release(1)
    own = rows.candidate({})
    promote(own, by=owner, trigger=WEB, reason="ours")
    assert release(2).state == "candidate"
    assert active() == own


def test_the_model_of_the_release_cannot_be_deleted_for_it_would_come_back(
    release: Release, owner: User
) -> None:
    first = release(1)
    promote(rows.candidate({}), by=owner, trigger=WEB, reason="ours")
    first.refresh_from_db()
    with pytest.raises(retention.ModelInUseError, match="would be back with the next start"):
        retention.delete_model(first)
    release(2)
    retention.delete_model(first)
