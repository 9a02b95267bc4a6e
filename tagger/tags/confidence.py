"""How sure a model is of a tag, in the same measure for every tag: the share of validation clips
with such a score that had it. Cards without a calibration do not say."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from ml.config import WORDS, Curve, curves
from tagger.models import ModelVersion

STRENGTHS = {"sure": _("sure"), "likely": _("likely"), "perhaps": _("perhaps")}
# From which confidence on each is said.
LEAST = {word: least for least, word in WORDS}
_UNREAD = object()


@dataclass(frozen=True)
class Calibration:
    """A model's curves, by label; one for those without."""

    curves: dict[str, Curve]
    pooled: Curve | None
    thresholds: dict[str, float]

    def confidence(self, label: str, score: float | None) -> float | None:
        """0…1; None where the card does not say, or the label is never shown."""
        curve, threshold = self.curves.get(label, self.pooled), self.thresholds.get(label)
        if curve is None or score is None or threshold is None or threshold >= 1:
            return None
        return curve.at(score, threshold)

    def may_set(self, label: str) -> bool:
        """Whether any score of this label makes a tag."""
        return self.thresholds.get(label, 1.0) < 1

    def at_threshold(self, label: str) -> float | None:
        """From which confidence on a score of this label makes a tag."""
        return self.confidence(label, self.thresholds.get(label))


def calibration_of(version: ModelVersion) -> Calibration:
    """Of a version whose card was read, or that was annotated with its calibration."""
    by_label = dict(zip(version.labels, version.thresholds, strict=True))
    calibration = vars(version).get("calibration", _UNREAD)
    if calibration is _UNREAD:
        calibration = version.card.get("calibration")
    return Calibration(*curves(calibration or {}), by_label)
