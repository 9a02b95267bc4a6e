from __future__ import annotations

from collections.abc import Iterator

import pytest

from .installation import Installation


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One for all that is done to it: what a test leaves behind is what a next one may meet."""
    one = Installation(tmp_path_factory.mktemp("installation") / "data")
    try:
        one.up()
        yield one
    finally:
        one.down()
