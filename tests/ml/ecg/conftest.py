"""One made-up database for all tests that only read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ml.ecg.database import write_database


@pytest.fixture(scope="session")
def hearts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_database(tmp_path_factory.mktemp("hearts"))
