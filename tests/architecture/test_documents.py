"""What the documents say of the code is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.faults import protocol

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [*sorted((ROOT / "docs").glob("*.md")), *sorted(ROOT.glob("*.md"))]
TOP = ("bench", "bin", "distillation", "docs", "ml", "static", "tagger", "tests", "webapp")
PATH = re.compile(rf"`((?:{'|'.join(TOP)})/[\w./-]*)`")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_paths_and_links_of_a_document_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    paths = {path for path in PATH.findall(text) if not (ROOT / path).exists()}
    links = {link for link in LINK.findall(text) if not (document.parent / link).exists()}
    assert (paths, links) == (set(), set())


def test_every_document_is_in_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    others = [path for path in DOCUMENTS if path.name != "index.md"]
    assert [path.name for path in others if path.stem not in index] == []


def test_the_rooms_of_the_drawing_are_those_there_are() -> None:
    drawing = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for top in ("ml", "tagger"):
        for room in (ROOT / top).iterdir():
            if (room / "__init__.py").exists() and room.name not in ("migrations", "templatetags"):
                assert f"`{room.name}`" in drawing, f"{top}/{room.name} is not in the drawing"


def test_the_table_of_what_was_tried_is_that_of_its_rows() -> None:
    assert protocol.in_document() == (protocol.table() if protocol.rows() else "")
