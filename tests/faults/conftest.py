from __future__ import annotations

from collections.abc import Iterator

import pytest

from .installation import Installation


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    one = Installation(tmp_path_factory.mktemp("installation") / "data")
    try:
        one.up()
        yield one
    finally:
        one.down()
