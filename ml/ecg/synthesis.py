"""Abnormal beats of a person who has shown none: made from the person's own normal beat.

Kiranyaz, Ince, Gabbouj, Scientific Reports 7, 2017 ("abnormal beat synthesis"): what turns the
average normal beat of somebody else into an abnormal beat of theirs is taken for a linear system,
found by regularised least squares, and applied to the average normal beat of this person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from sklearn.cluster import KMeans

from ml.ecg.aami import ABNORMAL, LabelledBeats, N
from ml.ecg.beats import SAMPLES, Array, Floats, View
from ml.ecg.protocols import Beats, Database, person_of
from ml.ecg.records import RecordError

TAPS = SAMPLES + 1
# Of the average beat's energy: without it a filter answers to the noise of the two beats.
RIDGE = 0.01
# Beats that look alike are worth one filter: a person's hundreds would drown everybody else's few.
MOST_GROUPS, BEATS_OF_A_GROUP = 20, 3
# Share of a person's normal beats that lie within their normal cloud.
CLOUD = 0.95


@dataclass(frozen=True)
class Filters:
    """From a normal beat to abnormal ones.

    `taps` `(filters, shapes, TAPS)` for each shape of the view, `rhythms` `(filters, channels -
    shapes, SAMPLES)` what is shown of the rhythm, `classes` `(filters,)`, `people` `(filters,)`
    whose they are.
    """

    taps: Floats
    rhythms: Array
    classes: npt.NDArray[np.int64]
    people: npt.NDArray[np.int64]
    view: View

    def __len__(self) -> int:
        return len(self.classes)

    def of_others(self, person: int | None) -> Filters:
        """Those learnt from anybody but the person of the recording `person`."""
        kept = self.people != (-1 if person is None else person_of(person))
        return replace(
            self,
            taps=self.taps[kept],
            rhythms=self.rhythms[kept],
            classes=self.classes[kept],
            people=self.people[kept],
        )


def learn_filters(database: Database, people: Iterable[int]) -> Filters:
    """Filters of all abnormal beats of `people`.

    Raises RecordError as `Database.beats` does, and when there is nobody to learn from.
    """
    parts = [_of_person(database.beats(person), person, database.view) for person in people]
    if not any(len(part) for part in parts):
        raise RecordError(
            f"{database.folder} holds no abnormal beat of other people to learn from; "
            "name a folder with the MIT-BIH Arrhythmia Database."
        )
    return Filters(
        np.concatenate([part.taps for part in parts]),
        np.concatenate([part.rhythms for part in parts]),
        np.concatenate([part.classes for part in parts]),
        np.concatenate([part.people for part in parts]),
        database.view,
    )


def _of_person(beats: Beats, person: int, view: View) -> Filters:
    normal = beats.inputs[beats.classes == N]
    groups = [
        (one, mean)
        for one in ABNORMAL
        for mean in (_groups(beats.inputs[beats.classes == one]) if len(normal) else ())
    ]
    shapes = len(view.shapes)
    taps = np.zeros((len(groups), shapes, TAPS))
    if groups:
        base = average_beat(normal, view)
        for shape in range(shapes):
            wanted = view.rescaled(np.stack([mean[shape] for _, mean in groups]))
            taps[:, shape] = filters_between(base[shape], wanted)
    rhythms = [mean[shapes:] for _, mean in groups]
    return Filters(
        taps,
        np.array(rhythms, np.float32).reshape(len(groups), view.channels - shapes, SAMPLES),
        np.array([one for one, _ in groups], np.int64),
        np.full(len(groups), person_of(person), np.int64),
        view,
    )


def _groups(inputs: Array) -> list[Floats]:
    """Means of groups of like beats, each `(channels, SAMPLES)`."""
    count = min(MOST_GROUPS, -(-len(inputs) // BEATS_OF_A_GROUP))
    if not count:
        return []
    rows = inputs.reshape(len(inputs), -1)
    found = KMeans(count, n_init=1, random_state=0).fit(rows)
    return list(found.cluster_centers_.reshape(count, *inputs.shape[1:]).astype(np.float64))


def typical(normal: Array) -> Array:
    """The half of `normal` `(beats, channels, SAMPLES)` that is nearest to its median.

    Beats whose neighbours come early or late have their peak elsewhere and would blur the average.
    """
    far = ((normal - np.median(normal, axis=0)) ** 2).sum((1, 2))
    kept: Array = normal[far <= np.median(far)]
    return kept


def average_beat(normal: Array, view: View) -> Floats:
    """The average of what is typical of `normal`: `(shapes, SAMPLES)`."""
    return view.rescaled(typical(normal)[:, : len(view.shapes)].mean(0, dtype=np.float64))


def filters_between(base: Floats, wanted: Floats) -> Floats:
    """Taps `(beats, TAPS)` that turn `base` `(SAMPLES,)` into each of `wanted` `(beats, SAMPLES)`.

    Ridge regression: the taps h that minimise |base * h - wanted|² + RIDGE · |base|² · |h|².
    """
    shifted = _shifted(base)
    normal_matrix = shifted.T @ shifted + RIDGE * (base @ base) * np.eye(TAPS)
    return np.linalg.solve(normal_matrix, shifted.T @ wanted.T).T.astype(np.float64)


def apply_filters(base: Floats, taps: Floats) -> Floats:
    """`base` `(SAMPLES,)` through each of `taps` `(filters, TAPS)`: `(filters, SAMPLES)`."""
    return taps @ _shifted(base).T


def _shifted(base: Floats) -> Floats:
    """`(…, SAMPLES, TAPS)` for `base` `(…, SAMPLES)`: column k holds it moved by k - TAPS // 2.

    What comes from outside is 0.
    """
    padded = np.pad(base, [(0, 0)] * (base.ndim - 1) + [(TAPS // 2, TAPS // 2)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, TAPS, axis=-1)
    return windows[..., ::-1]


def synthesise(normal: Array, filters: Filters, seed: int) -> tuple[Array, npt.NDArray[np.int64]]:
    """Abnormal beats for the person whose `normal` `(beats, channels, SAMPLES)` beats these are.

    Returns them `(abnormal, channels, SAMPLES)` with their classes. Each filter is applied to one
    of the typical normal beats, rather than all to the average as in the paper: freedom from noise
    would tell what is synthetic. What lands among the person's own normal beats is left out.
    """
    view = filters.view
    source = typical(normal)[:, : len(view.shapes)].astype(np.float64)
    source = np.random.default_rng(seed).choice(source, len(filters))
    pairs = np.einsum("fst,fsnt->fsn", filters.taps, _shifted(source))
    made = np.concatenate([view.rescaled(pairs), filters.rhythms], axis=1)
    kept = ~_in_cloud(normal, made)
    return made[kept].astype(np.float32), filters.classes[kept]


def _in_cloud(normal: Array, made: Floats) -> npt.NDArray[np.bool_]:
    """Which of `made` are no farther from the average than most normal beats are."""
    centre = normal.mean(0, dtype=np.float64)
    reach = np.quantile(((normal - centre) ** 2).sum((1, 2)), CLOUD)
    near: npt.NDArray[np.bool_] = ((made - centre) ** 2).sum((1, 2)) <= reach
    return near


def healthy_lesson(normal: Beats, filters: Filters, seed: int) -> Beats:
    """A person's `normal` beats and the abnormal ones made from them, to train a network on."""
    made, classes = synthesise(normal.inputs, filters, seed)
    labels = LabelledBeats(
        np.concatenate([normal.labels.positions, np.zeros(len(made), np.int64)]),
        np.concatenate([normal.classes, classes]),
    )
    return Beats(np.concatenate([normal.inputs, made]), labels)
