"""The sandbox around decoding, with real processes: what is refused, what ends, what goes on."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ml.audio.probe import examine
from ml.audio.reading import AudioError, DecoderLost, blocks, probe
from ml.audio.sandbox import budget, seccomp
from ml.audio.sandbox.client import DecoderStarved
from ml.audio.sandbox.process import DECODERS
from ml.audio.sandbox.wire import BrokenFrame, Kind, read_frame, write_json
from tests import audio_factory as factory

from .hostile_contents import mp3_of_many_tags

PATIENCE = 60
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
sandboxed = pytest.mark.skipif(
    not seccomp.can_refuse_syscalls(), reason="system calls cannot be refused here"
)


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Long enough that its decoder waits for the reader."""
    return factory.write(tmp_path_factory.mktemp("song") / "a.flac", factory.music(120))


def in_the_sandbox(
    script: str, *, before: str = "", cpu_seconds: int = 60, file_bytes: int = 0
) -> subprocess.CompletedProcess[str]:
    enter = (
        "from ml.audio.sandbox.confine import Sandbox\n"
        f"Sandbox().enter({cpu_seconds}, {file_bytes})\n"
    )
    late = "import ctypes, mmap, os, signal, socket, subprocess, sys\n"
    return subprocess.run(
        [sys.executable, "-c", late + before + enter + script],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@sandboxed
@pytest.mark.parametrize(
    "attempt",
    [
        "os.open('/etc/hostname', os.O_RDONLY)",
        "os.open('/tmp/left-behind', os.O_CREAT | os.O_WRONLY)",
        "os.stat('/etc/hostname')",
        "os.listdir('/')",
        "socket.socket()",
        "socket.socketpair()",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "os.kill(os.getppid(), 0)",
        "os.unlink('/tmp/left-behind')",
        "os.setuid(0)",
    ],
)
def test_in_the_sandbox_nothing_is_opened_started_or_signalled(attempt: str) -> None:
    done = in_the_sandbox(
        f"try:\n    {attempt}\nexcept OSError as error:\n    print('refused', error.errno)"
    )
    assert done.stdout == "refused 1\n", done.stderr


@linux
def test_in_the_sandbox_memory_is_limited() -> None:
    done = in_the_sandbox("try:\n    bytearray(1 << 30)\nexcept MemoryError:\n    print('refused')")
    assert done.stdout == "refused\n", done.stderr


WRITE = """
try:
    os.write(file, bytes(100))
    print("written", os.lseek(file, 0, 1))
    os.write(file, bytes(100))
except OSError as error:
    print("refused", errno.errorcode[error.errno])
"""


@pytest.mark.parametrize(
    ("most", "end"), [(0, "refused EFBIG\n"), (100, "written 100\nrefused EFBIG\n")]
)
def test_in_the_sandbox_an_open_file_grows_no_further_than_it_may(
    most: int, end: str, tmp_path: Path
) -> None:
    opened = f"import errno, os; file = os.open({str(tmp_path / 'a')!r}, os.O_CREAT | os.O_RDWR)\n"
    done = in_the_sandbox(WRITE, before=opened, file_bytes=most)
    assert done.stdout == end, done.stderr


def test_in_the_sandbox_time_is_limited() -> None:
    assert in_the_sandbox("while True: pass", cpu_seconds=1).returncode == -signal.SIGXCPU


def server() -> int:
    process = DECODERS._process
    assert process is not None
    return process.pid


def children(parent: int) -> list[int]:
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    return [int(child) for child in listed.split()]


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


def begun(song: Path) -> tuple[Iterator[object], int]:
    """A decoding in mid-stream, and the process that does it."""
    before = set(children(server()))
    stream = blocks(song)
    next(stream)
    (child,) = set(children(server())) - before
    return stream, child


@linux
@pytest.mark.parametrize(
    ("cause", "sentence"),
    [(signal.SIGSEGV, "makes the decoder crash"), (signal.SIGXCPU, "more time than any")],
)
def test_a_decoder_that_dies_of_its_file_calls_it_damaged(
    song: Path, cause: signal.Signals, sentence: str
) -> None:
    probe(song)
    stream, child = begun(song)
    os.kill(child, cause)
    with pytest.raises(AudioError, match=sentence) as caught:
        list(stream)
    assert caught.value.code == "damaged"


def test_a_file_made_to_take_for_ever_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "_OPENING", 1.0)
    file = tmp_path / "a.mp3"
    file.write_bytes(mp3_of_many_tags(tmp_path, 50_000))
    with pytest.raises(AudioError, match="more time than any recording needs"):
        probe(file)


