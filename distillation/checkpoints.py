"""The four networks in musicnn's wheel: from TensorFlow's checkpoints to plain arrays."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

import numpy as np
import tensorflow as tf


def convert(wheel: Path, weights: Path) -> None:
    """Write a file for each network: every variable but the optimiser's, by its name."""
    weights.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(wheel).extractall(folder)
        for name in ("MTT_musicnn", "MTT_vgg", "MSD_musicnn", "MSD_vgg"):
            reader = tf.compat.v1.train.NewCheckpointReader(f"{folder}/musicnn/{name}/")
            names = [key for key in reader.get_variable_to_shape_map() if "adam" not in key.lower()]
            np.savez(weights / f"{name}.npz", **{key: reader.get_tensor(key) for key in names})
