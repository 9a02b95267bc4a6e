"""What tests tried, and what became of it, is told at the end of the run, whoever ran them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

MESSAGES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def tell(pytestconfig: pytest.Config) -> Callable[[str], None]:
    return pytestconfig.stash.setdefault(MESSAGES, []).append


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands its messages to the process that started it."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["messages"] = session.config.stash.get(MESSAGES, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    # A worker that crashed has no output.
    messages = getattr(node, "workeroutput", {}).get("messages", [])
    node.config.stash.setdefault(MESSAGES, []).extend(messages)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if messages := config.stash.get(MESSAGES, []):
        terminalreporter.section("faults and hostile files")
        terminalreporter.write("".join(f"{line}\n" for line in messages))
