"""The runs of a protocol: a committee a patient and seed, kept in a folder, resumed where stopped.

A folder OUT holds `run.json`, and for every variant (network and view) and seed
`OUT/VARIANT/seed-N/` with, for each patient: NAME.safetensors (the weights), NAME.cnn (what each
test beat was called, in the format of NAME.atr, so that WFDB's `bxb` can judge it) and, written
last, NAME.json (the confusion matrix). What has its NAME.json is done.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import save_file
from torch import nn

from ml.ecg import NOTICE
from ml.ecg.aami import ABNORMAL, CLASSES, N
from ml.ecg.beats import COMPLEX, VIEWS, Array, View
from ml.ecg.decision import Decision, foreseeing, likeliest, warning
from ml.ecg.ec57 import Matrix, confusion
from ml.ecg.fit import FitSettings, fit, probabilities
from ml.ecg.networks import Committee, make_network
from ml.ecg.protocols import DS1, Beats, Database, together
from ml.ecg.records import Annotations, RecordError, write_annotations
from ml.ecg.synthesis import Filters, healthy_lesson, learn_filters

RUN = "run.json"
# Of WFDB: an annotation that is a text and no beat.
COMMENT = '"'
PROTOCOLS = ("patient", "early-warning", "inter-patient")
# The first abnormal beats of a person, of which an early warning should find one.
FIRST = 3
# Of the normal beats of DS1 as many are learnt from as of all others together times this.
INTER_PATIENT_NORMAL = 4
SETTINGS: dict[tuple[str, str], FitSettings] = {
    ("patient", "rese"): FitSettings(),
    ("patient", "compact"): FitSettings(epochs=40, learning_rate=1e-2),
    ("early-warning", "rese"): FitSettings(epochs=15),
    ("early-warning", "compact"): FitSettings(epochs=30, learning_rate=1e-2),
    ("inter-patient", "rese"): FitSettings(epochs=6, batch_size=128),
    ("inter-patient", "compact"): FitSettings(epochs=10, batch_size=128, learning_rate=1e-2),
}
# Where the rhythm is told apart from the shape, neither is to be learnt by heart with the other.
DRIFT, RHYTHM_DROPOUT = 0.2, 0.3
# Shapes that are not squeezed are learnt in half the time.
COMPLEX_EPOCHS = {"rese": 10, "compact": 25}


def settings_of(protocol: str, network: str, view: View) -> FitSettings:
    """How `network` is trained on what `view` shows."""
    settings = SETTINGS[protocol, network]
    if view is not COMPLEX:
        return settings
    epochs = min(settings.epochs, COMPLEX_EPOCHS[network])
    return replace(settings, epochs=epochs, drift=DRIFT, rhythm_dropout=RHYTHM_DROPOUT)


@dataclass(frozen=True)
class Run:
    """What OUT is about: `protocol` is one of PROTOCOLS, `patients` are in their order.

    `view` is one of VIEWS.
    """

    protocol: str
    patients: tuple[int, ...]
    seeds: int
    networks: tuple[str, ...]
    view: str
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Without settings, today's of each network: they are written down with the run."""
        chosen = {
            name: asdict(settings_of(self.protocol, name, VIEWS[self.view]))
            for name in self.networks
        }
        object.__setattr__(self, "settings", self.settings or chosen)

    @property
    def variants(self) -> dict[str, str]:
        """The folder of each network."""
        return {name: f"{name}-{self.view}" for name in self.networks}


@dataclass(frozen=True)
class Outcome:
    """One committee's judgement of one patient; `seconds` of CPU that its training took.

    `first` tells of the first FIRST abnormal beats of the test which were called abnormal;
    `warned` is in how many of the runs of FIRST abnormal beats, begun at any of them, one was, and
    of how many.
    """

    variant: str
    seed: int
    patient: int
    matrix: Matrix
    seconds: float
    first: tuple[bool, ...]
    warned: tuple[int, int]


def train_patient(
    network: str, common: Beats, own: Beats, *, seed: int, settings: FitSettings
) -> Committee:
    """Networks that were taught `common` and the patient's `own` beats, in evaluation mode."""
    beats = together([common, own])
    return _committee(network, lambda member: beats, seed, settings)


