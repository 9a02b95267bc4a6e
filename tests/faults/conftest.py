from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from .installation import Installation
from .protocol import Protocol


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One for all that is done to it: what a test leaves behind is what a next one may meet."""
    data = tmp_path_factory.mktemp("installation") / "data"
    # Apart from that of the tests, so that it can be filled.
    (data / "temporary").mkdir(parents=True, mode=0o700)
    data.chmod(0o700)
    one = Installation(data, {"TMPDIR": str(data / "temporary")})
    try:
        one.up()
        yield one
    finally:
        one.down()


@pytest.fixture
def protocol(request: pytest.FixtureRequest, tell: Callable[[str], None]) -> Protocol:
    return Protocol(request.node.name, tell)
