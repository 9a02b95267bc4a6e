"""Tags that people have added, after their first training: how common each is in the library, and
from which score on it is shown.
"""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ml.checkpoints import trunk_sha256
from tagger.analysis.activations import read_activations
from tagger.models import KeptActivations, Track, Verdict

if TYPE_CHECKING:
    import numpy as np

    from ml.evaluation import NewLabel

logger = logging.getLogger(__name__)

# Tracks that nobody has judged: so many tell a share of a tenth to within two hundredths.
SAMPLE = 500


def fit_new_tags(weights: Path, run: Path) -> dict[str, NewLabel]:
    """Of each new label of a head-only training: what is known of it. Its output is changed so that
    scores mean what they say, and its threshold stands in the card.
    """
    import numpy as np

    from ml.checkpoints import load_model, save_model
    from ml.evaluation import fit_to_library
    from ml.training import EVIDENCE

    path = run / EVIDENCE
    evidence = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if not evidence:
        return {}
    model = load_model(weights)
    library = list(_library_activations(trunk_sha256(weights)))
    output, labels, found = model.network.output, model.card.labels, {}
    for label, columns in evidence.items():
        row = labels.index(label)
        weight, bias = output.weight[row].detach().numpy(), float(output.bias[row].detach())
        logits = [activations @ weight + bias for activations in library]
        answers = np.array(columns["answers"])
        found[label] = one = fit_to_library(np.array(columns["logits"]), answers, logits)
        output.weight.data[row] *= one.slope
        output.bias.data[row] = one.slope * bias + one.shift
    thresholds = {label: one.threshold for label, one in found.items()}
    card = dataclasses.replace(model.card, thresholds=model.card.thresholds | thresholds)
    save_model(weights, model.network, card)
    return found


def _library_activations(trunk: str) -> Iterator[np.ndarray]:
    """Of tracks that nobody has judged, the segments' `(segments, size)`.

    Ids are drawn at random, so that the first ones are a fair sample.
    """
    judged = Verdict.objects.filter(withdrawn_at=None).values("track")
    kept = KeptActivations.objects.filter(trunk=trunk, track__deleted_at=None)
    fair = kept.exclude(track__in=judged).exclude(track__state=Track.State.FAILED)
    for row in fair.order_by("pk")[:SAMPLE]:
        try:
            activations = read_activations(row)
        except (OSError, ValueError) as error:
            logger.warning("what was kept of track %s is passed over: %s", row.pk, error)
            continue
        sounding = ~activations.silent
        if sounding.any():
            yield activations.values()[sounding]