def train_healthy(
    network: str, normal: Beats, filters: Filters, *, seed: int, settings: FitSettings
) -> Committee:
    """Networks that were taught a person's `normal` beats and abnormal ones made from them.

    Each is taught others: the filters are applied to other normal beats.
    """
    return _committee(
        network, lambda member: healthy_lesson(normal, filters, member), seed, settings
    )


def _committee(
    network: str, lesson: Callable[[int], Beats], seed: int, settings: FitSettings
) -> Committee:
    """Its members, each with a seed of its own: no two seeds of a run have one in common."""
    seeds = range(seed * settings.members, (seed + 1) * settings.members)
    return Committee([_trained(network, lesson(one), one, settings) for one in seeds]).eval()


def _trained(network: str, beats: Beats, seed: int, settings: FitSettings) -> nn.Module:
    torch.manual_seed(seed)
    fresh = make_network(network, beats.inputs.shape[1], len(CLASSES))
    return fit(fresh, beats.inputs, beats.classes, len(CLASSES), seed=seed, settings=settings)


def train(database: Database, out: Path, run: Run, on_done: Callable[[Outcome, int], None]) -> None:
    """Train and judge what OUT still lacks; `on_done` is told each outcome and how many are due.

    OUT may hold other patients, seeds and networks already: they stay. Raises RecordError when what
    it holds was trained otherwise, or a record is missing or damaged.
    """
    _claim(out, run)
    due = run.seeds * len(run.networks) * len(run.patients)
    for seed in range(run.seeds):
        for network in run.networks:
            for outcome in _outcomes(database, out, run, network, seed):
                on_done(outcome, due)


def _claim(out: Path, run: Run) -> None:
    """Write down that OUT has, or will have, what `run` is about beside what it had."""
    whole = _with(read_run(out), run, out) if (out / RUN).exists() else run
    out.mkdir(parents=True, exist_ok=True)
    part = out / f"{RUN}.part"
    part.write_text(json.dumps(asdict(whole), indent=2) + "\n")
    part.replace(out / RUN)


def _with(before: Run, run: Run, out: Path) -> Run:
    shared = set(before.networks) & set(run.networks)
    same = all(before.settings[name] == run.settings[name] for name in shared)
    if not same or (before.protocol, before.view) != (run.protocol, run.view):
        raise RecordError(f"{out} holds a run with other settings; choose another folder.")
    return replace(
        run,
        patients=tuple(dict.fromkeys((*before.patients, *run.patients))),
        seeds=max(before.seeds, run.seeds),
        networks=tuple(dict.fromkeys((*before.networks, *run.networks))),
        settings=before.settings | run.settings,
    )


def read_run(out: Path) -> Run:
    """What `out` is about. Raises RecordError when there is no run."""
    try:
        values = json.loads((out / RUN).read_text())
        return Run(**values | {name: tuple(values[name]) for name in ("patients", "networks")})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise RecordError(f"{out} holds no run of `ml ecg train`: {error}.") from error


def read_outcomes(out: Path, run: Run) -> list[Outcome]:
    """All that are done so far."""
    folders = [
        (variant, seed, out / variant / f"seed-{seed}")
        for variant in run.variants.values()
        for seed in range(run.seeds)
    ]
    return [
        _read(folder / f"{patient}.json", variant, seed, patient)
        for variant, seed, folder in folders
        for patient in run.patients
        if (folder / f"{patient}.json").exists()
    ]


def _outcomes(
    database: Database, out: Path, run: Run, network: str, seed: int
) -> Iterator[Outcome]:
    variant = run.variants[network]
    folder = out / variant / f"seed-{seed}"
    folder.mkdir(parents=True, exist_ok=True)
    shared = _Shared(database, run, network, seed)
    for patient in run.patients:
        done = folder / f"{patient}.json"
        if not done.exists():
            _judge(shared, folder, patient)
        yield _read(done, variant, seed, patient)


