from __future__ import annotations

import json
import re
from pathlib import Path
from posixpath import dirname, normpath
from typing import Any

import pytest
from django.core.management import call_command

from webapp.settings import STORAGES

IMPORT = re.compile(r"""(?:from\s*|import\s*|import\()["'](\.[^"']+)["']""")


@pytest.fixture
def collected(settings: Any, tmp_path: Path) -> Path:
    storage = {"BACKEND": "webapp.static_storage.ModuleStorage"}
    settings.STORAGES = STORAGES | {"staticfiles": storage}
    settings.STATIC_ROOT = tmp_path / "static"
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path / "static"


def test_our_modules_import_each_other_by_hashed_names(collected: Path) -> None:
    paths = json.loads((collected / "staticfiles.json").read_text())["paths"]
    imported = {
        normpath(f"{dirname(path)}/{name}")
        for path in (hashed for name, hashed in paths.items() if name.startswith("js/"))
        for name in IMPORT.findall((collected / path).read_text())
    }
    # The very addresses of the pages' own links, which would else fetch every module twice.
    assert imported <= set(paths.values())
    assert len(imported) > 10
