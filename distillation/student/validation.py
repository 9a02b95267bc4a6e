"""How good a student is on the validation clips, all of them at once on the device."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from sklearn.metrics import average_precision_score, roc_auc_score
from torch import Tensor, nn
from torch.nn import functional as F

from .resident import Resident

AT_ONCE = 256
# Ranking a tag with fewer positives is chance.
MINIMUM_POSITIVES = 5
# The mean score of the teachers from which on a clip without hard labels counts as positive.
POSITIVE = 0.25

Scores = npt.NDArray[np.float32]


class Validator:
    """Scores the whole segments of every clip of `pool`."""

    def __init__(self, pool: Resident, tags: list[str]) -> None:
        device = pool.samples.device
        self.pool, self.tags = pool, tags
        counts = pool.segments.cpu()
        numbers = torch.cat([torch.arange(n) for n in counts.tolist()] or [torch.zeros(0)])
        self._clip = torch.repeat_interleave(torch.arange(len(pool)), counts).to(device)
        self._number = numbers.long().to(device)

    @torch.inference_mode()
    def scores(self, network: nn.Module, gain: float = 1.0) -> tuple[Scores, float]:
        """Mean probabilities `(clips, tags)`, and the mean loss of a segment's known targets."""
        device = self.pool.samples.device
        total = torch.zeros(len(self.pool), len(self.tags), device=device)
        lost, counted = torch.zeros((), device=device), torch.zeros((), device=device)
        for clip, number in zip(
            self._clip.split(AT_ONCE), self._number.split(AT_ONCE), strict=True
        ):
            crops = self.pool.segment(clip, number)
            with torch.autocast(device.type, torch.bfloat16):
                logits = network(crops.sound[:, None] * gain)
            logits = logits.float()
            total.index_add_(0, clip, logits.sigmoid())
            losses = F.binary_cross_entropy_with_logits(logits, crops.target, reduction="none")
            lost += (losses * crops.known).sum()
            counted += crops.known.sum()
        means: Tensor = total / self.pool.segments[:, None]
        return means.cpu().numpy(), float(lost / counted)

    def figures(self, network: nn.Module) -> dict[str, Any]:
        """Loss and macro figures: on hard labels, and where there are none, on the teachers'."""
        scores, loss = self.scores(network)
        found: dict[str, Any] = {"loss": loss}
        hard = self.pool.hard
        found |= _named("hard", hard, scores, self.tags)
        soft = np.where(hard < 0, self._teachers(), -1).astype(np.int8)
        found |= _named("teachers", soft, scores, self.tags)
        quiet, _ = self.scores(network, 10 ** (-12 / 20))
        found |= _named("hard_12_db_softer", hard, quiet, self.tags)
        return found

    def _teachers(self) -> npt.NDArray[np.int8]:
        """1 or 0 by the mean of the known targets, -1 where none is known; `(clips, tags)`."""
        crops = self.pool.targets(self._clip, self._number)
        total, count = torch.zeros(2, len(self.pool), len(self.tags), device=self._clip.device)
        total.index_add_(0, self._clip, crops[0] * crops[1])
        count.index_add_(0, self._clip, crops[1].float())
        marks = torch.where(count > 0, (total / count >= POSITIVE).float(), -1.0)
        return marks.cpu().numpy().astype(np.int8)


def _named(
    name: str, labels: npt.NDArray[np.int8], scores: Scores, tags: list[str]
) -> dict[str, Any]:
    areas, precisions = {}, {}
    for k, tag in enumerate(tags):
        known = labels[:, k] >= 0
        positives = int((labels[known, k] == 1).sum())
        if MINIMUM_POSITIVES <= positives < known.sum():
            areas[tag] = float(roc_auc_score(labels[known, k], scores[known, k]))
            precisions[tag] = float(average_precision_score(labels[known, k], scores[known, k]))
    if not areas:
        return {}
    return {
        f"{name}_tags": len(areas),
        f"{name}_roc_auc": float(np.mean(list(areas.values()))),
        f"{name}_average_precision": float(np.mean(list(precisions.values()))),
        f"{name}_per_tag": {tag: round(area, 4) for tag, area in areas.items()},
    }
