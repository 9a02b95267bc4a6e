"""The building block of sample-level networks: one class, every variant of the papers.

Kim, Lee, Nam, "Sample-level CNN Architectures for Music Auto-tagging Using Raw Waveforms",
ICASSP 2018, figure 1; one or two convolutions as in the follow-up (IEEE JSTSP 13(2), 2019).
"""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from ml.config.network import NetworkConfig

from .layers import SqueezeExcitation, activation, conv, norm, pooling, projection

KERNEL = 3


class Block(nn.Module):
    """``(batch, inputs, 1, time)`` → ``(batch, outputs, 1, time // stride)``.

    ``basic``  conv, norm, activation, pool
    ``se``     the same, then squeeze-and-excitation on the pooled signal
    ``res``    conv, norm, plus the shortcut, activation, pool
    ``rese``   the same, with squeeze-and-excitation before the shortcut is added

    Two convolutions put "conv, norm, activation, dropout" in front.
    """

    def __init__(self, inputs: int, outputs: int, config: NetworkConfig) -> None:
        super().__init__()
        self.residual = config.residual
        self.body = _body(inputs, outputs, config)
        self.shortcut = _shortcut(inputs, outputs) if config.residual else nn.Identity()
        self.excitation = (
            SqueezeExcitation(outputs, config.se_ratio) if config.has_se_gates else nn.Identity()
        )
        self.activation = activation(config.activation)
        self.pool = pooling(outputs, config)

    def forward(self, x: Tensor) -> Tensor:
        """`(batch, inputs, 1, time)` → `(batch, outputs, 1, time // stride)`."""
        y: Tensor = self.body(x)
        if self.residual:
            y = self.activation(self.excitation(y) + self.shortcut(x))
            y = self.pool(y)
        else:
            y = self.pool(self.activation(y))
            y = self.excitation(y)
        return y


def _body(inputs: int, outputs: int, config: NetworkConfig) -> nn.Sequential:
    widths = (inputs, *(outputs,) * config.convs)
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        if layers:
            layers += [activation(config.activation), nn.Dropout(config.block_dropout)]
        layers += [conv(before, after, KERNEL), norm(after)]
    return nn.Sequential(*layers)


def _shortcut(inputs: int, outputs: int) -> nn.Module:
    if inputs == outputs:
        return nn.Identity()
    return nn.Sequential(projection(inputs, outputs), norm(outputs))
