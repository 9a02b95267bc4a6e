"""Every sentence a person meets exists in every language the settings name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.test import Client

ROOT = Path(__file__).parents[2]
LANGUAGES = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
needs_gettext = pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs GNU gettext")


def catalogue(language: str, folder: Path = ROOT) -> Path:
    return folder / "tagger" / "locale" / language / "LC_MESSAGES" / "django.po"


def identities(file: Path) -> set[tuple[str, str | None]]:
    return {(entry.msgid, entry.msgctxt) for entry in polib.pofile(str(file))}


@needs_gettext
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_holds_exactly_the_sentences_of_the_source(
    language: str, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "tagger", tmp_path / "tagger")
    command = [sys.executable, "-m", "django", "makemessages", "-l", language, "--no-obsolete"]
    # Without the tests' settings: makemessages needs none.
    path = {"PATH": os.environ["PATH"]}
    subprocess.run(command, cwd=tmp_path / "tagger", env=path, check=True, capture_output=True)
    assert identities(catalogue(language)) == identities(catalogue(language, tmp_path))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language: str) -> None:
    file = polib.pofile(str(catalogue(language)))
    assert [entry.msgid for entry in file.untranslated_entries()] == []
    assert [entry.msgid for entry in file.fuzzy_entries()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_that_of_the_source(language: str, tmp_path: Path) -> None:
    file = catalogue(language)
    polib.pofile(str(file)).save_as_mofile(str(tmp_path / "now.mo"))
    now, compiled = (
        {(entry.msgid, entry.msgstr) for entry in polib.mofile(str(path))}
        for path in (tmp_path / "now.mo", file.with_suffix(".mo"))
    )
    assert now == compiled


@needs_gettext
@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_survive_translation(language: str) -> None:
    done = subprocess.run(
        ["msgfmt", "--check-format", "-o", "/dev/null", str(catalogue(language))],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_a_browser_is_answered_in_its_language_until_the_person_chooses(page: Client) -> None:
    german = {"Accept-Language": "de"}
    assert 'lang="de"' in page.get("/", headers=german).content.decode()
    page.post("/i18n/setlang/", {"language": "en"})
    assert 'lang="en"' in page.get("/", headers=german).content.decode()
