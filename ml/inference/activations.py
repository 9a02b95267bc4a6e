"""The penultimate layer's activations of a file's segments, kept small: the output layer of another
model with the same trunk makes its scores of them, in thousandths of the time.

A segment is a byte an activation and two numbers for its range, about 0.6 KB once compressed. On
real music a score moves by 0.0006 at most, a tenth of what another way to compute may move it by
(ml.runtime.parity).
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
_LEVELS = 255
_PARTS = ("levels", "ranges", "silent", "spoken", "spoken_labels")
# What NumPy and the zip reader have to say of bytes that are not what they should be.
_DAMAGE = (
    *(OSError, EOFError, ValueError, KeyError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error, struct.error),
)


class ActivationsError(ValueError):
    """These bytes are no kept activations; str() says why."""


@dataclass(frozen=True)
class SegmentActivations:
    """`levels` uint8 `(segments, size)` between the ends `ranges` float32 `(segments, 2)`.

    `silent` bool `(segments,)` marks those in which nothing sounds. `spoken` float16
    `(segments, labels)` are the scores of `spoken_labels`, for which a second network speaks: no
    output layer can make them of the activations.
    """

    levels: NDArray[np.uint8]
    ranges: Array
    silent: NDArray[np.bool_]
    spoken: NDArray[np.float16] = field(default_factory=lambda: np.zeros((0, 0), np.float16))
    spoken_labels: tuple[str, ...] = ()

    @classmethod
    def of(cls, activations: Array, silent: NDArray[np.bool_]) -> SegmentActivations:
        """Keep `activations` `(segments, size)`, each segment between its own least and most."""
        ranges = np.stack([activations.min(1), activations.max(1)], axis=1).astype(np.float32)
        low, span = ranges[:, :1], ranges[:, 1:] - ranges[:, :1]
        share = (activations - low) / np.where(span > 0, span, 1)
        levels = np.rint(share * _LEVELS).astype(np.uint8)
        return cls(levels, ranges, np.asarray(silent, dtype=bool))

    @classmethod
    def concatenate(cls, parts: list[SegmentActivations]) -> SegmentActivations:
        """The segments of all parts, one after another."""
        return cls(
            np.concatenate([part.levels for part in parts]),
            np.concatenate([part.ranges for part in parts]),
            np.concatenate([part.silent for part in parts]),
        )

    def values(self) -> Array:
        """The activations again, float32 `(segments, size)`."""
        low, high = self.ranges[:, :1], self.ranges[:, 1:]
        return self.levels * ((high - low) / np.float32(_LEVELS)) + low

    def to_bytes(self) -> bytes:
        """As a compressed NumPy archive (npz)."""
        out = io.BytesIO()
        # The fastest level: more would save a twentieth of the room and take five times as long.
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name in _PARTS:
                with archive.open(f"{name}.npy", "w") as entry:
                    part = np.asarray(getattr(self, name))
                    np.lib.format.write_array(entry, part, allow_pickle=False)
        return out.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> SegmentActivations:
        """What `to_bytes` made. Raises ActivationsError for anything else."""
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as archive:
                levels, ranges, silent, spoken, labels = (archive[name] for name in _PARTS)
                made = cls(levels, ranges, silent, spoken, tuple(map(str, labels)))
        except _DAMAGE as error:
            raise ActivationsError(f"These are no kept activations: {error}") from error
        made.check()
        return made

    def with_spoken(self, scores: Array, labels: list[str]) -> SegmentActivations:
        """The same with `scores` `(segments, labels)` of a second network."""
        return replace(self, spoken=scores.astype(np.float16), spoken_labels=tuple(labels))

    def check(self) -> None:
        """Raise ActivationsError unless the parts are of equally many segments."""
        segments = len(self.levels)
        if (
            self.levels.dtype != np.uint8
            or self.levels.ndim != 2
            or self.ranges.shape != (segments, 2)
            or self.silent.shape != (segments,)
            or self.spoken.shape[1] != len(self.spoken_labels)
            or (self.spoken_labels and len(self.spoken) != segments)
            or not segments
        ):
            raise ActivationsError("These are no kept activations: their parts do not fit.")
