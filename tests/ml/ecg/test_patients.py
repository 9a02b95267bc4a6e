"""Training and judging patients in a folder, and the command that does it."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file

from ml.__main__ import main
from ml.ecg.aami import CLASSES
from ml.ecg.beats import VIEWS
from ml.ecg.ec57 import figures
from ml.ecg.fit import FitSettings
from ml.ecg.patients import Outcome, Run, patients_of, read_outcomes, read_run, train, warned
from ml.ecg.protocols import SETS, Database
from ml.ecg.records import RecordError, read_annotations

# Enough where it does not matter how well a heart was learnt.
HASTY = {"compact": asdict(FitSettings(epochs=2, learning_rate=1e-2, members=2))}
ONE = Run("patient", (200,), 1, ("compact",), "complex", HASTY)


def trained(hearts: Path, out: Path, run: Run) -> list[Outcome]:
    outcomes: list[Outcome] = []
    train(
        Database(hearts, VIEWS[run.view]), out, run, lambda outcome, due: outcomes.append(outcome)
    )
    return outcomes


@pytest.fixture(scope="module")
def out(hearts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which one patient has been trained."""
    folder = tmp_path_factory.mktemp("out")
    trained(hearts, folder, ONE)
    return folder


@pytest.mark.parametrize("network", ["rese", "compact"])
def test_a_patient_is_learnt_in_less_than_ten_seconds(
    hearts: Path, tmp_path: Path, network: str
) -> None:
    database = Database(hearts)
    assert len(database.common())
    began = time.process_time()
    (outcome,) = trained(hearts, tmp_path, Run("patient", (200,), 1, (network,), "complex"))
    assert time.process_time() - began < 10
    assert outcome.matrix.sum() == len(database.test(200))
    for found in (figures(outcome.matrix, "VEB"), figures(outcome.matrix, "SVEB")):
        assert found.sensitivity > 0.9
        assert found.predictivity > 0.9


def test_what_is_done_is_not_done_again(hearts: Path, out: Path) -> None:
    row = out / "compact-complex" / "seed-0" / "200.json"
    before = row.stat().st_mtime_ns
    outcomes = trained(hearts, out, ONE)
    assert outcomes[0].patient == 200
    assert row.stat().st_mtime_ns == before


def test_a_run_may_be_widened_and_not_changed(hearts: Path, out: Path) -> None:
    wider = replace(ONE, patients=(201,))
    trained(hearts, out, wider)
    assert read_run(out).patients == (200, 201)
    assert [one.patient for one in read_outcomes(out, read_run(out))] == [200, 201]
    with pytest.raises(RecordError, match="other settings"):
        trained(hearts, out, Run("patient", (200,), 1, ("compact",), "pair"))


def test_the_same_seed_gives_the_same_network(hearts: Path, out: Path, tmp_path: Path) -> None:
    trained(hearts, tmp_path, ONE)
    for name in ("200.safetensors", "200.cnn"):
        first, again = (folder / "compact-complex/seed-0" / name for folder in (out, tmp_path))
        assert first.read_bytes() == again.read_bytes()


def test_no_two_members_and_no_two_seeds_of_a_run_are_the_same_network(
    hearts: Path, out: Path, tmp_path: Path
) -> None:
    trained(hearts, tmp_path, replace(ONE, seeds=2))
    name = "layers.0.weight"
    stored = [load_file(tmp_path / f"compact-complex/seed-{k}/200.safetensors") for k in range(2)]
    members = [weights[f"members.{k}.{name}"] for weights in stored for k in range(2)]
    assert len({tuple(one.flatten().tolist()) for one in members}) == len(members) == 4


@pytest.mark.parametrize(
    ("found", "runs"),
    [("", (0, 0)), ("01", (0, 0)), ("000", (0, 1)), ("100010", (3, 4)), ("00010000", (3, 6))],
)
def test_a_watch_that_begins_at_any_abnormal_beat_is_warned_by_one_of_three(
    found: str, runs: tuple[int, int]
) -> None:
    assert warned(np.array([one == "1" for one in found], bool)) == runs


def test_every_test_beat_is_written_down_with_what_it_was_called(hearts: Path, out: Path) -> None:
    found = read_annotations(out / "compact-complex" / "seed-0" / "200.cnn")
    test = Database(hearts).test(200)
    assert (found.symbols[0], found.texts[0]) == ('"', "Research software, not a medical device.")
    assert np.array_equal(found.samples[1:], test.labels.positions)
    actual = [CLASSES[k] for k in test.classes]
    agreeing = sum(a == b for a, b in zip(actual, found.symbols[1:], strict=True))
    row = json.loads((out / "compact-complex" / "seed-0" / "200.json").read_text())
    assert agreeing == np.trace(row["matrix"])


def test_between_patients_one_network_is_trained_for_all(hearts: Path, tmp_path: Path) -> None:
    run = Run("inter-patient", (100, 103), 1, ("compact",), "complex")
    with pytest.raises(RecordError, match="203"):
        trained(hearts, tmp_path, run)


def test_the_commands_train_and_print_a_table(
    hearts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["ecg", "train", str(hearts), str(tmp_path), "--patients", "201", "--seeds", "1"]
    assert main([*words, "--network", "compact", "--view", "pair"]) == 0
    assert main(["ecg", "evaluate", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    assert "compact-pair, 1 records, VEB" in text
    assert "Research software, not a medical device." in text
    assert "ODC Attribution License" in text
    assert main(["ecg", "evaluate", str(tmp_path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["notice"] == "Research software, not a medical device."
    assert found["patients"][0]["patient"] == 201


def test_a_folder_without_a_run_is_refused_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ecg", "evaluate", str(tmp_path)]) == 1
    assert "holds no run" in capsys.readouterr().err


def test_a_damaged_result_is_named(out: Path, tmp_path: Path) -> None:
    shutil.copytree(out, tmp_path / "copy")
    (tmp_path / "copy" / "compact-complex" / "seed-0" / "200.json").write_text("{")
    with pytest.raises(RecordError, match=r"200\.json is damaged"):
        read_outcomes(tmp_path / "copy", ONE)


@pytest.mark.parametrize(
    ("text", "patients"), [("200,208,200", (200, 208)), ("24", SETS["24"]), ("44", SETS["44"])]
)
def test_patients_are_named_by_a_set_or_by_numbers(text: str, patients: tuple[int, ...]) -> None:
    assert patients_of(text, SETS) == patients


def test_patients_that_are_none_are_refused() -> None:
    with pytest.raises(RecordError, match=r"write 24, 34, 44, ds2, or numbers"):
        patients_of("all", SETS)
