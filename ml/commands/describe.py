"""Print the size of a network as JSON: its parameters and multiplications per segment."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from ml.config.blocks import BLOCKS

if TYPE_CHECKING:
    from ml.nn.network import NetworkConfig, SampleCNN


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--block", default="rese", help=f"{', '.join(BLOCKS)} (default rese)")
    parser.add_argument(
        "--convs", type=int, help="convolutions in a block: 1 or 2 (default: as the paper has it)"
    )
    parser.add_argument(
        "--se-ratio", type=float, default=0.125, help="width of the SE layer (default 0.125)"
    )
    parser.add_argument("--no-multi", action="store_true", help="no multi-level aggregation")


def run(args: argparse.Namespace) -> int:
    """Build the network and count; 1 when the options describe none."""
    from ml.nn.network import SampleCNN

    try:
        network = SampleCNN(_config(args))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(_facts(network), indent=2))
    return 0


def _config(args: argparse.Namespace) -> NetworkConfig:
    from ml.nn.network import NetworkConfig

    block = BLOCKS.get(args.block)
    return NetworkConfig(
        block=args.block,
        convs=block.default_convs if block and args.convs is None else args.convs,
        se_ratio=args.se_ratio,
        multi_level=not args.no_multi,
    )


def _facts(network: SampleCNN) -> dict[str, object]:
    from ml.nn.macs import count_macs
    from ml.nn.network import count_parameters

    config = network.config
    return {
        "block": config.block,
        "convs": config.convs,
        "se_ratio": config.se_ratio if config.has_se_gates else None,
        "multi_level": config.multi_level,
        "parameters": count_parameters(network),
        "macs_per_segment": count_macs(network),
    }
