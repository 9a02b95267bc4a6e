"""The tables of a run, as text and as JSON, beside what others have published."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ml.ecg import ATTRIBUTION, NOTICE
from ml.ecg.ec57 import Ectopy, Figures, Matrix, abnormal_figures, average, figures, possible
from ml.ecg.patients import FIRST, Outcome, Run, read_outcomes, read_run
from ml.ecg.protocols import (
    DS2,
    PATIENTS_24,
    PATIENTS_34,
    PATIENTS_44,
    SUPRAVENTRICULAR_14,
    VENTRICULAR_11,
)
from ml.ecg.records import RecordError

ECTOPIES: tuple[Ectopy, ...] = ("VEB", "SVEB")
KIRANYAZ = "Kiranyaz et al. 2016"
DE_CHAZAL = "de Chazal et al. 2004"
# Accuracy, sensitivity, specificity, positive predictivity, in per cent.
NOTHING = float("nan")
PUBLISHED: dict[tuple[int, ...], dict[Ectopy, tuple[str, Figures]]] = {
    PATIENTS_24: {
        "VEB": (KIRANYAZ, Figures(0.986, 0.950, 0.981, 0.895)),
        "SVEB": (KIRANYAZ, Figures(0.964, 0.646, 0.986, 0.621)),
    },
    PATIENTS_44: {
        "VEB": (KIRANYAZ, Figures(0.990, 0.939, 0.989, 0.906)),
        "SVEB": (KIRANYAZ, Figures(0.976, 0.603, 0.992, 0.635)),
    },
    DS2: {
        "VEB": (DE_CHAZAL, Figures(NOTHING, 0.77, NOTHING, 0.82)),
        "SVEB": (DE_CHAZAL, Figures(NOTHING, 0.76, NOTHING, 0.38)),
    },
}
TABLES: dict[str, tuple[tuple[int, ...], tuple[Ectopy, ...]]] = {
    "11 records": (VENTRICULAR_11, ("VEB",)),
    "14 records": (SUPRAVENTRICULAR_14, ("SVEB",)),
    "24 records": (PATIENTS_24, ECTOPIES),
    "44 records": (PATIENTS_44, ECTOPIES),
    "DS2": (DS2, ECTOPIES),
}
KINDS = {
    "patient": "Patient-specific",
    "early-warning": "Early warning, with none of a patient's abnormal beats",
    "inter-patient": "Inter-patient (DS1 trains)",
}
WARNED = "Kiranyaz et al. 2017 | 82.5 | 99.5 | – | 88.6 | > 99.4 |"
HEADER = (
    "| | Acc | Sen | Spe | Ppr |",
    "| --- | ---: | ---: | ---: | ---: |",
)


def report(out: Path) -> str:
    """Markdown: gross and average figures of every table that the run covers, then each patient's.

    Raises RecordError when there is no run, or nothing of it is done.
    """
    run, outcomes = _finished(out)
    parts = [line for variant in run.variants.values() for line in _variant(run, outcomes, variant)]
    return "\n".join([*_introduction(run), *parts, "", NOTICE, ATTRIBUTION])


def as_json(out: Path) -> dict[str, Any]:
    """Every matrix, and the gross figures of every seed; `notice` says what this is not."""
    run, outcomes = _finished(out)
    return {
        "notice": NOTICE,
        "attribution": ATTRIBUTION,
        "run": asdict(run),
        "tables": [
            {"variant": variant, "table": name, "ectopy": ectopy, "seeds": [
                {"gross": _plain(figures(sum_of(m), ectopy)), "average": _plain(average(m, ectopy))}
                for m in seeds]}
            for variant in run.variants.values()
            for name, patients, ectopies in _covered(run)
            if (seeds := _by_seed(outcomes, variant, patients))
            for ectopy in ectopies
        ],
        "patients": [
            {"variant": o.variant, "seed": o.seed, "patient": o.patient,
             "matrix": o.matrix.tolist(), "first": o.first, "warned": o.warned,
             "seconds": o.seconds}
            for o in outcomes
        ],
    }  # fmt: skip


def sum_of(matrices: Sequence[Matrix]) -> Matrix:
    total: Matrix = np.sum(np.stack(matrices), axis=0)
    return total


def _finished(out: Path) -> tuple[Run, list[Outcome]]:
    run = read_run(out)
    outcomes = read_outcomes(out, run)
    if not outcomes:
        raise RecordError(f"Nothing of the run in {out} is done yet; go on with `ml ecg train`.")
    return run, outcomes


def _introduction(run: Run) -> Iterator[str]:
    yield f"{KINDS[run.protocol]}: {len(run.patients)} patients, {run.seeds} seeds."
    yield "Median over the seeds in per cent, lowest to highest behind it; counted as EC57 has it."


def _variant(run: Run, outcomes: list[Outcome], variant: str) -> Iterator[str]:
    if run.protocol == "early-warning":
        yield from _early_warning(outcomes, variant, run.patients)
    for name, patients, ectopies in _covered(run):
        seeds = _by_seed(outcomes, variant, patients)
        for ectopy in ectopies if seeds else ():
            yield from _table(f"{variant}, {name}, {ectopy}", seeds, ectopy, patients)
    yield from _per_patient(run, [one for one in outcomes if one.variant == variant])


def _covered(run: Run) -> Iterator[tuple[str, tuple[int, ...], tuple[Ectopy, ...]]]:
    """The tables all of whose patients the run has; if none, one of those it has."""
    if run.protocol == "early-warning":
        return
    inter = run.protocol == "inter-patient"
    found = [
        (name, patients, ectopies)
        for name, (patients, ectopies) in TABLES.items()
        if set(patients) <= set(run.patients) and (patients == DS2) == inter
    ]
    yield from found or [(f"{len(run.patients)} records", run.patients, ECTOPIES)]


def _by_seed(
    outcomes: list[Outcome], variant: str, patients: tuple[int, ...]
) -> list[list[Matrix]]:
    """The matrices of `patients` for each seed that is done with all of them."""
    rows: dict[int, list[Matrix]] = {}
    for one in outcomes:
        if one.variant == variant and one.patient in patients:
            rows.setdefault(one.seed, []).append(one.matrix)
    return [matrices for matrices in rows.values() if len(matrices) == len(patients)]


def _table(
    title: str, seeds: list[list[Matrix]], ectopy: Ectopy, patients: tuple[int, ...]
) -> Iterator[str]:
    yield ""
    yield f"**{title}** ({len(seeds)} seeds)"
    yield ""
    yield from HEADER
    yield _row("gross", [figures(sum_of(matrices), ectopy) for matrices in seeds])
    yield _row("average", [average(matrices, ectopy) for matrices in seeds])
    if patients in PUBLISHED:
        source, row = PUBLISHED[patients][ectopy]
        known = not math.isnan(row.accuracy)
        mark = " †" if known and not possible(row) else ""
        yield _row(f"{source}{mark}", [row])
        if mark:
            yield ""
            yield (
                "† An accuracy lies between sensitivity and specificity; this one does not, "
                "so these cannot be of one matrix. Compare Sen and Ppr."
            )


def _row(name: str, rows: list[Figures]) -> str:
    columns = zip(
        *((r.accuracy, r.sensitivity, r.specificity, r.predictivity) for r in rows), strict=True
    )
    return f"| {name} | " + " | ".join(spread(values) for values in columns) + " |"


def spread(values: Sequence[float]) -> str:
    """Median and range of shares in per cent; a dash where nothing is known."""
    known = [100 * value for value in values if not math.isnan(value)]
    if not known:
        return "–"
    text = f"{np.median(known):.1f}"
    return text if len(known) == 1 else f"{text} ({min(known):.1f}–{max(known):.1f})"


def _early_warning(
    outcomes: list[Outcome], variant: str, patients: tuple[int, ...]
) -> Iterator[str]:
    seeds = _by_seed(outcomes, variant, patients)
    if not seeds:
        return
    rows = [abnormal_figures(sum_of(matrices)) for matrices in seeds]
    yield ""
    yield f"**{variant}, {len(patients)} people, abnormal beats** ({len(seeds)} seeds)"
    yield ""
    yield "| | recall | specificity | precision | F1 | one of the first three, 1 − p³ |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    cells = [spread([getattr(row, name) for row in rows]) for name in asdict(rows[0])]
    cells.append(spread([1 - (1 - row.recall) ** FIRST for row in rows]))
    yield f"| gross | {' | '.join(cells)} |"
    if patients == PATIENTS_34:
        yield f"| {WARNED}"
    yield ""
    yield _first_three([one for one in outcomes if one.variant == variant])
    hits, runs = np.sum([one.warned for one in outcomes if one.variant == variant], axis=0)
    yield (
        f"Of any three of a person's abnormal beats in a row one was found in {hits:,} of {runs:,} "
        f"({100 * hits / max(1, runs):.1f} %)."
    )


def _first_three(outcomes: list[Outcome]) -> str:
    """Counted rather than reckoned: misses of one person are seldom alone."""
    asked = [one for one in outcomes if len(one.first) == FIRST]
    warned = sum(any(one.first) for one in asked)
    missed = sorted({one.patient for one in asked if not any(one.first)})
    text = f"At least one of the first three abnormal beats was found in {warned} of {len(asked)} "
    text += "trainings whose test has three"
    return text + (f"; not always in {', '.join(map(str, missed))}." if missed else ".")


def _per_patient(run: Run, outcomes: list[Outcome]) -> Iterator[str]:
    yield ""
    yield "| patient | VEB | Sen | Ppr | SVEB | Sen | Ppr | training, s of CPU |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for patient in run.patients:
        mine = [one for one in outcomes if one.patient == patient]
        if mine:
            cells = [cell for ectopy in ECTOPIES for cell in _cells(mine, ectopy)]
            seconds = np.median([one.seconds for one in mine])
            yield f"| {patient} | {' | '.join(cells)} | {seconds:.1f} |"


def _cells(outcomes: list[Outcome], ectopy: Ectopy) -> Iterator[str]:
    rows = [figures(one.matrix, ectopy) for one in outcomes]
    yield str(int(outcomes[0].matrix[2 if ectopy == "VEB" else 1].sum()))
    yield spread([row.sensitivity for row in rows])
    yield spread([row.predictivity for row in rows])


def _plain(row: Figures) -> dict[str, float | None]:
    return {name: None if math.isnan(value) else value for name, value in asdict(row).items()}