class _Shared:
    """The networks for a patient: its own, or those that all have between patients."""

    def __init__(self, database: Database, run: Run, network: str, seed: int) -> None:
        self.database, self.run, self.network, self.seed = database, run, network, seed
        self.settings = FitSettings(**run.settings[network])

    def trained(self, patient: int) -> Committee:
        if self.run.protocol == "patient":
            common, own = self.database.common(), self.database.learning(patient)
            return train_patient(self.network, common, own, seed=self.seed, settings=self.settings)
        if self.run.protocol == "early-warning":
            own = self.database.learning(patient)
            normal, others = own.where(own.classes == N), self.filters.of_others(patient)
            return train_healthy(
                self.network, normal, others, seed=self.seed, settings=self.settings
            )
        return self.between_patients

    @cached_property
    def between_patients(self) -> Committee:
        beats = together(map(self.database.beats, DS1))
        return _committee(
            self.network, lambda member: _fewer_normal(beats, member), self.seed, self.settings
        )

    def decision(self, patient: int) -> Decision:
        if self.run.protocol == "patient":
            own, common = self.database.learning(patient), self.database.common()
            return foreseeing(own.classes, common.classes)
        if self.run.protocol == "early-warning":
            return warning(self.database.view)
        return likeliest

    @cached_property
    def filters(self) -> Filters:
        return learn_filters(self.database, self.database.others(None))

    def test(self, patient: int) -> Beats:
        if self.run.protocol == "patient":
            return self.database.test(patient)
        if self.run.protocol == "early-warning":
            return self.database.late(patient)
        return self.database.beats(patient)


def _fewer_normal(beats: Beats, seed: int) -> Beats:
    normal = np.flatnonzero(beats.classes == N)
    most = INTER_PATIENT_NORMAL * (len(beats) - len(normal))
    kept = beats.classes != N
    kept[np.random.default_rng(seed).permutation(normal)[:most]] = True
    return beats.where(kept)


def _judge(shared: _Shared, folder: Path, patient: int) -> None:
    began = time.process_time()
    network = shared.trained(patient)
    seconds = time.process_time() - began
    test = shared.test(patient)
    scores = probabilities(network, test.inputs)
    weights = {name: value.contiguous() for name, value in network.state_dict().items()}
    save_file(weights, folder / f"{patient}.safetensors")
    judged, certainty = shared.decision(patient)(scores)
    calls = as_annotations(test.labels.positions, judged, certainty)
    write_annotations(folder / f"{patient}.cnn", calls)
    found = (judged != N)[np.isin(test.classes, ABNORMAL)]
    row = {
        "matrix": confusion(test.classes, judged).tolist(),
        "seconds": round(seconds, 3),
        "first": found[:FIRST].tolist(),
        "warned": warned(found),
    }
    part = folder / f"{patient}.json.part"
    part.write_text(json.dumps(row) + "\n")
    part.replace(folder / f"{patient}.json")


def warned(found: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """In how many runs of FIRST of the abnormal beats one is `found` `(beats,)`, and of how many.

    Of a watch that begins anywhere: what is expected of the first few, counted more than once.
    """
    if len(found) < FIRST:
        return 0, 0
    runs = np.lib.stride_tricks.sliding_window_view(found, FIRST)
    return int(runs.any(axis=1).sum()), len(runs)


def as_annotations(
    positions: npt.NDArray[np.int64], classes: npt.NDArray[np.int64], scores: Array
) -> Annotations:
    """Beats at `positions` with what they were called; the score of each `(beats,)` as its text.

    A comment before them says what they are not.
    """
    texts = (NOTICE, *(f"{score:.2f}" for score in scores))
    symbols = (COMMENT, *(CLASSES[k] for k in classes))
    return Annotations(np.concatenate([positions[:1], positions]), symbols, texts)


def _read(file: Path, variant: str, seed: int, patient: int) -> Outcome:
    try:
        row = json.loads(file.read_text())
        matrix = np.array(row["matrix"], np.int64).reshape(len(CLASSES), len(CLASSES))
        first = tuple(map(bool, row["first"]))
        hits, runs = map(int, row["warned"])
        return Outcome(variant, seed, patient, matrix, float(row["seconds"]), first, (hits, runs))
    except (ValueError, KeyError, TypeError) as error:
        raise RecordError(f"{file} is damaged; delete it and train again.") from error


def patients_of(text: str, sets: dict[str, tuple[int, ...]]) -> tuple[int, ...]:
    """The patients that `text` names: one of the `sets`, or numbers with commas between.

    Raises RecordError for anything else.
    """
    if text in sets:
        return sets[text]
    try:
        return tuple(dict.fromkeys(int(part) for part in text.split(",")))
    except ValueError:
        raise RecordError(
            f"{text!r} names no patients; write {', '.join(sets)}, or numbers as 200,208."
        ) from None
