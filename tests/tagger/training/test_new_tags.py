"""A new tag after its training: the library says how common it is and from where on it is shown."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ml.checkpoints import load_model, output_layer, trunk_sha256
from ml.inference import OutputLayer, SegmentActivations
from ml.training import EVIDENCE
from tagger.models import KeptActivations, Tag, User, Verdict
from tagger.training.new_tags import fit_new_tags
from tests.tagger.analysis.tiny_models import SIZE, tiny_version
from tests.web import rows

TRACKS, WITH = 60, 8


@pytest.fixture
def weights(owner: User, tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    tiny_version(path, outputs=0)
    return path


def library(owner: User, weights: Path, direction: np.ndarray) -> list[bytes]:
    """Tracks of which a few lie far in the direction of the tag; all are kept, none is judged."""
    contents = []
    for number in range(TRACKS):
        rng = np.random.default_rng(number)
        values = rng.gamma(1, 1, (4, SIZE)).astype(np.float32)
        values += (2.0 if number < WITH else -2.0) * direction
        kept = SegmentActivations.of(values, np.zeros(4, bool)).to_bytes()
        row = KeptActivations(
            track=rows.analysed(rows.track(owner)),
            trunk=trunk_sha256(weights),
            size=len(kept),
            segment_seconds=2.678,
            hop_seconds=2.678,
        )
        row.file.save("", rows.ContentFile(kept), save=False)
        row.save()
        contents.append(kept)
    return contents


def evidence(run: Path, label: str, weights: Path) -> None:
    rng = np.random.default_rng(0)
    answers = np.arange(30) % 2 == 0
    logits = rng.normal(0, 1, 30) + np.where(answers, 3.0, -3.0)
    columns = {label: {"logits": logits.tolist(), "answers": answers.tolist()}}
    (run / EVIDENCE).write_text(json.dumps(columns))


def test_the_output_and_its_threshold_follow_the_library(
    owner: User, weights: Path, tmp_path: Path
) -> None:
    label = load_model(weights).card.labels[3]
    weight, _bias = output_layer(weights)
    direction = weight[3] / np.linalg.norm(weight[3])
    evidence(tmp_path, label, weights)
    contents = library(owner, weights, direction)
    others = np.delete(output_layer(weights)[0], 3, axis=0)
    found = fit_new_tags(weights, tmp_path)[label]
    assert found.has_evidence
    assert found.prior is not None
    assert found.shown is not None
    assert 0 < found.shown <= 1.25 * found.prior + 1 / TRACKS
    assert load_model(weights).card.thresholds[label] == found.threshold
    layer = OutputLayer.load(weights)
    scores = [layer.rescore(SegmentActivations.from_bytes(one)).mean_scores[3] for one in contents]
    shown = np.mean([score >= found.threshold for score in scores])
    assert shown == pytest.approx(found.shown, abs=1 / TRACKS)
    np.testing.assert_array_equal(np.delete(output_layer(weights)[0], 3, axis=0), others)


def test_judged_tracks_say_nothing_of_how_common_a_tag_is(
    owner: User, weights: Path, tmp_path: Path
) -> None:
    label = load_model(weights).card.labels[3]
    evidence(tmp_path, label, weights)
    library(owner, weights, np.zeros(SIZE, np.float32))
    tag = Tag.objects.get(name=label)
    for kept in KeptActivations.objects.all()[:20]:
        Verdict.objects.create(track=kept.track, tag=tag, person=owner, answer="accepted")
    found = fit_new_tags(weights, tmp_path)[label]
    # Fewer than fifty are left: a library of that size does not tell.
    assert (found.prior, found.shown) == (None, None)


def test_a_training_without_new_labels_leaves_the_model_as_it_is(
    weights: Path, tmp_path: Path
) -> None:
    before = weights.read_bytes()
    assert fit_new_tags(weights, tmp_path) == {}
    (tmp_path / EVIDENCE).write_text("{}")
    assert fit_new_tags(weights, tmp_path) == {}
    assert weights.read_bytes() == before
