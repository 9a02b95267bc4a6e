"""The building blocks of sample-level networks: the one table of their names and parts.

Kim, Lee, Nam, ICASSP 2018, figure 1, and with two convolutions IEEE JSTSP 13(2), 2019. What a
part computes is in `ml.nn.blocks`; a new block is a row here and its part there. The number of
convolutions (`convs`), the SE ratio and the widths are settings of the network, not of the block.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BlockType:
    """Which parts a block has beside convolution, norm, activation and pooling.

    `residual`: a shortcut is added before the activation. `se_gates`: squeeze-and-excitation, on
    the pooled signal, or before the shortcut where there is one. `paper_convs` are the numbers of
    convolutions with which the paper trains it, the better one last.
    """

    residual: bool
    se_gates: bool
    paper_convs: tuple[int, ...]

    @property
    def default_convs(self) -> int:
        """The number of convolutions where none is asked for."""
        return self.paper_convs[-1]


BLOCKS: dict[str, BlockType] = {
    "basic": BlockType(residual=False, se_gates=False, paper_convs=(1,)),
    "se": BlockType(residual=False, se_gates=True, paper_convs=(1,)),
    "res": BlockType(residual=True, se_gates=False, paper_convs=(1, 2)),
    "rese": BlockType(residual=True, se_gates=True, paper_convs=(1, 2)),
}


# (block, convs) by the name that the paper's table gives it: "se", "res-2"…
PAPER_BLOCKS: dict[str, tuple[str, int]] = {
    name if len(block.paper_convs) == 1 else f"{name}-{convs}": (name, convs)
    for name, block in BLOCKS.items()
    for convs in block.paper_convs
}
