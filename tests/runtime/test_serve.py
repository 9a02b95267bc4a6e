"""`webapp.serve` as a real process with its real children."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
UP = "Tonemark is ready"
FIRST_ADMIN = "First admin: user admin, password"
STARTED = Callable[..., subprocess.Popen[str]]


def command(data: Path, port: int) -> list[str]:
    return [sys.executable, "-m", "webapp.serve", "--data-dir", str(data), "--port", str(port)]


def environment() -> dict[str, str]:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith("TONEMARK_")
    }
    return inherited | {"DJANGO_SETTINGS_MODULE": "webapp.settings", "PYTHONUNBUFFERED": "1"}


def start(
    data: Path, port: int, variables: Mapping[str, str] | None = None, folder: Path = ROOT
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(data, port),
        cwd=folder,
        env=variables or environment(),
        stdout=subprocess.PIPE,
        text=True,
    )


def refused(data: Path, port: int) -> str:
    done = subprocess.run(
        command(data, port), cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


def await_up(process: subprocess.Popen[str]) -> str:
    output = ""
    assert process.stdout
    for line in process.stdout:
        output += line
        if UP in line:
            return output
    raise AssertionError(output)


def processes_of(data: Path) -> list[int]:
    """Those whose environment or command line names the data folder."""
    numbers = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            text = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(data) in text and int(entry.name) != os.getpid():
            numbers.append(int(entry.name))
    return numbers


def niceness_of(name: str, data: Path) -> set[int]:
    """Of the processes and sessions of a worker, where the scheduler knows sessions."""
    workers = [
        Path(f"/proc/{process}")
        for process in processes_of(data)
        if name.encode() in Path(f"/proc/{process}/cmdline").read_bytes()
    ]
    assert workers
    sessions = [worker / "autogroup" for worker in workers if (worker / "autogroup").exists()]
    niceness = {int(session.read_text().split()[-1]) for session in sessions}
    return niceness | {os.getpriority(os.PRIO_PROCESS, int(worker.name)) for worker in workers}


def await_none(data: Path, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while processes_of(data):
        assert time.monotonic() < until, processes_of(data)
        time.sleep(0.1)


def test_a_taken_port_ends_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert f"Port {port} of 127.0.0.1 is taken" in refused(tmp_path / "data", port)


def test_a_data_folder_that_cannot_be_made_ends_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be made" in refused(tmp_path / "file" / "data", free_port())


@pytest.mark.slow
def test_it_starts_once_in_a_folder_and_an_interrupt_leaves_no_process(tmp_path: Path) -> None:
    """That it starts again there, killed or not, is tried where processes are killed."""
    data = tmp_path / "with blanks"
    running = start(data, free_port())
    assert FIRST_ADMIN in await_up(running)
    assert "already runs" in refused(data, free_port())
    own = os.nice(0)  # which is not 0 where the tests themselves give way to others
    assert niceness_of("inference@", data) == {own}
    behind = {min(own + 10, 19)}
    assert niceness_of("analysis@", data) == niceness_of("training@", data) == behind
    running.send_signal(signal.SIGINT)
    assert running.wait(180) == 0
    await_none(data)
