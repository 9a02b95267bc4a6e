"""Model versions with weights of a few kilobytes, whose trunks are the same or not."""

from __future__ import annotations

from pathlib import Path

import torch

from ml.checkpoints import ModelCard, save_model
from ml.config.labels import LABEL_NAMES
from ml.nn.network import NetworkConfig, SampleCNN
from tagger.models import ModelVersion
from tagger.registry.versions import install_model

# As the database has room for: the last three blocks make it.
SIZE = 1024
_WIDTHS = (2, 2, 2, 2, 2, 2, 256, 256, 512)


def tiny_version(path: Path, *, outputs: int, trunk: int = 0) -> ModelVersion:
    """`outputs` and `trunk` are the seeds of its output layer and of all the rest."""
    torch.manual_seed(trunk)
    config = NetworkConfig(labels=len(LABEL_NAMES), stem_width=2, widths=_WIDTHS)
    network = SampleCNN(config)
    torch.manual_seed(100 + outputs)
    torch.nn.init.normal_(network.output.weight, std=0.1)
    card = ModelCard(path.stem, config.as_dict(), list(LABEL_NAMES), "CC0")
    save_model(path, network.half(), card)
    return install_model(path, check=False)
