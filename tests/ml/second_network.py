"""Small models with a second network, for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from ml.checkpoints.weights import LoadedModel, ModelCard, load_model, save_model
from ml.config.musicnn import MusicnnConfig
from ml.descriptors.compiled import plain_librosa
from ml.nn.musicnn import Musicnn
from ml.nn.network import NetworkConfig, SampleCNN

CONFIG = MusicnnConfig(labels=2, timbre=4, rhythm=2, middle=4, hidden=5)


def mel_filters() -> torch.Tensor:
    return torch.from_numpy(plain_librosa().filters.mel(sr=16_000, n_fft=512, n_mels=96))


def make_second(config: MusicnnConfig = CONFIG, seed: int = 0) -> Musicnn:
    torch.manual_seed(seed)
    network = Musicnn(config)
    network.log_mel.filters.copy_(mel_filters())
    return network.eval().requires_grad_(False)


def facts(labels: list[str], speaks_for: dict[str, float], **changes: Any) -> dict[str, Any]:
    """What a card says of it."""
    values = {"name": "ear", "licence": "ISC", "config": CONFIG.as_dict()}
    return values | {"labels": labels, "speaks_for": speaks_for} | changes


def save_pair(path: Path, labels: list[str], speaks_for: dict[str, float]) -> LoadedModel:
    """A model with these labels; its second network knows the last two, and speaks for some."""
    torch.manual_seed(1)
    network = SampleCNN(NetworkConfig(labels=len(labels), stem_width=8, widths=(8,) * 9)).eval()
    card = ModelCard(
        "pair", network.config.as_dict(), labels, "CC0", second=facts(labels[-2:], speaks_for)
    )
    save_model(path, network, card, make_second())
    return load_model(path)
