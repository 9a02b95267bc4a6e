"""The whole check, in the order in which one thing rests on another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from . import files, rows
from .faults import Fault


@dataclass
class Checked:
    """How many of each were looked at; filled while `faults` is walked through."""

    tracks: int = 0
    models: int = 0
    faults: list[Fault] = field(default_factory=list)


def check(before: datetime, checked: Checked) -> Iterator[Fault | None]:
    """All faults, and None for each track and model whose file is as it should be.

    Files and parts of uploads younger than `before` may belong to one that still runs.
    """
    for fault in _all(before, checked):
        if fault:
            checked.faults.append(fault)
        yield fault


def _all(before: datetime, checked: Checked) -> Iterator[Fault | None]:
    for fault in files.track_files():
        checked.tracks += 1
        yield fault
    yield from files.orphans(before)
    yield from files.lost_activations()
    yield from files.left_uploads(before)
    yield from rows.never_analysed()
    yield from rows.broken_analyses()
    yield from rows.stale()
    yield from rows.wrong_counts()
    for fault in files.model_files():
        checked.models += 1
        yield fault
    yield from files.orphaned_weights(before)
