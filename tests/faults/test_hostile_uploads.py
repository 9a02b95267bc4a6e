"""Hostile files on the product's own way: taken in or refused, then analysed as by a worker."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ml.checkpoints.weights import ModelCard, save_model
from ml.config.labels import LABEL_NAMES
from ml.nn.network import NetworkConfig, SampleCNN
from tagger.models import Job, Track, User
from tagger.registry.versions import activate_model, install_model
from tagger.tasks import run_job
from tagger.uploads.ingest import Ingested, IngestError, ingest
from tests import audio_factory as factory
from tests.ml.audio.hostile_corpus import CASES, hostile_file
from tests.tagger.conftest import scratch_media, sent

__all__ = ["scratch_media", "sent"]

NAMES = (
    "../../../etc/passwd",
    "..\\..\\windows\\system32\\a.mp3",
    "a\x00.mp3",
    "\u202egpm.exe",
    "\udcff\udcfe.mp3",
    "CON.mp3",
    "-rf.mp3",
    "a" * 5_000,
    "\r\nSet-Cookie: a=b",
)
POINTERS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{}\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile '{}'\n",
    "dash": '<?xml version="1.0"?><MPD type="static"><BaseURL>{}</BaseURL></MPD>',
    "asx": '<asx version="3"><entry><ref href="{}"/></entry></asx>',
    "pls": "[playlist]\nFile1={}\nNumberOfEntries=1\n",
    "reference": "[Reference]\nRef1={}\n",
}

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("sent")]


def small_model(folder: Path) -> Path:
    """Untrained and quick, with embeddings as wide as the database keeps them."""
    config = NetworkConfig(labels=50, widths=(4,) * 6 + (256, 256, 512), stem_width=4)
    card = ModelCard("small", config.as_dict(), list(LABEL_NAMES), "test")
    save_model(folder / "small.safetensors", SampleCNN(config), card)
    return folder / "small.safetensors"


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_model(tmp_path_factory.mktemp("model"))


def take(file: Path, name: str, owner: User) -> Ingested | IngestError:
    try:
        return ingest(file, name, library=owner.personal_library, by=owner, trigger=Job.Trigger.API)
    except IngestError as error:
        return error


@pytest.fixture(scope="module")
def ends(tell: Callable[[str], None]) -> Iterator[Counter[str]]:
    counted: Counter[str] = Counter()
    yield counted
    tell(f"{counted.total()} of {len(CASES)} hostile files ended in a clear state: {dict(counted)}")


@pytest.mark.parametrize("name", CASES)
def test_every_hostile_upload_ends_in_a_clear_state(
    name: str, owner: User, tmp_path: Path, scratch_media: Path, weights: Path, ends: Counter[str]
) -> None:
    file = hostile_file(name, tmp_path)
    taken = take(file, file.name, owner)
    if isinstance(taken, IngestError):
        assert taken.detail.endswith(".")
        assert not Track.objects.exists()
        assert stored(scratch_media) == []
        ends["refused"] += 1
        return
    assert taken.job
    activate_model(install_model(weights))
    run_job(str(taken.job.pk))
    job, track = ended(taken.job)
    assert (job, track) in {("succeeded", "tagged"), ("failed", "failed")}
    ends[track] += 1


def ended(job: Job) -> tuple[str, str]:
    """A job that failed says why, in a sentence, and never that it was our fault."""
    job.refresh_from_db()
    if job.state == Job.State.FAILED:
        assert job.error_code != "internal"
        assert job.error_detail.endswith(".")
    return job.state, Track.objects.get().state


def stored(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", NAMES)
def test_no_name_leads_anywhere_else(
    name: str, owner: User, tmp_path: Path, scratch_media: Path
) -> None:
    taken = take(factory.write(tmp_path / "a.wav", factory.tone(440, 1)), name, owner)
    assert isinstance(taken, Ingested)
    (file,) = stored(scratch_media)
    assert file == Path(taken.track.file.path)
    assert taken.track.file_name.isprintable()
    assert "/" not in taken.track.file_name


@pytest.mark.parametrize("form", POINTERS)
@pytest.mark.parametrize("suffix", ["mp3", "wav", "m3u8"])
def test_what_points_elsewhere_reaches_nothing(
    form: str, suffix: str, owner: User, tmp_path: Path, scratch_media: Path
) -> None:
    canary = factory.write(tmp_path / "canary.wav", factory.tone(440, 1))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/canary.wav"
        for target in (address, str(canary), canary.as_uri(), f"subfile,,:{canary}"):
            file = tmp_path / f"pointer.{suffix}"
            file.write_text(POINTERS[form].format(target))
            refused = take(file, file.name, owner)
            assert isinstance(refused, IngestError)
            assert refused.code == "not-audio"
        assert nobody_called(listener)
    assert stored(scratch_media) == []


def nobody_called(listener: socket.socket) -> bool:
    listener.setblocking(False)
    try:
        listener.accept()
    except BlockingIOError:
        return True
    return False


def test_after_all_that_a_good_file_is_analysed(owner: User, tmp_path: Path, weights: Path) -> None:
    activate_model(install_model(weights))
    taken = take(factory.write(tmp_path / "a.wav", factory.music(6)), "a.wav", owner)
    assert isinstance(taken, Ingested)
    assert taken.job
    run_job(str(taken.job.pk))
    assert ended(taken.job) == ("succeeded", "tagged")
