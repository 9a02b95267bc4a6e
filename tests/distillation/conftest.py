"""A stand-in of 64 clips without sound, for what only looks at tables."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from distillation.clips import MP3
from ml.config.labels import LABEL_NAMES


@pytest.fixture
def standin(tmp_path: Path) -> Path:
    folder = tmp_path / "standin"
    rng = np.random.default_rng(0)
    paths = [f"{'0123456789abcdef'[k % 16]}/{k}.mp3" for k in range(64)]
    for path in paths:
        (folder / MP3 / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / MP3 / path).write_text("old")
    with (folder / "annotations_final.csv").open("w") as stream:
        table = csv.writer(stream, delimiter="\t")
        table.writerow(["clip_id", *LABEL_NAMES, "mp3_path"])
        table.writerows(
            [k + 1, *rng.integers(0, 2, len(LABEL_NAMES)), path] for k, path in enumerate(paths)
        )
    scores = rng.uniform(0, 0.4, (64, 10, len(LABEL_NAMES))).astype(np.float16)
    np.savez(folder / "soft_labels.npz", scores=scores, tags=LABEL_NAMES, mp3_path=paths)
    lines = [f"{k + 1}\t{path}\told\trecorded\t\t0\n" for k, path in enumerate(paths)]
    head = "clip_id\tmp3_path\tsource\tkind\tinstrument\toffset_s\n"
    (folder / "clips.tsv").write_text(head + "".join(lines))
    (folder / "sources.tsv").write_text("source\tclips\tfrom\tlicences_named\n")
    return folder
