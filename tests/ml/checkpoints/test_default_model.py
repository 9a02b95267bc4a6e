"""The model that ships hears what is played."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from ml.audio.reading import read
from ml.audio.segmentation import segments
from ml.checkpoints.weights import default_model_path, load_model
from ml.config.labels import LABELS
from ml.evaluation.truth import read_truth
from ml.inference.tagger import Tagger
from tests.audio_factory import write
from tests.ml.descriptors.played_music import dance_beat, plucked_strings, slow_pad
from tests.standin import standin, truth

pytestmark = pytest.mark.slow
INSTRUMENTS = (
    *("harpsichord", "harp", "sitar", "choir", "flute"),
    *("cello", "violin", "piano", "guitar"),
)
TEST_FOLDERS = "def"


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger.load(threads=1)


def strongest(tagger: Tagger, path: Path, count: int) -> list[str]:
    """As they are shown: a tag of both vocabularies takes one place."""
    shown = {label.name: label.shown_as for label in LABELS}
    order = np.argsort(-tagger.analyse(path).mean_scores)
    return list(dict.fromkeys(shown[tagger.card.labels[label]] for label in order))[:count]


@pytest.mark.parametrize(
    ("play", "heard"),
    [
        (plucked_strings, {"guitar"}),
        (dance_beat, {"techno", "electronic", "beat"}),
        (slow_pad, {"slow", "ambient"}),
    ],
)
def test_what_is_played_is_among_the_strongest_tags(
    tagger: Tagger,
    tmp_path: Path,
    play: Callable[[float], np.ndarray],
    heard: set[str],
) -> None:
    song = write(tmp_path / "song.wav", play(12.0), 22_050)
    assert heard <= set(strongest(tagger, song, len(heard) + 1))


def test_it_has_both_vocabularies_and_shows_what_it_has_been_shown_to_hear(tagger: Tagger) -> None:
    assert tagger.card.labels == [label.name for label in LABELS]
    hidden = {label for label, threshold in tagger.card.thresholds.items() if threshold == 1}
    assert "million-song: 80s" in hidden
    assert not {"guitar", "million-song: jazz", "million-song: blues", "female"} & hidden


@pytest.mark.parametrize("level", [0.0, 1e-3, 0.1])
def test_silence_and_hiss_are_no_music(tagger: Tagger, tmp_path: Path, level: float) -> None:
    hiss = level * np.random.default_rng(0).standard_normal(8 * 22_050)
    sound = write(tmp_path / "hiss.wav", hiss[None].astype(np.float32), 22_050)
    assert tagger.analyse(sound).mean_scores.max() < 0.3


def clips() -> list[dict[str, str]]:
    """The clips of the stand-in's test split; none where the stand-in is not at hand."""
    folder = standin()
    if folder is None:
        return []
    with (folder / "clips.tsv").open(encoding="utf-8") as table:
        rows = csv.DictReader(table, delimiter="\t")
        return [row for row in rows if row["mp3_path"][0] in TEST_FOLDERS]


@pytest.mark.skipif(not clips(), reason="the stand-in's clips are not at hand")
@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_an_instrument_is_named_in_music_it_never_trained_on(
    tagger: Tagger, instrument: str
) -> None:
    clip = next(row for row in clips() if row["instrument"] == instrument)
    assert instrument in strongest(tagger, Path(str(standin()), "mp3", clip["mp3_path"]), 3)


@pytest.fixture(scope="module")
def known() -> dict[str, Path]:
    """One clip of each truth."""
    folder = truth()
    if folder is None:
        pytest.skip("the clips of known truth are not at hand")
    return {clip.truth: folder / clip.file for clip in reversed(read_truth(folder))}


@pytest.mark.parametrize("voice", ["female", "male"])
def test_a_womans_and_a_mans_voice_are_told_apart(
    tagger: Tagger, known: dict[str, Path], voice: str
) -> None:
    scores = dict(zip(tagger.card.labels, tagger.analyse(known[voice]).mean_scores, strict=True))
    other = "male" if voice == "female" else "female"
    assert scores[voice] >= tagger.card.thresholds[voice]
    assert scores[voice] > 2 * scores[other]


@pytest.mark.parametrize(
    ("played", "heard"),
    [
        ("piano", "piano"),
        ("violin", "violin"),
        ("flute", "flute"),
        ("classical_guitar", "guitar"),
        ("cello", "strings"),
    ],
)
def test_an_instrument_alone_is_named_and_is_no_techno(
    tagger: Tagger, known: dict[str, Path], played: str, heard: str
) -> None:
    scores = tagger.analyse(known[played]).mean_scores
    assert heard in strongest(tagger, known[played], 5)
    assert scores[tagger.card.labels.index("techno")] < 0.25


@pytest.mark.parametrize("noise", ["typewriter", "thunder", "frog"])
def test_noise_is_no_music(tagger: Tagger, known: dict[str, Path], noise: str) -> None:
    assert tagger.analyse(known[noise]).mean_scores.max() <= 0.3


def test_its_8_bit_copy_is_the_one_that_hears(tagger: Tagger) -> None:
    assert tagger.device_reason.startswith("int8, OpenVINO")


@pytest.mark.parametrize("play", [plucked_strings, dance_beat, slow_pad])
def test_8_bits_give_the_scores_of_all_the_bits(
    tagger: Tagger, tmp_path: Path, play: Callable[[float], np.ndarray]
) -> None:
    song = write(tmp_path / "song.wav", play(12.0), 22_050)
    network = load_model(default_model_path()).whole
    with torch.inference_mode():
        batch = torch.from_numpy(np.stack(list(segments([read(song)]))))
        plain = network.scores(network(batch[:, None])).mean(0).numpy()
    assert np.abs(tagger.analyse(song).mean_scores - plain).mean() <= 0.005
