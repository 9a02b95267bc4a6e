"""Is a data set whole? Counts by split and tag, files that are missing or cannot be decoded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ml.audio.reading import SAMPLE_RATE, AudioError, Decoding, probe

from .annotations import Annotations, read_annotations
from .prepare import clip_file
from .protocols import PROTOCOLS, SPLITS, members

# What a header may be wrong by, in seconds: mp3 counts whole frames and the encoder's delay.
TOLERANCE = 0.5
# Empty in the official zip; every project leaves them out.
KNOWN_BROKEN = frozenset(
    {
        "6/norine_braun-now_and_zen-08-gently-117-146.mp3",
        "8/jacob_heringman-josquin_des_prez_lute_settings-19-gintzler__pater_noster-204-233.mp3",
        "9/american_baroque-dances_and_suites_of_rameau_and_couperin-25-le_petit_rien_xiveme_ordre"
        "_couperin-88-117.mp3",
    }
)


@dataclass(frozen=True)
class Verification:
    """`counts` of clips by protocol and split, `positives` by tag, and the clips with a flaw."""

    counts: dict[str, dict[str, int]]
    positives: dict[str, int]
    missing: list[str]
    unreadable: dict[str, str]
    known_broken: list[str]

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong beyond the three clips that are broken in the original."""
        return not self.missing and not self.unreadable


def verify(
    folder: Path,
    *,
    annotations: Annotations | None = None,
    deep: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> Verification:
    """Check `folder`; of every clip the beginning is decoded, with `deep` all of it.

    `annotations` are what another data set's folder holds; None: those of MagnaTagATune's layout.
    Raises DatasetError.
    """
    annotations = annotations or read_annotations(folder)
    missing: list[str] = []
    broken: list[str] = []
    unreadable: dict[str, str] = {}
    for done, path in enumerate(annotations.paths, 1):
        flaw = _flaw(clip_file(folder, path), deep=deep)
        if flaw is not None and path in KNOWN_BROKEN:
            broken.append(path)
        elif flaw == "":
            missing.append(path)
        elif flaw is not None:
            unreadable[path] = flaw
        if on_progress:
            on_progress(done, len(annotations.paths))
    return Verification(_counts(annotations), _positives(annotations), missing, unreadable, broken)


def _flaw(file: Path, *, deep: bool) -> str | None:
    """None for a good clip, "" for a missing one, else what is wrong with it."""
    if not file.is_file():
        return ""
    try:
        if deep:
            return _damage(file)
        probe(file)
    except AudioError as error:
        return str(error)
    return None


def _damage(file: Path) -> str | None:
    decoding = Decoding(file)
    samples = sum(map(len, decoding))
    if decoding.damage.damaged:
        return "some of its packets are damaged"
    told = decoding.info.duration if decoding.info else None
    if told and samples < (told - TOLERANCE) * SAMPLE_RATE:
        return f"it ends after {samples / SAMPLE_RATE:.1f} of {told:.1f} s"
    return None


def _counts(annotations: Annotations) -> dict[str, dict[str, int]]:
    return {
        protocol: {split: len(members(annotations, split, protocol)) for split in SPLITS}
        for protocol in PROTOCOLS
    }


def _positives(annotations: Annotations) -> dict[str, int]:
    totals = annotations.hard.sum(0, dtype=np.int64)
    return {tag: int(total) for tag, total in zip(annotations.tags, totals, strict=True)}
