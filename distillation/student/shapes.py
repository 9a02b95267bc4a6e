"""Shapes of network to choose among: all ReSE-2 with multi-level aggregation.

Half of the arithmetic of the papers' network is in its first block and 69 % in the first two, at
128 channels on 19,683 and 6,561 moments. These begin narrow.
"""

from __future__ import annotations

from typing import Any

_COMMON = {"block": "rese", "convs": 2, "multi_level": True, "dropout": 0.25, "block_dropout": 0.0}


def _shape(stem: int, *widths: int, se_ratio: float = 0.125, **others: Any) -> dict[str, Any]:
    return {
        **_COMMON,
        "stem_width": stem,
        "widths": list(widths),
        "se_ratio": se_ratio,
        **others,
    }


SHAPES: dict[str, dict[str, Any]] = {
    "narrow": _shape(32, 32, 64, 128, 256, 256, 256, 256, 256, 512),
    "narrower": _shape(24, 24, 48, 96, 192, 256, 256, 256, 256, 512),
    "slim": _shape(16, 16, 32, 64, 128, 256, 256, 256, 256, 512),
    "deep": _shape(32, 32, 64, 128, 256, 256, 384, 384, 384, 512),
    "gated": _shape(32, 32, 64, 128, 256, 256, 256, 256, 256, 512, se_ratio=1.0),
    "single": _shape(48, 48, 96, 192, 256, 256, 256, 256, 256, 512, convs=1),
    "wide": _shape(128, 128, 128, 256, 256, 256, 256, 256, 256, 512),
}
