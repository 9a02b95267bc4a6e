"""How fast a library takes its tags from kept activations when a model of the same trunk comes,
and what it costs to keep them of tracks that were heard before.

    python -m bench.retag [--tracks 5000] [--json]

Tracks of four minutes (90 segments) in an embedded Postgres of the bench's own, with files of
activations as sparse as real ones (two thirds are zero) and what the second network says. What is
timed is the whole job: files, scores, analyses with the index of their embeddings, tags, counts and
review questions. cpu_ms counts Postgres as well; a core is 60,000 of them a minute.

Of filling, what is timed is all but hearing: finding the next tracks, asking for them, storing, at
several shares of the library that are filled already.
"""

from __future__ import annotations

import logging
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from .cpu_time import cpu_seconds
from .library import database
from .machine import facts
from .tables import Row, parser, show

if TYPE_CHECKING:
    from ml.inference import SegmentActivations
    from tagger.models import ModelVersion

SEGMENTS = 90  # of four minutes
ZEROS = 0.65
_VARIETY = 50
FILLED, FILLS = (0.0, 0.5, 0.99), 20


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--tracks", type=int, default=5_000)
    args = arguments.parse_args()
    # There is no broker: each job that is made would say so.
    logging.disable(logging.WARNING)
    with database():
        from .library_rows import fill

        fill(args.tracks)
        filling = [_filling(args.tracks, share) for share in FILLED]
        show({"machine": facts(), "filling": filling, "retag": [_retag(args.tracks)]}, args.json)


def _filling(tracks: int, share: float) -> Row:
    """The first by their ids are filled already: what is left comes last in the order it takes."""
    from tagger.analysis.fill_activations import KIND, fill_activations, keep_alone
    from tagger.jobs import lifecycle
    from tagger.models import Job, KeptActivations
    from tagger.tags.effective import active_model

    model = active_model()
    assert model, "the bench's library has a model"
    KeptActivations.objects.all().delete()
    _keep(model, round(share * tracks))
    prediction: Any = SimpleNamespace(
        activations=_activations(0, model), segment_seconds=2.678, hop_seconds=2.678
    )
    # As the clock asks; from then on each that ends asks for the next.
    fill_activations()
    began, began_cpu = time.perf_counter(), cpu_seconds()
    for _ in range(FILLS):
        waiting = Job.objects.filter(kind=KIND, state=Job.State.QUEUED).earliest("created_at")
        job = lifecycle.claim(str(waiting.pk))
        assert job, "a job that waits can be claimed"
        assert job.track, "it is of a track"
        keep_alone(job, job.track, model, prediction)
    seconds, cpu = time.perf_counter() - began, cpu_seconds() - began_cpu
    Job.objects.filter(kind=KIND).delete()
    return {
        "tracks": tracks,
        "filled": share,
        "ms_a_track": round(1000 * seconds / FILLS, 1),
        "cpu_ms": round(1000 * cpu / FILLS, 1),
    }


def _retag(tracks: int) -> Row:
    from tagger.analysis.retag import request_retag, retag
    from tagger.jobs import lifecycle
    from tagger.models import Job, KeptActivations
    from tagger.registry.versions import activate_model
    from tagger.tags.effective import active_model

    former = active_model()
    assert former, "the bench's library has a model"
    KeptActivations.objects.all().delete()
    size = _keep(former, tracks)
    other = _other_outputs(former)
    activate_model(other)
    asked = request_retag(other, by=None, trigger=Job.Trigger.COMMAND)
    job = lifecycle.claim(str(asked.pk)) if asked else None
    assert job, "there is nothing to tag"
    began, began_cpu, began_own = time.perf_counter(), cpu_seconds(), time.process_time()
    retag(job)
    seconds, cpu = time.perf_counter() - began, cpu_seconds() - began_cpu
    own = time.process_time() - began_own
    job.refresh_from_db()
    assert job.result == {"tracks": tracks}, job.error_detail
    return {
        "tracks": tracks,
        "kb_a_track": round(size / tracks / 1000, 1),
        "tracks_a_minute": round(60 * tracks / seconds),
        "worker_cpu_ms": round(1000 * own / tracks, 2),
        "cpu_ms": round(1000 * cpu / tracks, 2),
        "tracks_a_core_minute": round(60 * tracks / cpu),
    }


def _activations(seed: int, model: ModelVersion) -> SegmentActivations:
    import numpy as np

    from ml.inference import SegmentActivations
    from tagger.models.analysis import EMBEDDING_SIZE

    rng = np.random.default_rng(seed)
    values = rng.gamma(1, 0.08, (SEGMENTS, EMBEDDING_SIZE)).astype(np.float32)
    values[rng.random(values.shape) < ZEROS] = 0
    kept = SegmentActivations.of(values, np.zeros(SEGMENTS, dtype=bool))
    spoken = list((model.card.get("second") or {}).get("speaks_for", ()))
    scores = rng.beta(0.4, 4, (SEGMENTS, len(spoken))).astype(np.float32)
    return kept.with_spoken(scores, spoken) if spoken else kept


def _keep(model: ModelVersion, tracks: int) -> int:
    """Of the first by their ids; bytes of all files."""
    from django.core.files.base import ContentFile

    from tagger.analysis.activations import trunk_of
    from tagger.models import KeptActivations, Track

    contents = [_activations(seed, model).to_bytes() for seed in range(_VARIETY)]
    rows = []
    for number, track in enumerate(Track.objects.order_by("pk").only("pk")[:tracks].iterator()):
        content = contents[number % _VARIETY]
        row = KeptActivations(
            track=track,
            trunk=trunk_of(model),
            size=len(content),
            segment_seconds=2.678,
            hop_seconds=2.678,
        )
        row.file.save("", ContentFile(content), save=False)
        rows.append(row)
    KeptActivations.objects.bulk_create(rows, batch_size=1000)
    return sum(row.size for row in rows)


def _other_outputs(model: ModelVersion) -> ModelVersion:
    import torch

    from ml.checkpoints import load_model, save_model
    from tagger.registry.versions import install_model

    torch.manual_seed(0)
    loaded = load_model(model.weights.path)
    with torch.no_grad():
        loaded.network.output.weight.add_(torch.randn_like(loaded.network.output.weight) * 0.05)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tuned.safetensors"
        save_model(path, loaded.network.half(), loaded.card, loaded.second)
        return install_model(path, check=False)


if __name__ == "__main__":
    main()
