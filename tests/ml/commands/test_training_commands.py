"""From a folder of mp3 to a judged model by the commands a person types."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.forked import ml
from tests.ml.data.test_magnatagatune import write_folder

# Each runs commands as a person does, in processes of their own.
pytestmark = pytest.mark.slow

TINY = [
    "network.stem_width=4",
    "network.widths=[4,4,4,8,8,8,8,8,8]",
    "training.epochs=1",
    "training.batch_size=2",
    "optimiser.learning_rate=0.001",
]


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a data set, prepared, and a model trained on it."""
    folder = tmp_path_factory.mktemp("workshop")
    write_folder(folder / "data")
    # One more clip in the validation and test folders, so that tags there can be ranked.
    table = folder / "data" / "annotations_final.csv"
    extra = [("6", "0", "0", "c/six.mp3"), ("7", "0", "1", "d/seven.mp3")]
    with table.open("a") as stream:
        for clip, loud, rock, path in extra:
            stream.write(f'"{clip}"\t"{loud}"\t"1"\t"{rock}"\t"{path}"\r\n')
            source = next((folder / "data" / "mp3").rglob("*.mp3"))
            (folder / "data" / "mp3" / path).write_bytes(source.read_bytes())
    assert ml("magnatagatune", "prepare", folder / "data", folder / "ready").returncode == 0
    done = ml("train", "modern", folder / "ready", folder / "run", *overrides())
    assert done.returncode == 0, done.stderr
    return folder


def overrides() -> list[str]:
    return [word for value in TINY for word in ("--set", value)]


def test_verifying_prints_the_counts_of_both_protocols(workshop: Path) -> None:
    done = ml("magnatagatune", "verify", workshop / "data")
    assert done.returncode == 0, done.stderr
    assert "protocol A: 2 train, 2 validation, 2 test" in done.stdout
    assert "protocol B: 2 train, 2 validation, 3 test" in done.stdout


def test_a_finished_training_started_again_has_nothing_to_do(workshop: Path) -> None:
    log = workshop / "run" / "log.jsonl"
    before = log.read_text()
    done = ml("train", "modern", workshop / "ready", workshop / "run", *overrides())
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(workshop / "run" / "model.safetensors")
    assert log.read_text() == before


def test_a_run_leaves_one_page_that_needs_no_other_file(workshop: Path) -> None:
    page = (workshop / "run" / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 1
    assert re.search(r'<td>\w+</td><td class="n">\d+</td><td class="n">[01]\.\d{3}</td>', page)
    assert "95 % intervals by bootstrap over tracks" in page
    for outside in ("src=", 'href="http', "@import", "<script", "url(http"):
        assert outside not in page


def test_a_checkpoint_that_was_cut_off_is_said(workshop: Path, tmp_path: Path) -> None:
    content = (workshop / "run" / "checkpoint.pt").read_bytes()
    (tmp_path / "checkpoint.pt").write_bytes(content[: len(content) // 2])
    done = ml("train", "modern", workshop / "ready", tmp_path, *overrides())
    assert done.returncode == 1
    assert f"The checkpoint {tmp_path / 'checkpoint.pt'} is damaged or cut off" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("threads", ["-1", "0", "two"])
def test_a_number_of_threads_that_makes_no_sense_is_refused(workshop: Path, threads: str) -> None:
    done = ml("train", "modern", workshop / "ready", workshop / "x", "--threads", threads)
    assert done.returncode == 2
    assert f"{threads} is no whole number of 1 or more" in done.stderr


def test_a_folder_that_cannot_be_made_is_named(workshop: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    out = tmp_path / "file" / "run"
    done = ml("train", "modern", workshop / "ready", out, *overrides())
    assert done.returncode == 1
    assert f"{out}: Not a directory." in done.stderr
    assert "Traceback" not in done.stderr


def test_evaluating_prints_figures_with_their_protocol(workshop: Path) -> None:
    model, data = workshop / "run" / "model.safetensors", workshop / "ready"
    plots = workshop / "plots"
    done = ml("evaluate", model, data, "--json", "--robustness", "--plots", plots)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["protocol"] == "A"
    assert 0 <= report["macro_roc_auc"] <= 1
    assert "mp3 64 kbit/s" in report["robustness"]
    assert {path.name for path in plots.iterdir()} == {"tags.png", "precision.png"}
    table = ml("evaluate", model, data, "--protocol", "B").stdout
    assert "protocol B: 3 clips" in table


def test_shipping_halves_the_weights_and_fills_in_the_card(workshop: Path) -> None:
    model, out = workshop / "run" / "model.safetensors", workshop / "shipped.safetensors"
    done = ml("ship", model, workshop / "ready", out, "--name", "mine", "--licence", "CC0")
    assert done.returncode == 0, done.stderr
    card = json.loads(out.with_suffix(".json").read_text())
    assert (card["name"], card["licence"]) == ("mine", "CC0")
    assert set(card["metrics"]) == {"validation", "test"}
    assert out.stat().st_size < model.stat().st_size
    assert ml("evaluate", out, workshop / "ready").returncode == 0


def test_excitations_are_measured_saved_and_plotted(workshop: Path) -> None:
    model, out = workshop / "run" / "model.safetensors", workshop / "gates"
    done = ml("excitations", model, workshop / "ready", "--out", out)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)) == 9
    assert {path.name for path in out.iterdir()} == {"excitations.npz", "excitations.png"}


def test_reproducing_prints_the_papers_figures_beside_ours_and_resumes(workshop: Path) -> None:
    arguments = ["reproduce", "icassp2018", workshop / "ready", "--out", workshop / "paper"]
    arguments += ["--variants", "se", "rese-2-multi", *overrides()]
    first, second = ml(*arguments), ml(*arguments)
    assert first.returncode == 0, first.stderr
    assert "| se | 0.9083 |" in first.stdout
    assert "| rese-2-multi | 0.9113 |" in first.stdout
    assert second.stdout == first.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("train", "missing", "x", "y"), "There is no recipe missing"),
        (("train", "modern", "nowhere", "y"), "holds no prepared train split"),
        (("evaluate", "nowhere.safetensors", "x"), "cannot be read"),
        (("magnatagatune", "verify", "nowhere"), "cannot be read"),
        (("magnatagatune", "fetch", "x", "--source", "ftp://x"), "no http"),
        (("reproduce", "icassp2018", "x", "--out", "y", "--variants", "z"), "no variant 'z'"),
    ],
)
def test_a_mistake_gets_one_sentence_and_no_traceback(
    arguments: tuple[str, ...], sentence: str
) -> None:
    done = ml(*arguments)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
