"""How fast a library takes its tags from kept activations when a model of the same trunk comes.

    python -m bench.retag [--tracks 5000] [--json]

Tracks of four minutes (90 segments) in an embedded Postgres of the bench's own, with files of
activations as sparse as real ones (two thirds are zero). What is timed is the whole job: files,
scores, analyses with the index of their embeddings, tags, counts and review questions. cpu_ms
counts Postgres as well; a core is 60,000 of them a minute.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from .cpu_time import cpu_seconds
from .library import database
from .machine import facts
from .tables import Row, parser, show

if TYPE_CHECKING:
    from tagger.models import ModelVersion

SEGMENTS = 90  # of four minutes
ZEROS = 0.65
_VARIETY = 50


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--tracks", type=int, default=5_000)
    args = arguments.parse_args()
    with database():
        from .library_rows import fill

        fill(args.tracks)
        show({"machine": facts(), "retag": [_retag(args.tracks)]}, args.json)


def _retag(tracks: int) -> Row:
    from tagger.analysis.retag import request_retag, retag
    from tagger.jobs import lifecycle
    from tagger.models import Job
    from tagger.registry.versions import activate_model
    from tagger.tags.effective import active_model

    former = active_model()
    assert former, "the bench's library has a model"
    size = _keep(former)
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


def _keep(model: ModelVersion) -> int:
    """Bytes of all files."""
    import numpy as np
    from django.core.files.base import ContentFile

    from ml.inference import SegmentActivations
    from tagger.analysis.activations import trunk_of
    from tagger.models import KeptActivations, Track
    from tagger.models.analysis import EMBEDDING_SIZE

    rng = np.random.default_rng(0)
    contents = []
    for _ in range(_VARIETY):
        values = rng.gamma(1, 0.08, (SEGMENTS, EMBEDDING_SIZE)).astype(np.float32)
        values[rng.random(values.shape) < ZEROS] = 0
        kept = SegmentActivations.of(values, np.zeros(SEGMENTS, dtype=bool))
        contents.append(kept.to_bytes())
    rows = []
    for number, track in enumerate(Track.objects.only("pk").iterator()):
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
        save_model(path, loaded.network.half(), loaded.card)
        return install_model(path, check=False)


if __name__ == "__main__":
    main()
