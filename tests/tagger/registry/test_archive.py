"""Models in and out as one file; nothing in such a file is trusted."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from ml.checkpoints.archive import CARD, WEIGHTS, write_package
from ml.checkpoints.card import card_path, companion_files, int8_files
from ml.checkpoints.weights import default_model_path, load_model
from tagger.models import Job, ModelVersion, Tag, Track, User
from tagger.registry.archive import ImportRefusedError, export_model, import_model
from tagger.registry.retention import ModelInUseError, delete_model, retire_model
from tagger.registry.versions import activate_model, install_model
from tagger.tags.effective import active_model
from tests.ml.second_network import CONFIG, save_pair
from tests.tagger.registry.cards import card_of
from tests.web import rows

Pack = Callable[..., Path]


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """A package of the shipped model; `changes` go into its card, `parts` replace whole files."""

    def make(parts: dict[str, bytes] | None = None, **changes: Any) -> Path:
        source = default_model_path()
        card = json.loads(card_path(source).read_text()) | changes
        whole = {CARD: json.dumps(card).encode(), WEIGHTS: source.read_bytes()} | (parts or {})
        path = tmp_path / "package.zip"
        with zipfile.ZipFile(path, "w") as package:
            for name, content in whole.items():
                package.writestr(name, content)
        return path

    return make


def refusal(package: Path) -> str:
    with pytest.raises(ImportRefusedError) as caught:
        import_model(package)
    assert not ModelVersion.objects.exists()
    return str(caught.value)


def config(**changes: Any) -> dict[str, Any]:
    whole = json.loads(card_path(default_model_path()).read_text())["config"]
    return {"config": whole | changes}


@pytest.mark.parametrize(
    "changes",
    [
        config(stem_width=10**9),
        config(stem_width=4096),
        config(stem_width="128"),
        config(stem_width=True),
        config(widths=[10**7] * 9),
        config(widths=[777] * 9),
        config(widths=3),
        config(widths=[]),
        config(samples=10**12),
        config(samples=3**11),
        config(channels=2),
        config(se_ratio=10**6),
        config(dropout="a"),
        config(unheard_of=1),
        {"metrics": {"test": {"macro_roc_auc": 10**401}}},
        {"thresholds": {"guitar": 10**400}},
        {"name": ".."},
        {"name": "a/../b"},
        {"name": "a\\b"},
        {"name": "a\nb"},
    ],
)
def test_a_card_that_believes_in_sizes_or_names_that_cannot_be_is_refused(
    db: None, pack: Pack, changes: dict[str, Any]
) -> None:
    assert refusal(pack(**changes))


def test_a_number_that_no_machine_holds_is_refused(db: None, pack: Pack) -> None:
    card = card_path(default_model_path()).read_text()
    huge = card.replace('"metrics": {', '"metrics": {"loss": 1e999, ', 1)
    assert "too large a number" in refusal(pack({CARD: huge.encode()}))
    deep = card.replace('"metrics": {', f'"metrics": {{"x": {"[" * 900}{"]" * 900}, ', 1)
    assert "nested" in refusal(pack({CARD: deep.encode()}))


@pytest.mark.django_db(transaction=True)
def test_six_imports_of_one_package_at_once_bring_it_in_once(pack: Pack) -> None:
    package = pack()

    def bring(_: int) -> int:
        try:
            return import_model(package).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(bring, range(6)))) == 1
    assert ModelVersion.objects.count() == 1


def test_what_one_installation_exports_another_takes_in(db: None, tmp_path: Path) -> None:
    first = install_model(default_model_path(), check=False)
    package = tmp_path / "out.zip"
    with package.open("wb") as out:
        export_model(first, out)
    sha256 = first.sha256
    first.delete()
    second = import_model(package, name="from afar")
    assert (second.name, second.sha256, second.state) == ("from afar", sha256, "candidate")
    assert Path(second.weights.path).read_bytes() == default_model_path().read_bytes()
    assert Job.objects.get(kind=Job.Kind.CHECK_MODEL).model == second
    assert import_model(package) == second


def test_packages_that_are_none_are_refused(db: None, pack: Pack, tmp_path: Path) -> None:
    text = tmp_path / "text.zip"
    text.write_text("not a zip")
    assert "no package of a model" in refusal(text)
    assert "and nothing else" in refusal(pack({"../evil.py": b"import os"}))
    shutil.copy(default_model_path(), text)
    assert "no package of a model" in refusal(text)


def test_weights_that_are_not_the_cards_are_refused(db: None, pack: Pack) -> None:
    assert "SHA-256 differs" in refusal(pack({WEIGHTS: b"other weights"}))
    assert "SHA-256 differs" in refusal(pack(sha256="0" * 64))


@pytest.mark.parametrize(
    ("card", "words"),
    [
        (b"{", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"[]", "not a JSON object"),
        (b'{"name": NaN}', "not valid JSON"),
        (b" " * (1024**2 + 1), "more than 1,048,576 bytes"),
    ],
)
def test_cards_that_are_none_are_refused(db: None, pack: Pack, card: bytes, words: str) -> None:
    assert words in refusal(pack({CARD: card}))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "nul \x00 in it"}, "no text"),
        ({"licence": "half a character \ud800"}, "no text"),
        ({"name": "x" * 200}, "too long"),
        ({"name": " "}, "no name"),
        ({"labels": ["harp"], "thresholds": {}, "second": {}}, "another number of outputs"),
        ({"labels": [["harp"]], "thresholds": {}}, "a label that is no text"),
        ({"labels": ["x" * 65], "thresholds": {}, "second": {}}, "over 64 letters"),
    ],
)
def test_cards_the_database_could_not_hold_are_refused(
    db: None, pack: Pack, changes: dict[str, Any], words: str
) -> None:
    assert words in refusal(pack(**changes))


def test_a_second_network_travels_with_the_first(db: None, tmp_path: Path) -> None:
    save_pair(tmp_path / "pair.safetensors", ["calm", "loud"], {"loud": 1.0})
    with (tmp_path / "pair.zip").open("wb") as out:
        write_package(tmp_path / "pair.safetensors", out)
    version = import_model(tmp_path / "pair.zip")
    assert version.card["second"]["speaks_for"] == {"loud": 1.0}
    assert load_model(version.weights.path).second is not None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"config": CONFIG.as_dict() | {"timbre": 4096}}, "a layer 4,096 wide"),
        ({"config": CONFIG.as_dict() | {"hidden": 10**10}}, "from 1 to 4,096"),
        ({"speaks_for": {"calm": 1.0}}, "does not have"),
    ],
)
def test_a_second_network_that_cannot_be_is_refused(
    db: None, tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    weights = tmp_path / "pair.safetensors"
    save_pair(weights, ["calm", "loud", "odd"], {"odd": 1.0})
    card = json.loads(card_path(weights).read_text())
    card_path(weights).write_text(json.dumps(card | {"second": card["second"] | change}))
    with (tmp_path / "pair.zip").open("wb") as out:
        write_package(weights, out)
    assert reason in refusal(tmp_path / "pair.zip")


FIGURES: dict[str, list[Any]] = {
    "macro_roc_auc_interval": [[], [0.9], [10**18, 0], ["nan", 1], {"a": 1}],
    "macro_roc_auc": [2, -1, 1e308, "nan", None, []],
    "clips": [-1, 10**18, "x", None, 1e308],
    "tags": [-1, 10**18],
    "protocol": [None, []],
    "per_tag": [None, 3, [3], [[]], [{}], "x"],
}
ROWS: dict[str, list[Any]] = {
    "positives": [-1, 10**18, 1e308, None],
    "roc_auc": [2, 1e308, -1, "nan"],
    "average_precision": [2, -1e308],
    "tag": [[], None],
}


@pytest.mark.parametrize(
    ("place", "name", "odd"),
    [("", name, odd) for name, odds in FIGURES.items() for odd in odds]
    + [("row", name, odd) for name, odds in ROWS.items() for odd in odds],
)
def test_figures_that_cannot_be_break_no_page(
    song: Track, client: Client, place: str, name: str, odd: Any
) -> None:
    """Compared with those of a card that is right, on the pages of both and on that of tags."""
    right, wrong = card_of(0.9), card_of(0.9)
    part = wrong["metrics"]["test"]
    (part["per_tag"][0] if place else part)[name] = odd
    wrong["metrics"]["active"] = {"sha256": "0" * 64, "test": part | {"paired": part}}
    active = rows.active_model()
    User.objects.filter(pk=rows.owner_of(song).pk).update(is_staff=True)
    client.force_login(rows.owner_of(song))
    other = rows.candidate({song: {"harp": 0.9}})
    for own, others in ((right, wrong), (wrong, right)):
        ModelVersion.objects.filter(pk=active.pk).update(card=own)
        ModelVersion.objects.filter(pk=other.pk).update(card=others)
        for address in (f"/models/{other.pk}/", f"/models/{other.pk}/compare/", "/tags/"):
            assert client.get(address).status_code == 200


def test_a_refusal_names_the_file_and_not_where_it_lay(db: None, pack: Pack) -> None:
    cut_off = default_model_path().read_bytes()[:-100]
    said = refusal(pack({WEIGHTS: cut_off}, sha256=hashlib.sha256(cut_off).hexdigest()))
    assert said.startswith("The weights model.safetensors hold")


def test_a_bomb_is_counted_not_believed(
    db: None, pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ml.checkpoints.archive.MAX_WEIGHTS", 1000)
    assert "model.safetensors has more than 1,000 bytes" in refusal(pack())


def test_labels_that_differ_in_a_sign_become_two_tags(db: None, pack: Pack) -> None:
    card = json.loads(card_path(default_model_path()).read_text())
    labels = ["hip hop", "hip-hop", "!", *card["labels"][3:]]
    renamed = dict(zip(card["labels"], labels, strict=True))
    second = card["second"] | {
        "labels": [renamed[label] for label in card["second"]["labels"]],
        "speaks_for": {
            renamed[name]: share for name, share in card["second"]["speaks_for"].items()
        },
    }
    import_model(pack(labels=labels, thresholds={}, second=second))
    slugs = Tag.objects.filter(name__in=labels[:3]).values_list("name", "slug")
    assert dict(slugs) == {"hip hop": "hip-hop", "hip-hop": "hip-hop-2", "!": "tag"}


def test_a_version_is_deleted_with_its_files(
    db: None, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    version = install_model(shipped_with_a_copy(tmp_path), check=False)
    weights = Path(version.weights.path)
    files = (weights, *companion_files(weights))
    assert [file.exists() for file in files] == [True] * 4
    with django_capture_on_commit_callbacks(execute=True):
        delete_model(version)
    assert not any(file.exists() for file in files)
    assert not ModelVersion.objects.exists()


def shipped_with_a_copy(folder: Path) -> Path:
    """The shipped weights, their card, and two files in the places of an 8-bit copy."""
    shipped = default_model_path()
    weights = folder / shipped.name
    for source in (shipped, card_path(shipped)):
        (folder / source.name).write_bytes(source.read_bytes())
    for file in int8_files(weights):
        file.write_bytes(b"eight bits")
    return weights


def test_what_is_in_use_is_not_put_away(song: Track) -> None:
    active = rows.active_model()
    for put_away in (delete_model, retire_model):
        with pytest.raises(ModelInUseError, match="is the active model"):
            put_away(active)
    busy = rows.candidate({})
    Job.objects.create(kind=Job.Kind.CHECK_MODEL, trigger="web", queue="inference", model=busy)
    with pytest.raises(ModelInUseError, match="is being worked with"):
        delete_model(busy)


def test_a_version_whose_tags_are_shown_is_not_deleted(song: Track) -> None:
    former = rows.active_model()
    activate_model(rows.candidate({}))
    former.refresh_from_db()
    with pytest.raises(ModelInUseError, match="1 track shows the tags of tonemark-test"):
        delete_model(former)


def test_the_command_lists_exports_imports_activates_and_deletes(
    song: Track, tmp_path: Path
) -> None:
    out = io.StringIO()
    package = tmp_path / "default.zip"
    with package.open("wb") as file:
        write_package(default_model_path(), file)
    call_command("models", "import", str(package), stdout=out)
    version = ModelVersion.objects.get(state="candidate")
    assert out.getvalue() == f"{version.name}: candidate\n"
    call_command("models", "export", version.name, str(tmp_path / "again.zip"), stdout=out)
    assert zipfile.ZipFile(tmp_path / "again.zip").namelist() == [CARD, WEIGHTS]
    with pytest.raises(CommandError, match="Say why with --reason"):
        call_command("models", "activate", version.name)
    call_command("models", "activate", version.name, "--reason", "it is the only one", stdout=out)
    assert active_model() == version
    call_command("models", "rollback", stdout=out)
    assert "Active model: tonemark-test" in out.getvalue()
    call_command("models", "list", stdout=out)
    assert "tonemark-test  active  not tested  heard 1 tracks" in out.getvalue()
    Job.objects.filter(model=version).delete()
    call_command("models", "delete", version.name, stdout=out)
    with pytest.raises(CommandError, match="There is no model"):
        call_command("models", "delete", version.name)
