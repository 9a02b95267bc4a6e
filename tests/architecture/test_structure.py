"""The shape of the house: imports flow one way, and no folder is too wide to overlook.

The layers themselves stand in pyproject.toml, for import-linter.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
# More modules than this side by side are no longer taken in at a glance.
WIDEST = 16
# One module a resource, a page, a table or a step: these folders are lists, not rooms.
LISTS = {"tagger/api", "tagger/api/serializers", "tagger/web/views", "tagger/models"}
LISTS |= {"tagger/migrations"}


def _modules(*tops: str) -> list[Path]:
    return [path for top in tops for path in sorted((ROOT / top).rglob("*.py"))]


def _folders(*tops: str) -> list[str]:
    return sorted({str(path.parent.relative_to(ROOT)) for path in _modules(*tops)} - LISTS)


def test_no_folder_of_the_core_is_too_wide_to_overlook() -> None:
    folders = _folders("ml", "tagger", "webapp")
    widths = {folder: len(list((ROOT / folder).glob("[!_]*.py"))) for folder in folders}
    assert {folder: width for folder, width in widths.items() if width > WIDEST} == {}


def test_no_module_imports_itself_by_a_detour() -> None:
    graph = grimp.build_graph("webapp", "tagger", "ml", cache_dir=None)
    imports = {one: graph.find_modules_directly_imported_by(one) for one in graph.modules}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail(f"an import cycle: {' → '.join(error.args[1])}")


def _imports_of_ml(path: Path) -> Iterator[tuple[str, str]]:
    """(module, name) of each import from ml or a part of it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "ml":
            yield from ((node.module or "", alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            names = (alias.name for alias in node.names if alias.name.split(".")[0] == "ml")
            yield from ((name, "") for name in names)


def test_the_application_uses_only_what_the_packages_of_ml_export() -> None:
    for path in _modules("tagger", "webapp"):
        for package, name in _imports_of_ml(path):
            where = f"{path.relative_to(ROOT)}: {package}"
            exported = getattr(import_module(package), "__all__", ())
            assert package.count(".") == 1, f"{where} is no package of ml"
            # A command is a module of its package.
            assert name in exported or package == "ml.commands", f"{where} does not export {name!r}"
