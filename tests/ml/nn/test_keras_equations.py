"""The networks held against the authors' own code, written out in NumPy.

github.com/tae-jun/resemul is Keras: signals are `(batch, time, channels)`, kernels `(time, inputs,
outputs)`, and each layer below is what Keras 2's documentation says of the layer of that name. All
is in double precision, so that what differs is the order of additions and nothing else.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
import torch

from ml.nn.network import NetworkConfig, SampleCNN

Array = np.ndarray
# Outputs are of the order of one, and a thousand or so numbers are added up for each.
TOLERANCE = 1e-12


def conv1d(x: Array, layer: Any, *, strides: int = 1, same: bool = True) -> Array:
    """`Conv1D`; "same" pads with zeros on both sides."""
    kernel = layer.weight.detach().numpy()[:, :, 0].transpose(2, 1, 0)
    width = len(kernel)
    if same:
        x = np.pad(x, ((0, 0), (width // 2, width // 2), (0, 0)))
    length = (x.shape[1] - width) // strides + 1
    taps: list[Array] = [
        x[:, k : k + strides * length : strides][:, :length] @ kernel[k] for k in range(width)
    ]
    total: Array = np.sum(taps, axis=0)
    return total + layer.bias.detach().numpy()


def batch_normalization(x: Array, layer: Any) -> Array:
    """`BatchNormalization` in evaluation, with Keras' epsilon of 0.001."""
    gamma, beta = layer.weight.detach().numpy(), layer.bias.detach().numpy()
    mean, variance = layer.running_mean.numpy(), layer.running_var.numpy()
    return gamma * (x - mean) / np.sqrt(variance + 1e-3) + beta


def relu(x: Array) -> Array:
    return np.maximum(x, 0)


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def dense(x: Array, layer: Any) -> Array:
    return x @ layer.weight.detach().numpy().T + layer.bias.detach().numpy()


def max_pool(x: Array, size: int = 3) -> Array:
    length = x.shape[1] // size
    return x[:, : length * size].reshape(len(x), length, size, -1).max(2)


def squeeze_excitation(x: Array, layer: Any) -> Array:
    """`squeeze_excitation` of resemul: GlobalAvgPool1D, Dense relu, Dense sigmoid, multiply."""
    gates = sigmoid(dense(relu(dense(x.mean(1), layer.squeeze)), layer.excite))
    return x * gates[:, None]


def block(x: Array, module: Any, config: NetworkConfig) -> Array:
    """`basic_block`, `se_block` and `rese_block` of resemul, one or two convolutions."""
    body = list(module.body)
    y = batch_normalization(conv1d(x, body[0]), body[1])
    if config.convs == 2:
        y = batch_normalization(conv1d(relu(y), body[-2]), body[-1])
    if not config.residual:
        y = max_pool(relu(y))
        return squeeze_excitation(y, module.excitation) if config.has_se_gates else y
    if config.has_se_gates:
        y = squeeze_excitation(y, module.excitation)
    shortcut = x
    if x.shape[-1] != y.shape[-1]:
        shortcut = batch_normalization(conv1d(x, module.shortcut[0]), module.shortcut[1])
    return max_pool(relu(y + shortcut))


def resemul(sound: Array, network: SampleCNN) -> Array:
    """`resemul` of that repository: probabilities `(batch, labels)` of sound `(batch, time)`."""
    config = network.config
    layers: Any = network
    stem = list(layers.stem)
    y = relu(batch_normalization(conv1d(sound[..., None], stem[0], strides=3, same=False), stem[1]))
    levels = []
    for module in layers.blocks:
        y = block(y, module, config)
        levels.append(y.max(1))
    y = np.concatenate(levels[-3:], axis=1) if config.multi_level else levels[-1]
    head = list(layers.head)
    y = relu(batch_normalization(dense(y, head[0]), head[1]))
    return sigmoid(dense(y, layers.output))


def made(config: NetworkConfig) -> SampleCNN:
    """In double precision, with statistics and scales as no fresh network has them."""
    torch.manual_seed(0)
    network = SampleCNN(config).double().eval()
    modules: Any = network.modules()
    for module in modules:
        if isinstance(module, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d):
            for values in (module.weight, module.running_var):
                torch.nn.init.uniform_(cast(torch.Tensor, values), 0.5, 1.5)
            for values in (module.bias, module.running_mean):
                torch.nn.init.normal_(cast(torch.Tensor, values), std=0.2)
    return network


@pytest.mark.parametrize("name", ["basic", "se", "res", "rese"])
@pytest.mark.parametrize("convs", [1, 2])
@pytest.mark.parametrize("multi_level", [True, False])
def test_outputs_are_those_of_the_authors_equations(
    name: str, convs: int, multi_level: bool
) -> None:
    config = NetworkConfig(
        labels=5,
        block=name,
        convs=convs,
        multi_level=multi_level,
        samples=3**7,
        stem_width=6,
        widths=(6, 8, 8, 12, 12, 16),
        se_ratio=0.25,
    )
    network = made(config)
    sound = np.random.default_rng(0).standard_normal((3, config.samples))
    with torch.no_grad():
        ours = network(torch.from_numpy(sound)[:, None]).sigmoid().numpy()
    theirs = resemul(sound, network)
    assert np.ptp(theirs) > 0.05
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=TOLERANCE)


def test_a_nesterov_step_is_keras() -> None:
    """Keras' SGD: v = momentum · v - rate · g, then weights += momentum · v - rate · g."""
    rate, momentum = 0.01, 0.9
    weight = torch.nn.Parameter(torch.tensor([1.0, -2.0], dtype=torch.float64))
    optimiser = torch.optim.SGD([weight], lr=rate, momentum=momentum, nesterov=True)
    theirs, velocity = weight.detach().numpy().copy(), np.zeros(2)
    for step in range(20):
        gradient = np.array([np.cos(step), 0.3 * step])
        weight.grad = torch.from_numpy(gradient)
        optimiser.step()
        velocity = momentum * velocity - rate * gradient
        theirs += momentum * velocity - rate * gradient
        np.testing.assert_allclose(weight.detach().numpy(), theirs, rtol=0, atol=1e-14)


def test_binary_cross_entropy_is_keras_where_it_does_not_clip() -> None:
    logits = np.random.default_rng(1).normal(0, 3, (6, 4))
    targets = (np.random.default_rng(2).random((6, 4)) < 0.3).astype(float)
    chance = sigmoid(logits)
    theirs = -(targets * np.log(chance) + (1 - targets) * np.log(1 - chance)).mean(-1).mean()
    ours = torch.nn.functional.binary_cross_entropy_with_logits(
        torch.from_numpy(logits), torch.from_numpy(targets)
    )
    assert float(ours) == pytest.approx(theirs, abs=1e-14)
