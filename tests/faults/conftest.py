"""What was tried, and what became of it, is told at the end of the run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from .installation import Installation

TOLD = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def tell(pytestconfig: pytest.Config) -> Callable[[str], None]:
    return pytestconfig.stash.setdefault(TOLD, []).append


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    one = Installation(tmp_path_factory.mktemp("installation") / "data")
    try:
        one.up()
        yield one
    finally:
        one.down()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if told := config.stash.get(TOLD, []):
        terminalreporter.section("faults and hostile files")
        terminalreporter.write("".join(f"{line}\n" for line in told))
