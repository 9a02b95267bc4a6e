"""What a user would otherwise run: two usual pipelines from a file to tags."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import nn

from ml.audio.reading import SAMPLE_RATE, SEGMENT_SAMPLES
from ml.checkpoints.weights import LoadedModel
from ml.descriptors.compiled import plain_librosa

Pipeline = Callable[[Path], object]

MEL_RATE, HOP, BANDS, FRAMES = 16_000, 256, 96, 187


def eager_loop(model: LoadedModel) -> Pipeline:
    """librosa.load, then the same networks, eager and in float32, segment after segment."""

    librosa, network = plain_librosa(), model.whole

    def run(file: Path) -> object:
        samples, _ = librosa.load(file, sr=SAMPLE_RATE, mono=True)
        count = max(1, len(samples) // SEGMENT_SAMPLES)
        samples = np.resize(samples, count * SEGMENT_SAMPLES)
        segments = torch.from_numpy(samples.reshape(count, 1, SEGMENT_SAMPLES))
        with torch.inference_mode():
            return torch.stack([network(one[None]).sigmoid() for one in segments]).mean(0)

    return run


def mel_and_small_cnn() -> Pipeline:
    """librosa's mel spectrogram at 16 kHz in windows of 3 s, a small 2-D CNN in ONNX Runtime."""
    librosa = plain_librosa()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(_small_cnn(), options, ["CPUExecutionProvider"])

    def run(file: Path) -> object:
        samples, _ = librosa.load(file, sr=MEL_RATE, mono=True)
        mel = librosa.feature.melspectrogram(
            y=samples, sr=MEL_RATE, n_fft=512, hop_length=HOP, n_mels=BANDS
        )
        level = librosa.power_to_db(mel).astype(np.float32)
        count = max(1, level.shape[1] // FRAMES)
        level = np.resize(level, (BANDS, count * FRAMES))
        windows = level.reshape(BANDS, count, FRAMES).transpose(1, 0, 2)[:, None]
        return session.run(None, {"mel": np.ascontiguousarray(windows)})[0].mean(0)

    return run


def _small_cnn() -> bytes:
    """Five blocks of 3×3 convolution, normalisation, ReLU and pooling; 64 to 128 wide."""
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    before = 1
    for width in (64, 64, 128, 128, 128):
        layers += [nn.Conv2d(before, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()]
        layers.append(nn.MaxPool2d(2))
        before = width
    head = [nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(128, 50), nn.Sigmoid()]
    network = nn.Sequential(*layers, *head).eval()
    made = io.BytesIO()
    torch.onnx.export(
        network,
        (torch.zeros(1, 1, BANDS, FRAMES),),
        made,
        input_names=["mel"],
        dynamic_axes={"mel": {0: "batch"}},
        dynamo=False,
    )
    return made.getvalue()
