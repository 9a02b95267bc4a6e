from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_info, threadpool_limits

from ml.audio.reading import SAMPLE_RATE, SEGMENT_SAMPLES, AudioError
from ml.audio.segmentation import segments
from ml.checkpoints.weights import ModelCard, WeightsError, save_model
from ml.inference.prefetch import ahead
from ml.inference.tagger import Analysis, Cancelled, Request, Tagger
from ml.nn.network import NetworkConfig, SampleCNN
from ml.runtime.device import DeviceError, choose_device
from tests import audio_factory as factory
from tests.ml.memory import PEAK_MEMORY

LABELS = ["calm", "loud", "odd"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    network = SampleCNN(NetworkConfig(labels=3, widths=(8,) * 9, stem_width=8))
    path = tmp_path_factory.mktemp("model") / "net.safetensors"
    save_model(path, network, ModelCard("test", network.config.as_dict(), LABELS, "CC0"))
    return path


@pytest.fixture(scope="module")
def tagger(model: Path) -> Tagger:
    return Tagger.load(model, device="cpu", threads=1)


def test_an_analysis_has_a_row_for_each_segment(tagger: Tagger, tmp_path: Path) -> None:
    seconds = 20 * SEGMENT_SAMPLES / SAMPLE_RATE
    heard = tagger.analyse(factory.write(tmp_path / "a.flac", factory.music(seconds)))
    assert heard.scores.shape == (20, 3)
    assert heard.scores.dtype == np.float32
    np.testing.assert_allclose(heard.mean_scores, heard.scores.mean(axis=0), atol=1e-6)
    assert np.linalg.norm(heard.embedding) == pytest.approx(1, abs=1e-5)
    assert heard.duration == pytest.approx(seconds, abs=0.01)
    assert heard.notes == ()
    assert heard.peaks.max() > 10 > -10 > heard.peaks.min()


def test_a_batch_scores_as_its_segments_do_alone(tagger: Tagger) -> None:
    batch = np.random.default_rng(0).normal(0, 0.1, (5, SEGMENT_SAMPLES)).astype(np.float32)
    together, embeddings = tagger.score(batch)
    for index in range(5):
        alone, embedding = tagger.score(batch[index : index + 1])
        np.testing.assert_allclose(together[index], alone[0], atol=1e-3)
        np.testing.assert_allclose(embeddings[index], embedding[0], rtol=0.02, atol=0.02)


def test_a_short_file_is_filled_up_and_says_so(tagger: Tagger, tmp_path: Path) -> None:
    heard = tagger.analyse(factory.write(tmp_path / "a.wav", factory.music(0.5)))
    assert heard.scores.shape == (1, 3)
    assert heard.notes == ("short",)
    assert heard.duration == pytest.approx(0.5, abs=0.01)


def test_a_silent_file_is_analysed_and_says_so(tagger: Tagger, tmp_path: Path) -> None:
    silence = np.zeros((1, 44_100 * 6), np.float32)
    heard = tagger.analyse(factory.write(tmp_path / "a.wav", silence))
    assert heard.notes == ("silent",)
    assert np.isfinite(heard.scores).all()


def test_progress_is_told_to_the_end(tagger: Tagger, tmp_path: Path) -> None:
    told: list[tuple[str, float, float | None]] = []
    file = factory.write(tmp_path / "a.wav", factory.music(60))
    tagger.analyse(file, on_progress=lambda *now: told.append(now))
    assert told[0] == ("decoding", 0.0, None)
    assert [now[0] for now in told[1:]] == ["tagging"] * 2
    assert told[-1][1] == pytest.approx(60, abs=2.7)
    assert told[-1][2] == pytest.approx(60, abs=0.01)


def test_it_stops_between_batches_when_told(tagger: Tagger, tmp_path: Path) -> None:
    file = factory.write(tmp_path / "a.wav", factory.music(120))
    told: list[str] = []
    with pytest.raises(Cancelled):
        tagger.analyse(
            file,
            on_progress=lambda stage, *_: told.append(stage),
            should_stop=lambda: len(told) >= 2,
        )
    assert told == ["decoding", "tagging"]


def test_a_bad_file_raises_in_the_callers_thread(tagger: Tagger, tmp_path: Path) -> None:
    (tmp_path / "a.mp3").write_bytes(b"no song" * 100)
    with pytest.raises(AudioError):
        tagger.analyse(tmp_path / "a.mp3")


def test_several_files_are_heard_as_each_alone(tagger: Tagger, tmp_path: Path) -> None:
    files = [factory.write(tmp_path / f"{n}.wav", factory.music(7.0 + n)) for n in range(5)]
    together = tagger.analyse_all([Request(nullcontext(file)) for file in files])
    for file, outcome in zip(files, together, strict=True):
        alone = tagger.analyse(file)
        assert isinstance(outcome, Analysis)
        np.testing.assert_allclose(outcome.scores, alone.scores, atol=1e-3)
        np.testing.assert_allclose(outcome.embedding, alone.embedding, atol=1e-2)
        np.testing.assert_array_equal(outcome.peaks, alone.peaks)
        assert outcome.duration == alone.duration


def test_short_files_share_a_batch(
    tagger: Tagger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    score = tagger.score

    def counted(batch: Any) -> Any:
        sizes.append(len(batch))
        return score(batch)

    monkeypatch.setattr(tagger, "score", counted)
    file = factory.write(tmp_path / "a.wav", factory.music(5 * SEGMENT_SAMPLES / SAMPLE_RATE))
    outcomes = list(tagger.analyse_all([Request(nullcontext(file)) for _ in range(4)]))
    assert [len(outcome.scores) for outcome in outcomes if isinstance(outcome, Analysis)] == [5] * 4
    assert sizes == [16, 4]


def test_numpy_keeps_no_core_busy_beside_the_network(model: Path) -> None:
    with threadpool_limits(2, user_api="blas"):
        Tagger.load(model, device="cpu", threads=1)
        pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
        assert {pool["num_threads"] for pool in pools} == {1}


def test_a_file_does_not_wait_for_one_that_is_still_to_come(tagger: Tagger, tmp_path: Path) -> None:
    file = factory.write(tmp_path / "a.wav", factory.music(5 * SEGMENT_SAMPLES / SAMPLE_RATE))
    first_is_there = Event()

    def requests() -> Iterator[Request | None]:
        yield Request(nullcontext(file))
        yield None
        assert first_is_there.wait(60)
        yield Request(nullcontext(file))

    outcomes = tagger.analyse_all(requests())
    assert isinstance(next(outcomes), Analysis)
    first_is_there.set()
    assert [type(outcome) for outcome in outcomes] == [Analysis]


def test_a_bad_or_cancelled_file_leaves_its_neighbours_alone(
    tagger: Tagger, tmp_path: Path
) -> None:
    good = factory.write(tmp_path / "a.wav", factory.music(12.0))
    bad = tmp_path / "b.mp3"
    bad.write_bytes(b"no song" * 100)
    requests = [
        Request(nullcontext(good)),
        Request(nullcontext(bad)),
        Request(nullcontext(good), should_stop=lambda: True),
        Request(nullcontext(tmp_path / "gone.wav")),
        Request(nullcontext(good)),
    ]
    outcomes = list(tagger.analyse_all(requests))
    kinds = [type(outcome).__name__ for outcome in outcomes]
    assert kinds == ["Analysis", "AudioError", "Cancelled", "AudioError", "Analysis"]
    assert isinstance(outcomes[0], Analysis)
    assert isinstance(outcomes[4], Analysis)
    np.testing.assert_allclose(outcomes[0].scores, outcomes[4].scores, atol=1e-3)


MEMORY = f"""{PEAK_MEMORY}
import sys
from ml.inference import Tagger
tagger = Tagger.load(sys.argv[1], device="cpu", threads=1)
tagger.analyse(sys.argv[2])
before = peak_megabytes()
heard = tagger.analyse(sys.argv[3])
after = peak_megabytes()
print(heard.scores.shape[0], after - before)
"""


@pytest.mark.slow
def test_two_hours_need_no_more_memory_than_two_minutes(tmp_path: Path) -> None:
    # As narrow as can be: what is heard does not matter, and 2,689 times it is.
    network = SampleCNN(NetworkConfig(labels=3, widths=(2,) * 9, stem_width=2))
    card = ModelCard("narrow", network.config.as_dict(), LABELS, "CC0")
    save_model(model := tmp_path / "narrow.safetensors", network, card)
    rate = 8_000
    short = factory.write(tmp_path / "s.flac", factory.music(120, rate), rate)
    two_hours = np.tile(factory.music(60, rate), 120)
    long = factory.write(tmp_path / "l.flac", two_hours, rate)
    result = subprocess.run(
        [sys.executable, "-c", MEMORY, str(model), str(short), str(long)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    count, megabytes = map(int, result.stdout.split())
    assert count == 2_689
    assert megabytes < 100


@pytest.mark.parametrize(("length", "count"), [(0.3, 1), (1, 1), (1.4, 1), (1.6, 2), (2, 2)])
def test_a_last_segment_counts_from_half_on(length: float, count: int) -> None:
    samples = np.ones(round(length * SEGMENT_SAMPLES), np.float32)
    assert len(list(segments(np.array_split(samples, 7)))) == count


def test_a_model_for_another_rate_is_refused(model: Path, tmp_path: Path) -> None:
    network = SampleCNN(NetworkConfig(labels=3, widths=(8,) * 9, stem_width=8))
    card = ModelCard("slow", network.config.as_dict(), LABELS, "CC0", sample_rate=16_000)
    save_model(tmp_path / "net.safetensors", network, card)
    with pytest.raises(WeightsError, match="16000"):
        Tagger.load(tmp_path / "net.safetensors")


def test_the_device_is_explained() -> None:
    assert choose_device("cpu").reason
    with pytest.raises(DeviceError, match="unknown"):
        choose_device("abacus")
    if not torch.cuda.is_available():
        assert choose_device("auto").torch_device.type == "cpu"
        with pytest.raises(DeviceError, match="CUDA was asked for, but"):
            choose_device("cuda")


def test_a_thread_ahead_never_runs_far_ahead() -> None:
    made: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    items = ahead(numbers(), depth=3)
    assert [next(items) for _ in range(5)] == [0, 1, 2, 3, 4]
    items.close()
    assert len(made) <= 5 + 3 + 2
