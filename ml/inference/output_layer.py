"""A model's output layer alone, in NumPy: scores from activations that were kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ml.checkpoints.card import ModelCard, WeightsError, read_card, second_network
from ml.checkpoints.trunk import output_layer

from .activations import SegmentActivations
from .result import Array, mean_direction, mean_scores


@dataclass(frozen=True)
class Rescored:
    """What hearing would have given: `scores` float32 `(segments, labels)`, `mean_scores`
    `(labels,)`, `embedding` `(size,)`, and the indices of the silent segments.
    """

    scores: Array
    mean_scores: Array
    embedding: Array
    silent_segments: tuple[int, ...]


class OutputLayer:
    """`weight` float32 `(labels, size)`, `bias` `(labels,)`, and the card of the model.

    Where a second network has a share in a label, its score is the one that was kept.
    """

    def __init__(self, weight: Array, bias: Array, card: ModelCard) -> None:
        self._weight, self._bias = np.ascontiguousarray(weight.T), bias
        self._softmax = card.config.get("head") == "softmax"
        second = second_network(card)
        self._shares = {} if second is None else second.speaks_for
        self._places = {label: card.labels.index(label) for label in self._shares}

    @classmethod
    def load(cls, weights: str | Path) -> OutputLayer:
        """Of the model in this file. Raises WeightsError."""
        return cls(*output_layer(weights), read_card(weights))

    def rescore(self, kept: SegmentActivations) -> Rescored:
        """Raises WeightsError when they are of a layer of another size, or lack what a second
        network said.
        """
        activations = kept.values()
        if activations.shape[1] != len(self._weight):
            raise WeightsError(
                f"The model takes {len(self._weight)} activations; {activations.shape[1]} are kept."
            )
        logits = activations @ self._weight + self._bias
        for label, share in self._shares.items():
            if label not in kept.spoken_labels:
                raise WeightsError(f"What the second network said of {label!r} was not kept.")
            second = log_odds(kept.spoken[:, kept.spoken_labels.index(label)].astype(np.float32))
            column = logits[:, self._places[label]]
            column += share * (second - column)
        scores = _softmax(logits) if self._softmax else sigmoid(logits)
        return Rescored(
            scores,
            mean_scores(scores, kept.silent),
            mean_direction(activations, kept.silent),
            tuple(int(place) for place in np.flatnonzero(kept.silent)),
        )


def log_odds(scores: Array) -> Array:
    """The logits of probabilities, as far as half precision can hold these."""
    inside = scores.clip(1e-6, 1 - 1e-3)
    logits: Array = np.log(inside / (1 - inside))
    return logits


def sigmoid(logits: Array) -> Array:
    """The probabilities of logits."""
    # As tanh it cannot overflow, however far the logit.
    return ((1 + np.tanh(logits / 2)) / 2).astype(np.float32)


def _softmax(logits: Array) -> Array:
    powers = np.exp(logits - logits.max(1, keepdims=True))
    scores: Array = powers / powers.sum(1, keepdims=True)
    return scores
