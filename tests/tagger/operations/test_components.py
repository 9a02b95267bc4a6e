"""A software bill of materials, read off what is installed."""

from __future__ import annotations

import json
from importlib.metadata import version
from io import StringIO
from pathlib import Path

import pytest
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation import make_schemabased_validator
from django.conf import settings
from django.core.management import call_command

from tagger.operations.components import UNKNOWN, Component, components


def run(*arguments: str) -> str:
    said = StringIO()
    call_command("components", *arguments, stdout=said)
    return said.getvalue()


@pytest.fixture(scope="module")
def found() -> dict[str, Component]:
    return {component.purl: component for component in components(settings.NODE_MODULES)}


def test_packages_of_python_and_of_the_pages_are_there(found: dict[str, Component]) -> None:
    django = found[f"pkg:pypi/django@{version('Django')}"]
    assert "BSD" in django.licence
    pages = {component.name for component in found.values() if component.ecosystem == "npm"}
    assert {"@picocss/pico", "tus-js-client", "uplot", "wavesurfer.js"} <= pages


def test_hardly_a_licence_is_not_stated(found: dict[str, Component]) -> None:
    silent = [component.name for component in found.values() if component.licence == UNKNOWN]
    assert len(silent) <= len(found) / 20, silent


def test_the_list_has_a_line_for_each(found: dict[str, Component]) -> None:
    lines = run().splitlines()
    assert len(lines) == len(found)
    assert any(line.startswith("django ") and "BSD" in line for line in lines)


def test_the_bill_of_materials_is_valid(found: dict[str, Component]) -> None:
    text = run("--cyclonedx")
    assert len(json.loads(text)["components"]) == len(found)
    validator = make_schemabased_validator(OutputFormat.JSON, SchemaVersion.V1_6)
    assert validator.validate_str(text) is None


def test_a_checkout_without_page_packages_has_the_others(tmp_path: Path) -> None:
    assert {component.ecosystem for component in components(tmp_path)} == {"pypi"}
