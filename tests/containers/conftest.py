"""One engine, one build and one installation for all of these; `bin/test-containers` runs them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.audio_factory import music, write

from . import base_images
from .engine import build_inputs
from .site import Site

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE not in item.path.parents:
            continue
        # The first of them builds the image; bin/test-containers watches over the whole.
        item.add_marker(pytest.mark.timeout(1800))
        if "TONEMARK_CONTAINERS" not in os.environ:
            item.add_marker(pytest.mark.skip(reason="bin/test-containers runs these"))


@pytest.fixture(scope="session")
def protocol() -> Iterator[dict[str, Any]]:
    """What was measured, by name; kept where bin/test-containers asks for it."""
    measured: dict[str, Any] = {}
    yield measured
    if target := os.environ.get("TONEMARK_CONTAINERS_PROTOCOL"):
        Path(target).write_text(json.dumps(measured, indent=2) + "\n")


@pytest.fixture(scope="session")
def inputs(protocol: dict[str, Any]) -> Iterator[dict[str, Any]]:
    with build_inputs() as made:
        began = time.monotonic()
        protocol["base images"] = base_images.provide(made)
        protocol["seconds for the base images"] = round(time.monotonic() - began)
        yield made


@pytest.fixture(scope="session")
def site(
    inputs: dict[str, Any], tmp_path_factory: pytest.TempPathFactory, protocol: dict[str, Any]
) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("site"), "tonemark-test", inputs)
    made.clone(ROOT)
    made.configure()
    try:
        began = time.monotonic()
        made.compose("build")
        protocol["seconds of the cold build"] = round(time.monotonic() - began)
        protocol["seconds from `up` to healthy"] = round(made.up())
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("clips")
    return [write(folder / f"{n}.flac", music(3.0 + n / 10)) for n in range(30)]
