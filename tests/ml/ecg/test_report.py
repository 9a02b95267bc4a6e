"""The tables of a run beside the published ones."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from ml.ecg.patients import Run
from ml.ecg.protocols import DS2, PATIENTS_24, PATIENTS_34, PATIENTS_44
from ml.ecg.records import RecordError
from ml.ecg.report import as_json, report, spread


def write_run(out: Path, run: Run, wrong_of_seed: list[int]) -> None:
    """Every patient has 100 N, 10 S and 10 V; of each of the last two so many are called N."""
    (out / "run.json").write_text(json.dumps(asdict(run)))
    for seed, wrong in enumerate(wrong_of_seed):
        folder = out / "rese-complex" / f"seed-{seed}"
        folder.mkdir(parents=True)
        matrix = np.diag([100, 10, 10, 0, 0])
        matrix[[1, 2], 0] += wrong
        matrix[[1, 2], [1, 2]] -= wrong
        for patient in run.patients:
            row = {"matrix": matrix.tolist(), "seconds": 2.5}
            row |= {"first": [True, False, True], "warned": [17, 18]}
            (folder / f"{patient}.json").write_text(json.dumps(row))


def test_medians_and_ranges_of_the_seeds_stand_beside_the_published_figures(
    tmp_path: Path,
) -> None:
    write_run(tmp_path, Run("patient", PATIENTS_24, 3, ("rese",), "complex"), [1, 2, 4])
    text = report(tmp_path)
    for table in ("11 records, VEB", "14 records, SVEB", "24 records, VEB", "24 records, SVEB"):
        assert f"rese-complex, {table}** (3 seeds)" in text
    assert "44 records" not in text
    assert "| gross | 98.3 (96.7–99.2) | 80.0 (60.0–90.0) | 100.0 (100.0–100.0) |" in text
    assert "| Kiranyaz et al. 2016 | 96.4 | 64.6 | 98.6 | 62.1 |" in text


def test_published_figures_that_cannot_be_of_one_matrix_are_marked(tmp_path: Path) -> None:
    write_run(tmp_path, Run("patient", PATIENTS_44, 1, ("rese",), "complex"), [1])
    text = report(tmp_path)
    assert "| Kiranyaz et al. 2016 † | 98.6 | 95.0 | 98.1 | 89.5 |" in text
    assert "| Kiranyaz et al. 2016 † | 99.0 | 93.9 | 98.9 | 90.6 |" in text
    assert "| Kiranyaz et al. 2016 | 97.6 | 60.3 | 99.2 | 63.5 |" in text


def test_between_patients_the_figures_stand_beside_de_chazals(tmp_path: Path) -> None:
    write_run(tmp_path, Run("inter-patient", DS2, 1, ("rese",), "complex"), [1])
    text = report(tmp_path)
    assert "| de Chazal et al. 2004 | – | 77.0 | – | 82.0 |" in text
    assert "24 records" not in text


def test_a_seed_that_is_not_done_with_a_table_is_not_in_it(tmp_path: Path) -> None:
    write_run(tmp_path, Run("patient", PATIENTS_24, 2, ("rese",), "complex"), [1, 5])
    (tmp_path / "rese-complex" / "seed-1" / "201.json").unlink()
    text = report(tmp_path)
    assert "24 records, VEB** (1 seeds)" in text
    assert "11 records, VEB** (2 seeds)" in text


def test_json_has_no_word_for_what_is_no_number(tmp_path: Path) -> None:
    write_run(tmp_path, Run("patient", (200,), 1, ("rese",), "complex"), [10])
    found = json.loads(json.dumps(as_json(tmp_path), allow_nan=False))
    table = next(one for one in found["tables"] if one["ectopy"] == "VEB")
    assert table["seeds"][0]["gross"]["sensitivity"] == 0
    assert table["seeds"][0]["gross"]["predictivity"] is None


def test_nothing_done_is_said(tmp_path: Path) -> None:
    run = Run("patient", (200,), 1, ("rese",), "complex")
    (tmp_path / "run.json").write_text(json.dumps(asdict(run)))
    with pytest.raises(RecordError, match="Nothing of the run"):
        report(tmp_path)


def test_a_single_value_has_no_range_and_none_is_a_dash() -> None:
    assert spread([0.5]) == "50.0"
    assert spread([0.2, float("nan"), 0.4]) == "30.0 (20.0–40.0)"
    assert spread([float("nan")]) == "–"


def test_an_early_warning_is_judged_by_what_is_abnormal_and_by_the_first_three(
    tmp_path: Path,
) -> None:
    run = Run("early-warning", PATIENTS_34, 2, ("rese",), "complex")
    write_run(tmp_path, run, [1, 3])
    folder = tmp_path / "rese-complex" / "seed-1"
    row = json.loads((folder / "219.json").read_text())
    (folder / "219.json").write_text(json.dumps(row | {"first": [False, False, False]}))
    (folder / "220.json").write_text(json.dumps(row | {"first": [False, True]}))
    text = report(tmp_path)
    assert "rese-complex, 34 people, abnormal beats** (2 seeds)" in text
    assert "| gross | 80.0 (70.0–90.0) | 100.0 (100.0–100.0) | 100.0 (100.0–100.0) |" in text
    assert "| Kiranyaz et al. 2017 | 82.5 | 99.5 | – | 88.6 | > 99.4 |" in text
    assert "found in 66 of 67 trainings whose test has three; not always in 219." in text
    assert "in a row one was found in 1,156 of 1,224 (94.4 %)." in text
