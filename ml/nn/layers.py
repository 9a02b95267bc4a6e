"""The small layers that blocks are built from, chosen by name.

Signals are ``(batch, channels, 1, time)`` throughout: a 1-D convolution written as a 2-D one of
height 1 may use the channels-last memory layout, which is about twice as fast on CPUs and lets
GPUs use their matrix units.
"""

from __future__ import annotations

from torch import Tensor, nn

from ml.config.network import NetworkConfig

# Keras' defaults, with which the papers' networks were trained.
BATCH_NORM_EPS = 1e-3
# Keras' running variance divides by n, torch's by n - 1. Where n counts moments as well, in the
# blocks, they are alike; in the head, with a batch of 23, torch's is 1/22 larger.
BATCH_NORM_MOMENTUM = 0.01


def conv(
    inputs: int, outputs: int, kernel: int, stride: int = 1, *, padded: bool = True
) -> nn.Conv2d:
    """Convolution over time, ``(batch, inputs, 1, time)`` → ``(batch, outputs, 1, time')``."""
    padding = kernel // 2 if padded else 0
    layer = nn.Conv2d(inputs, outputs, (1, kernel), stride=(1, stride), padding=(0, padding))
    nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
    nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
    return layer


def projection(inputs: int, outputs: int) -> nn.Conv2d:
    """A 1×1 convolution that adapts the width of a shortcut."""
    layer = conv(inputs, outputs, 1)
    nn.init.xavier_uniform_(layer.weight)
    return layer


def dense(inputs: int, outputs: int) -> nn.Linear:
    """`(batch, inputs)` → `(batch, outputs)`, Glorot-uniform weights and zero bias as in Keras."""
    layer = nn.Linear(inputs, outputs)
    nn.init.xavier_uniform_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def norm(width: int) -> nn.BatchNorm2d:
    """Batch normalisation of `(batch, width, 1, time)` over batch and time."""
    return nn.BatchNorm2d(width, eps=BATCH_NORM_EPS, momentum=BATCH_NORM_MOMENTUM)


def activation(name: str) -> nn.Module:
    """The activation called ``name`` (one of ``ml.config.network.ACTIVATIONS``)."""
    return _ACTIVATIONS[name]()


_ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "relu6": nn.ReLU6,
    "softplus": nn.Softplus,
    "leaky_relu": nn.LeakyReLU,
    "prelu": nn.PReLU,
    "rrelu": nn.RReLU,
    "elu": nn.ELU,
    "swish": nn.SiLU,
}


def pooling(width: int, config: NetworkConfig) -> nn.Module:
    """Down-sampling by ``config.stride``: max, mean, or a learned strided convolution.

    The strided convolution in place of pooling follows Springenberg et al., 2015 (All-CNN).
    """
    size = (1, config.stride)
    if config.pooling == "max":
        return nn.MaxPool2d(size)
    if config.pooling == "average":
        return nn.AvgPool2d(size)
    return nn.Sequential(
        conv(width, width, config.stride, config.stride, padded=False), norm(width)
    )


class SqueezeExcitation(nn.Module):
    """Squeeze-and-excitation (Hu et al., 2018; ICASSP 2018, section 2.2).

    ``(batch, width, 1, time)`` → the same shape, each channel scaled by a gate in (0, 1) that is
    computed from the channels' means over time.
    """

    def __init__(self, width: int, ratio: float) -> None:
        super().__init__()
        hidden = max(1, round(width * ratio))
        self.squeeze = dense(width, hidden)
        self.excite = dense(hidden, width)

    def gates(self, x: Tensor) -> Tensor:
        """The gates alone, ``(batch, width)``."""
        hidden: Tensor = self.squeeze(x.mean((2, 3))).relu()
        gates: Tensor = self.excite(hidden).sigmoid()
        return gates

    def forward(self, x: Tensor) -> Tensor:
        """`x` `(batch, width, 1, time)` times its gates, in the dtype of `x`."""
        return x * self.gates(x)[:, :, None, None].to(x.dtype)
