"""Model cards as trainings write them, with the figures that a test wants."""

from __future__ import annotations

from typing import Any


def figures(area: float, *, clips: int = 300, half: float = 0.01) -> dict[str, Any]:
    """A report of a split: 40 clips have a guitar, 30 a harp."""
    return {
        "clips": clips,
        "tags": 2,
        "protocol": "A",
        "macro_roc_auc": area,
        "macro_roc_auc_interval": [area - half, area + half],
        "macro_average_precision": area - 0.1,
        "macro_average_precision_interval": [area - 0.1 - half, area - 0.1 + half],
        "per_tag": [
            {"tag": "guitar", "positives": 40, "roc_auc": area, "average_precision": area - 0.1},
            {"tag": "harp", "positives": 30, "roc_auc": area, "average_precision": area - 0.1},
        ],
    }


def card_of(area: float, **more: Any) -> dict[str, Any]:
    return {"metrics": {"test": figures(area, **more)}}


def paired(gain: float, sha256: str, *, half: float = 0.002, split: str = "test") -> dict[str, Any]:
    """Judged beside the model with this hash, clip by clip, and so much better than that."""
    area = {
        "first": 0.9 + gain,
        "second": 0.9,
        "difference": gain,
        "interval": [gain - half, gain + half],
    }
    compared = {
        "macro_roc_auc": area,
        "macro_average_precision": area,
        "per_tag": [{"tag": "guitar", "positives": 40, "roc_auc": area, "average_precision": area}],
    }
    beside = figures(0.9) | {"paired": compared}
    return {"metrics": {split: figures(0.9 + gain), "active": {"sha256": sha256, split: beside}}}
