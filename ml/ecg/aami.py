"""The five classes of heartbeats that are told apart.

ANSI/AAMI EC57, "Testing and reporting performance results of cardiac rhythm and ST segment
measurement algorithms": N any beat that is none of the others (normal, bundle branch block, escape
from the atria or the node), S supraventricular ectopic, V ventricular ectopic, F fusion of a
ventricular and a normal one, Q paced or unclassifiable.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml.ecg.records import Annotations

CLASSES = ("N", "S", "V", "F", "Q")
N, S, V, F, Q = range(len(CLASSES))
ABNORMAL = (S, V, F)
SYMBOLS = {"N": "NLRBejn", "S": "AaJS", "V": "VEr", "F": "F", "Q": "/fQ?"}
_CLASS_OF = {symbol: CLASSES.index(name) for name, all_ in SYMBOLS.items() for symbol in all_}


@dataclass(frozen=True)
class LabelledBeats:
    """`positions` `(beats,)` of the R peaks in samples, rising, and `classes` `(beats,)`."""

    positions: npt.NDArray[np.int64]
    classes: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.positions)


def labelled_beats(annotations: Annotations) -> LabelledBeats:
    """The beats among `annotations`; marks of rhythm, noise and flutter waves are none."""
    kept = [k for k, symbol in enumerate(annotations.symbols) if symbol in _CLASS_OF]
    classes = [_CLASS_OF[annotations.symbols[k]] for k in kept]
    return LabelledBeats(annotations.samples[kept], np.array(classes, np.int64))
