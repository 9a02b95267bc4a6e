from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
import torch

from ml.audio.reading import read
from ml.audio.segmentation import segments
from ml.checkpoints.weights import default_model_path, load_model
from ml.config.network import NetworkConfig
from ml.nn.network import SampleCNN
from ml.runtime.cpu import has_fast_bfloat16, keep_activations_in_the_heap
from ml.runtime.engine import Engine, fused, mixed, torch_engine
from ml.runtime.fused_network import can_be_fused
from ml.runtime.parity import TOLERANCE, agrees
from tests import audio_factory as factory
from tests.standin import standin

CPU = torch.device("cpu")


def small(**changes: object) -> SampleCNN:
    """A network whose normalisations have seen something, so that folding them matters."""
    torch.manual_seed(0)
    values = {
        "labels": 5,
        "channels": 2,
        "samples": 3**6,
        "stem_width": 16,
        "widths": (24, 24, 32, 48, 48),
    }
    network = SampleCNN(config := NetworkConfig.from_dict(values | changes)).train()
    for _ in range(3):
        network(torch.randn(8, config.channels, config.samples))
    return network.eval()


def outputs(engine: Engine, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    with torch.inference_mode():
        return engine.forward(x)


@pytest.mark.parametrize("multi_level", [True, False])
@pytest.mark.parametrize("convs", [1, 2])
@pytest.mark.parametrize("block", ["basic", "se", "res", "rese"])
def test_fused_layers_compute_every_block_of_the_papers(
    block: str, convs: int, multi_level: bool
) -> None:
    network = small(block=block, convs=convs, multi_level=multi_level)
    assert can_be_fused(network.config)
    x = torch.randn(4, 2, 3**6)
    plain = outputs(Engine("float32", network.forward_with_embedding), x)
    quick = outputs(fused(network, torch.float32), x)
    torch.testing.assert_close(quick, plain, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    "changes", [{"activation": "elu"}, {"pooling": "average"}, {"stride": 2}, {"samples": 800}]
)
def test_other_networks_are_run_as_they_are(changes: dict[str, object]) -> None:
    network = SampleCNN(NetworkConfig.from_dict({"samples": 3**6, "widths": (8,) * 5} | changes))
    assert not can_be_fused(network.config)
    assert "fused" not in torch_engine(network.eval(), CPU).name


def test_a_way_to_compute_that_changes_the_scores_is_passed_over() -> None:
    network = small(channels=1, samples=59_049, widths=(8,) * 9)

    def off_by_a_little(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        logits, embedding = network.forward_with_embedding(x)
        return logits + 0.1, embedding

    assert agrees(network, fused(network, torch.float32).forward, CPU)
    assert not agrees(network, off_by_a_little, CPU)


def clips() -> list[np.ndarray]:
    """Real clips where there are some, else what the tests can synthesise; `(segments, 59049)`."""
    folder = standin()
    if folder is None:
        return [np.stack(list(segments([factory.music(29, 22_050)[0]])))]
    files = islice(sorted((folder / "mp3").rglob("*.mp3")), 0, None, 600)
    return [np.stack(list(segments([read(file)]))) for file in files]


@pytest.mark.slow
def test_the_shipped_model_scores_clips_alike_in_every_precision() -> None:
    keep_activations_in_the_heap()
    network = load_model(default_model_path()).network
    quick = [fused(network, torch.float32)]
    if has_fast_bfloat16():
        quick += [fused(network, torch.bfloat16), mixed(network, torch.bfloat16)]
    for clip in clips():
        x = torch.from_numpy(clip)[:, None]
        plain = _clip_scores(Engine("float32", network.forward_with_embedding), x)
        for engine in quick:
            difference = (_clip_scores(engine, x) - plain).abs().max()
            assert difference <= TOLERANCE, engine.name


def _clip_scores(engine: Engine, x: torch.Tensor) -> torch.Tensor:
    return outputs(engine, x)[0].float().sigmoid().mean(0)