@linux
def test_a_decoder_that_is_killed_from_outside_is_not_the_files_fault(song: Path) -> None:
    probe(song)
    stream, child = begun(song)
    os.kill(child, signal.SIGKILL)
    with pytest.raises(DecoderLost):
        list(stream)


@linux
def test_a_server_that_is_killed_takes_its_decoders_along_and_is_started_again(song: Path) -> None:
    probe(song)
    stream, child = begun(song)
    killed = server()
    os.kill(killed, signal.SIGKILL)
    with pytest.raises(DecoderLost):
        list(stream)
    wait_until(lambda: not Path(f"/proc/{child}").exists())
    assert probe(song).sample_rate == 44_100
    assert server() != killed


@linux
def test_a_reader_that_leaves_ends_its_decoder(song: Path) -> None:
    probe(song)
    stream, child = begun(song)
    stream.close()  # type: ignore[attr-defined]
    wait_until(lambda: child not in children(server()))


@linux
def test_many_readers_that_leave_at_once_do_no_harm_to_the_server(song: Path) -> None:
    probe(song)
    before = server()
    for _ in range(10):
        streams = [blocks(song) for _ in range(4)]
        for stream in streams:
            next(stream)
        for stream in streams:
            stream.close()  # type: ignore[attr-defined]
        assert probe(song).channels == 1
    assert server() == before


READER = """
import sys, time
from ml.audio.reading import blocks
from ml.audio.sandbox.process import DECODERS
stream = blocks(sys.argv[1])
next(stream)
print(DECODERS._process.pid, flush=True)
time.sleep(600)
"""


@linux
def test_whoever_dies_leaves_no_decoder_behind(song: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(song)], stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout
        its_server = int(reader.stdout.readline())
        (decoder,) = children(its_server)
        reader.kill()
    for process in (decoder, its_server):
        wait_until(lambda process=process: not alive(process))  # type: ignore[misc]


def alive(process: int) -> bool:
    """A zombie that nobody has collected yet holds nothing any more."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return False
    return "\nState:\tZ" not in status


@linux
def test_the_decoders_know_no_secrets(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONEMARK_SECRET_KEY", "not for a decoder")
    DECODERS.end()
    probe(song)
    assert b"TONEMARK" not in Path(f"/proc/{server()}/environ").read_bytes()


def test_threads_get_each_their_own_answer(tmp_path: Path) -> None:
    files = [
        factory.write(
            tmp_path / f"{rate}.flac",
            factory.tone(440, 1, rate),
            rate,
            metadata={"title": str(rate)},
        )
        for rate in (8_000, 16_000, 32_000, 44_100, 48_000, 96_000)
    ]
    with ThreadPoolExecutor(6) as pool:
        for file, info, found in zip(
            files * 3, pool.map(probe, files * 3), pool.map(examine, files * 3), strict=True
        ):
            assert str(info.sample_rate) == found.metadata.title == file.stem


def test_a_forked_process_reads_with_a_server_of_its_own(song: Path) -> None:
    script = (
        "import os, sys; from ml.audio.reading import probe\n"
        "probe(sys.argv[1]); child = os.fork()\n"
        "if child == 0: os._exit(probe(sys.argv[1]).channels + 40)\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) - probe(sys.argv[1]).channels)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(song)], timeout=PATIENCE, check=False)
    assert done.returncode == 40


@pytest.mark.parametrize(
    "bytes_sent", [b"", b"B\0\0", b"B\0\0\0\x08half", b"?\0\0\0\0", b"B\xff\xff\xff\xff"]
)
def test_a_decoder_that_breaks_the_rules_is_not_believed(bytes_sent: bytes) -> None:
    with pytest.raises(BrokenFrame):
        read_frame(io.BytesIO(bytes_sent))


def test_a_frame_comes_back_as_it_was_sent() -> None:
    stream = io.BytesIO()
    write_json(stream, Kind.RESULT, {"title": "Aria \udcff"})
    stream.seek(0)
    assert read_frame(stream) == (Kind.RESULT, bytearray(b'{"title": "Aria \\udcff"}'))


def test_a_machine_that_is_too_busy_is_not_blamed_on_the_file(
    song: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the decoder gets no processor because its server stands still."""
    probe(song)
    monkeypatch.setattr("ml.audio.sandbox.budget._TIMEOUT", 0.2)
    os.kill(server(), signal.SIGSTOP)
    try:
        with pytest.raises(DecoderStarved, match=r"busy.*may be fine"):
            probe(song)
    finally:
        os.kill(server(), signal.SIGCONT)
