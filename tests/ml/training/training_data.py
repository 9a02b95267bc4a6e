"""A miniature data set in MagnaTagATune's layout, prepared: two kinds of sound, two tags."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ml.audio.reading import SEGMENT_SAMPLES
from ml.config.recipe import Recipe, recipe_from_dict
from ml.data.magnatagatune.split import Split

TAGS = ["high", "low"]
TINY_NETWORK = {
    "stem_width": 4,
    "widths": [4, 4, 4, 8, 8, 8, 8, 8, 8],
    "block_dropout": 0.1,
    "dropout": 0.1,
}


def make_split(name: str, clips: int = 8, segments: int = 2, *, seed: int = 0) -> Split:
    """`clips` clips, every other one a high or a low tone in noise, with hard and soft labels."""
    rng = np.random.default_rng([seed, clips])
    hard = np.array([[k % 2, 1 - k % 2] for k in range(clips)], dtype=np.uint8)
    length = segments * SEGMENT_SAMPLES
    time = np.arange(length) / 22_050
    hertz = np.where(hard[:, 0], 3000, 300)[:, None] * rng.uniform(0.9, 1.1, (clips, 1))
    sound = 0.3 * np.sin(2 * np.pi * hertz * time) + 0.02 * rng.standard_normal((clips, length))
    soft = np.repeat(0.1 + 0.8 * hard[:, None, :], segments, axis=1).astype(np.float16)
    return Split(
        name=name,
        protocol="A",
        tags=TAGS,
        paths=[f"0/{k}.mp3" for k in range(clips)],
        kinds=["recorded"] * clips,
        instruments=[""] * clips,
        rows=np.arange(clips),
        samples=(sound * 32_767).astype(np.int16),
        lengths=np.full(clips, length, dtype=np.int32),
        hard=hard,
        soft=soft,
        unreadable=0,
    )


def make_recipe(**sections: Mapping[str, object]) -> Recipe:
    """A recipe that trains a tiny network in a second; `sections` override its own."""
    values: dict[str, dict[str, object]] = {
        "network": dict(TINY_NETWORK),
        "data": {"segments_per_clip": 2},
        "optimiser": {"learning_rate": 5e-3},
        "training": {"batch_size": 4, "epochs": 3, "precision": "fp32"},
    }
    for name, section in sections.items():
        values.setdefault(name, {}).update(section)
    return recipe_from_dict(values)


def weights_of(folder: Path) -> dict[str, np.ndarray]:
    from ml.checkpoints.weights import load_model

    state = load_model(folder / "model.safetensors").network.state_dict()
    return {name: value.numpy() for name, value in state.items()}
